-- Reminders that are not of a bulletin: the bound steward of a LINE group in trouble is told of the alert, once.

alter table reminders drop constraint reminders_pkey;
alter table reminders
    add column id bigint generated always as identity primary key,
    -- the alert; null = of a bulletin
    add column alert_id bigint unique references group_alerts,
    -- both null = of an alert, whose group is group_id
    alter column bulletin_no drop not null,
    alter column step drop not null,
    add constraint reminder_of_a_bulletin_or_an_alert
        check ((bulletin_no is null) = (step is null) and (bulletin_no is null) <> (alert_id is null));
-- a step of a group and a bulletin is planned once; of alerts alert_id sees to it
create unique index reminders_of_bulletins on reminders (bulletin_no, group_id, step);
