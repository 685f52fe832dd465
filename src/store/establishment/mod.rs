//! Setting up groups, as offices say it and as it follows from the tree: the offices that answer for it, their groups with what is known of
//! each, and what was said of them. What was reported is [`reports`], its mails are [`mails`].
//!
//! An office answers for its groups and all below them. The board is one row for each office with a group of tier 2. Whether a group is
//! in use is read from the last bulletins only, one by one by key, so it costs the same however many old deliveries there are.

pub mod mails;
pub mod reports;

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::establishment::{EstablishmentMark, GroupFacts, GroupStage, NameCheck, ReportedGroup};
use crate::domain::group::Tier;
use crate::domain::ids::{GroupId, OfficeId};
use crate::domain::national::{NameTemplate, abbreviation};
use crate::domain::office::OfficeKind;
use crate::domain::request::RequestState;
use crate::domain::search::name_patterns;
use crate::domain::thai::dictionary_key;
use crate::domain::time::Timestamp;

/// So many of the last bulletins are looked at for whether a group is in use.
pub const LAST_BULLETINS: i64 = 30;

/// An office that answers for groups, with what was asked of it and what it reported last.
#[derive(Clone, Debug)]
pub struct ReportingOffice {
    /// Its number.
    pub id: OfficeId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind of body it is.
    pub kind: OfficeKind,
    /// Its province.
    pub province: Option<String>,
    /// By when the last bulletin that asks for the report wants it.
    pub due_at: Option<Timestamp>,
    /// How the office stands with that; none = nothing asks for it.
    pub asked: Option<RequestState>,
    /// When that was answered.
    pub answered_at: Option<Timestamp>,
}

impl ReportingOffice {
    /// Whether the time for the report is over and it has not gone out.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.asked == Some(RequestState::Open) && self.due_at.is_some_and(|due| due <= now)
    }
}

/// Which offices are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Those with a group at or below one of these; none does not narrow.
    pub scope: Option<&'a [i32]>,
    /// Also this one, which need not have a group of tier 2: the own office of somebody.
    pub own: Option<OfficeId>,
    /// With each piece of this in their name or code.
    pub words: &'a str,
}

/// The offices with a group of tier 2 that is in use, by kind and name, as a dictionary orders names.
pub async fn list_offices(db: &mut Connection, filter: &Filter<'_>) -> Result<Vec<ReportingOffice>> {
    let mut offices = select_offices(db, filter, None).await?;
    for of_a_kind in offices.chunk_by_mut(|one, other| one.kind == other.kind) {
        of_a_kind.sort_by_cached_key(|office| dictionary_key(&office.name));
    }
    Ok(offices)
}

/// One office, whether it has a group of tier 2 or not.
pub async fn find_office(db: &mut Connection, office: OfficeId) -> Result<Option<ReportingOffice>> {
    Ok(select_offices(db, &Filter::default(), Some(office)).await?.pop())
}

async fn select_offices(
    db: &mut Connection,
    filter: &Filter<'_>,
    only: Option<OfficeId>,
) -> Result<Vec<ReportingOffice>> {
    Ok(sqlx::query_as!(
        ReportingOffice,
        r#"select o.id as "id: OfficeId", o.code, o.name, o.kind as "kind: OfficeKind", o.province,
            a.due_at as "due_at?: Timestamp", a.state as "asked?: RequestState", a.answered_at as "answered_at?: Timestamp"
        from offices o left join lateral (
            select q.due_at, r.state, r.answered_at
            from office_requests r join requests q on q.bulletin_id = r.bulletin_id and q.no = r.request_no
                join bulletins b on b.id = r.bulletin_id
            where r.office_id = o.id and q.kind = 'report_establishment' and b.withdrawn_at is null
            order by r.id desc limit 1
        ) a on true
        where case when $4::int is not null then o.id = $4
            else o.id in (
                    select g.office_id from groups g
                    where (g.tier = 2 or g.office_id = $2) and not g.retired and ($1::int[] is null or g.path && $1))
                and o.search_form like all ($3) end
        order by o.kind, o.name, o.id"#,
        filter.scope,
        filter.own.map(|office| office.0),
        &name_patterns(filter.words),
        only.map(|office| office.0),
    )
    .fetch_all(db)
    .await?)
}

/// A group for which an office answers, with what is known of it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug)]
pub struct EstablishedGroup {
    /// The office that answers for it: its own or one above.
    pub answering: OfficeId,
    /// Its number.
    pub id: GroupId,
    /// Its code.
    pub code: String,
    /// Its name in the tree.
    pub name: String,
    /// Its tier, as a number.
    pub tier: i16,
    /// Its office's code.
    pub office: String,
    /// Its office's name.
    pub office_name: String,
    /// Its office's province.
    pub province: Option<String>,
    /// The code of the office of the group of tier 2 at or above it.
    pub above: Option<String>,
    /// The name of that office.
    pub above_name: Option<String>,
    /// Whether a LINE group is linked.
    pub linked: bool,
    /// When it was linked.
    pub linked_at: Option<Timestamp>,
    /// Since when the account is known to be gone from the LINE group.
    pub lost_at: Option<Timestamp>,
    /// What its members call the LINE group.
    pub line_name: Option<String>,
    /// Members of the LINE group.
    pub members: Option<i32>,
    /// People who should be in it.
    pub head_count: Option<i32>,
    /// Whether it is out of use.
    pub retired: bool,
    /// What its office said last: that it was created, or that this was wrong.
    pub said: Option<EstablishmentMark>,
    /// When.
    pub said_at: Option<Timestamp>,
    /// Who.
    pub said_by: Option<Actor>,
    /// What operations said last: that it is verified, or that this is taken back.
    pub checked: Option<EstablishmentMark>,
    /// When.
    pub checked_at: Option<Timestamp>,
    /// Who.
    pub checked_by: Option<Actor>,
    /// What they remarked.
    pub remark: Option<String>,
    /// Whether it stands as created in the last report of an office that answers for it now.
    pub reported: bool,
    /// Whether one of the last bulletins is in it.
    pub active: bool,
}

impl EstablishedGroup {
    /// What the stage follows from.
    #[must_use]
    pub fn facts(&self) -> GroupFacts {
        GroupFacts {
            created: self.linked || self.lost_at.is_some() || self.said == Some(EstablishmentMark::Created),
            reported: self.reported,
            verified: self.checked == Some(EstablishmentMark::Verified),
            active: self.active,
            retired: self.retired,
        }
    }

    /// The group as it is reported, with the stage and the name that follow from what is known.
    #[must_use]
    pub fn to_reported(&self, names: &NameTemplate) -> ReportedGroup {
        let (facts, tier) = (self.facts(), self.tier());
        let above = self.above.as_deref().zip(self.above_name.as_deref());
        let prescribed = names.prescribed(tier, &self.office_name, abbreviation(self.province.as_deref(), above));
        // what LINE told of a group that is gone says nothing of the next one
        let line_name = self.line_name.clone().filter(|_| self.linked);
        ReportedGroup {
            code: self.code.clone(),
            name: self.name.clone(),
            tier,
            office: self.office.clone(),
            office_name: self.office_name.clone(),
            stage: GroupStage::of(facts),
            created: facts.created,
            linked: self.linked,
            name_check: NameCheck::of(prescribed.as_deref(), line_name.as_deref()),
            prescribed,
            line_name,
            members: self.members.filter(|_| self.linked),
            head_count: self.head_count,
        }
    }

    /// Its tier.
    #[must_use]
    pub fn tier(&self) -> Tier {
        Tier::try_from(self.tier).unwrap_or(Tier::Gcc3)
    }
}

/// The groups for which these offices answer, as far as they are at or below one of `scope`; by office, tier and code.
///
/// A group counts as reported by the last report of an office that answers for it now. These reports are found one by one, by the offices
/// at and above the groups, so the number of old reports makes no difference.
pub async fn list_groups(
    db: &mut Connection,
    offices: &[OfficeId],
    scope: Option<&[i32]>,
) -> Result<Vec<EstablishedGroup>> {
    let offices: Vec<i32> = offices.iter().map(|office| office.0).collect();
    Ok(sqlx::query_as!(
        EstablishedGroup,
        r#"with heads as materialized (
            select id, office_id from groups where office_id = any ($1)
        ), mine as materialized (
            select distinct h.office_id, g.id from groups g cross join lateral unnest(g.path) as up(id) join heads h on h.id = up.id
            where $3::int[] is null or g.path && $3
        ), answering as materialized (
            -- every office that answers for one of them now, not only those that are asked for
            select distinct g.id, h.office_id
            from (select distinct id from mine) m join groups g on g.id = m.id cross join lateral unnest(g.path) as up(id)
                join groups h on h.id = up.id
        ), reported as materialized (
            select distinct a.id
            from (select distinct office_id from answering) o cross join lateral (
                    select created from establishment_reports where office_id = o.office_id order by no desc limit 1
                ) l cross join lateral unnest(l.created) as c(id) join answering a on a.id = c.id and a.office_id = o.office_id
        ), last_bulletins as materialized (
            select no from bulletins where published_at is not null and kind <> 'test' and no is not null order by no desc limit $2
        ), marks as materialized (
            select distinct on (group_id, kind in ('created', 'not_created')) group_id, kind in ('created', 'not_created') as of_office,
                kind, made_at, made_by, remark
            from establishment_marks where group_id in (select id from mine)
            order by group_id, kind in ('created', 'not_created'), id desc
        )
        select m.office_id as "answering: OfficeId", g.id as "id: GroupId", g.code, g.name, g.tier, o.code as office,
            o.name as office_name, o.province, above.code as "above?", above.name as "above_name?",
            g.line_group_id is not null as "linked!", g.linked_at, g.lost_at, g.line_name, g.members, g.head_count, g.retired,
            said.kind as "said?: EstablishmentMark", said.made_at as "said_at?: Timestamp", said.made_by as "said_by?: Actor",
            checked.kind as "checked?: EstablishmentMark", checked.made_at as "checked_at?: Timestamp",
            checked.made_by as "checked_by?: Actor", checked.remark as "remark?", r.id is not null as "reported!",
            g.line_group_id is not null and exists (
                select from last_bulletins b cross join lateral (
                    select from deliveries d where d.bulletin_no = b.no and d.group_id = g.id and d.state in ('accepted', 'seen') limit 1
                ) d) as "active!"
        from mine m join groups g on g.id = m.id join offices o on o.id = g.office_id
            left join groups top on top.id = g.path[2] left join offices above on above.id = top.office_id
            left join reported r on r.id = g.id
            left join marks said on said.group_id = g.id and said.of_office
            left join marks checked on checked.group_id = g.id and not checked.of_office
        order by m.office_id, g.tier, g.code"#,
        &offices,
        LAST_BULLETINS,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// Notes what somebody says of these groups.
pub async fn insert_marks(
    db: &mut Connection,
    groups: &[GroupId],
    kind: EstablishmentMark,
    remark: Option<&str>,
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    let groups: Vec<i32> = groups.iter().map(|group| group.0).collect();
    sqlx::query!(
        "insert into establishment_marks (group_id, kind, remark, made_at, made_by) select unnest($1::int[]), $2, $3, $4, $5",
        &groups,
        kind as EstablishmentMark,
        remark,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(())
}
