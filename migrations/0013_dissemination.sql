-- How offices spread bulletins further (letter of March 2561, clauses 1 and 4; letter of December 2560).

create type dissemination_medium as enum (
    'provincial_meeting', 'district_meeting', 'village_meeting', 'broadcast_tower', 'wired_loudspeaker', 'website', 'social_media',
    'community_radio', 'local_cable', 'online_press', 'notice_board', 'other');
-- How a record came about: typed by the office, sent to the API, given back by a village on the public page, or given back in
-- another way and typed by the office.
create type dissemination_source as enum ('page', 'api', 'read_back', 'keyed_in');

-- What was spread, by which medium and where. A record: what was wrong is replaced by a new one (disseminations_append_only).
create table disseminations (
    id          uuid primary key,
    bulletin_id uuid not null references bulletins,
    office_id   integer not null references offices,
    medium      dissemination_medium not null,
    -- Two, four or six digits of province, district or subdistrict, eight with a village's number: a place is a prefix of all within it.
    area        text not null constraint area_is_a_code check (area ~ '^([0-9]{2}){1,4}$'),
    spread_at   timestamptz not null,
    -- 0 in a replacement: it did not take place
    times       smallint not null,
    -- an estimate of the office; null = none was made
    reach       integer constraint reach_is_not_negative check (reach >= 0),
    -- the meeting, station or page
    outlet      text,
    -- an address under which it can be seen
    evidence    text,
    source      dissemination_source not null,
    recorded_at timestamptz not null,
    recorded_by text not null,
    -- the first of those that replaced each other; itself where it replaces none
    first_id    uuid not null references disseminations,
    replaces    uuid references disseminations,
    constraint replaced_once unique (replaces),
    constraint first_iff_it_replaces_none check ((first_id = id) = (replaces is null)),
    constraint nothing_took_place_only_in_a_replacement check (times > 0 or times = 0 and replaces is not null and reach is null)
);
create index disseminations_of_bulletin on disseminations (bulletin_id, office_id, id);
create index disseminations_of_office on disseminations (office_id, id);
create index disseminations_by_area on disseminations (area text_pattern_ops, id);
create index disseminations_in_turn on disseminations (first_id, id);

-- The codes under scripts and sheets, by which villages say that they read them. Each is of one office's copy for one subdistrict.
create table read_back_codes (
    code        text primary key,
    bulletin_id uuid not null references bulletins,
    office_id   integer not null references offices,
    area        text not null constraint area_is_a_subdistrict check (area ~ '^[0-9]{6}$'),
    made_at     timestamptz not null,
    made_by     text not null,
    constraint one_code_for_a_subdistrict unique (bulletin_id, office_id, area)
);
