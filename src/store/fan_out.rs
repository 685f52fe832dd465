//! Fan-out: one statement makes every delivery of a bulletin, in the transaction that publishes it.
//!
//! One delivery per bulletin and group: publishing again is refused, and a notice only adds what it lacks. Parents,
//! channels, ways and LINE groups are fixed here: a later change of the tree changes nothing in flight.

use super::{Connection, Result};
use crate::domain::bulletin::{Forwarding, ForwardingMode, Urgency};
use crate::domain::ids::{BulletinId, ChannelId, MessageId};
use crate::domain::office::OfficeKind;
use crate::domain::time::Timestamp;
use crate::domain::way::{Way, WayRules};

/// An audience with its codes looked up; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Where the bulletin starts.
    pub origin: i32,
    /// Only these tiers.
    pub tiers: Option<Vec<i16>>,
    /// Only these provinces.
    pub provinces: Option<Vec<String>>,
    /// Only these kinds of office.
    pub office_kinds: Option<Vec<OfficeKind>>,
    /// Only these groups.
    pub groups: Option<Vec<i32>>,
    /// Not these, nor what is below them.
    pub excluded: Vec<i32>,
}

/// Which message goes where.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    /// To every group.
    pub plain: MessageId,
    /// To the groups below which somebody has to forward; none = the plain one.
    pub forwarding: Option<MessageId>,
}

/// How urgent one bulletin is, and how each group gets its copy.
#[derive(Clone, Debug)]
pub struct Ways {
    urgency: Urgency,
    forwarding: ForwardingMode,
    /// The way of a group without one of its own, by tier.
    pub(super) tiers: [Way; 3],
    /// For all groups; none = each group's own.
    pub(super) all: Option<Way>,
    /// Whether a group that listens is pushed to after a while in any case.
    pub(super) listen_pushes: bool,
    /// Minutes until then, where the group does not say.
    push_after: i32,
}

impl Ways {
    /// As the rules say for a bulletin of this urgency that sets `all` groups' way, or none.
    #[must_use]
    pub fn of(rules: &WayRules, urgency: Urgency, forwarding: ForwardingMode, all: Option<Way>) -> Self {
        let pushed = forwarding == ForwardingMode::Automatic;
        Self {
            urgency,
            forwarding,
            tiers: rules.tiers,
            all: if pushed { Some(Way::Push) } else { all },
            listen_pushes: urgency == Urgency::MostUrgent && rules.most_urgent_pushes,
            push_after: rules.push_after[urgency as usize],
        }
    }

    /// How urgent the bulletin is.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        self.urgency
    }

    /// How it is let into groups.
    #[must_use]
    pub fn forwarding(&self) -> ForwardingMode {
        self.forwarding
    }
}

/// Makes the deliveries of a bulletin that is published and has none; gives how many there are.
///
/// # Errors
/// When the database fails, or the bulletin has deliveries already: there is one for each bulletin and group.
pub async fn insert_deliveries(
    db: &mut Connection,
    bulletin: BulletinId,
    messages: Messages,
    ways: &Ways,
    selection: &Selection,
    now: Timestamp,
) -> Result<i32> {
    sqlx::query!(
        "with picked as materialized (
            select g.id, g.parent_id, g.channel_id, g.members, g.tier, g.line_group_no,
                -- where it starts it is pushed, unless that very group listens
                w.way = 'listen' and g.way = 'listen' as begins_by_hand,
                w.way = 'push' and ($11 = 'automatic'::forwarding_mode or g.forwarding = 'automatic') as automatic,
                case when w.way = 'push' then g.forward_within when w.way = 'listen' then null
                    else coalesce(g.push_after, g.forward_within, $16::int) end as forward_within
            from audience_groups($2, $3, $4, $5, $6, $7) g
                cross join lateral (select way_of_group(coalesce($13::group_way, g.way), g.tier, $14, $15, g.forwarding, g.forward_within) as way) w
        ), parents as (
            select parent_id as id, bool_or(not automatic) as stewarded from picked group by parent_id
        )
        insert into deliveries (bulletin_no, group_id, parent_group, variant, turn_at, channel_id,
            members, forward_within, state, tier, priority, has_children, automatic, recipient, changed)
        select (select no from bulletins where id = $8), p.id, up.id,
            case when parents.stewarded then coalesce($12::smallint, $9::smallint) else $9 end,
            case when up.id is null then $1::timestamptz end,
            coalesce(p.channel_id, (select id from channels order by id limit 1)),
            coalesce(p.members, 0), p.forward_within,
            case when up.id is not null then 'waiting'::delivery_state when p.begins_by_hand then 'held' else 'ready' end, p.tier,
            (3 - $10::smallint) * 2 + (parents.id is null)::int, parents.id is not null,
            p.automatic, p.line_group_no, (select change_mark())
        from picked p left join picked up on up.id = p.parent_id left join parents on parents.id = p.id
        -- children of one group lie together: they are woken and sent together
        order by up.id nulls first, p.id",
        now as Timestamp,
        selection.origin,
        selection.tiers.as_deref(),
        selection.provinces.as_deref(),
        selection.office_kinds.as_deref() as Option<&[OfficeKind]>,
        selection.groups.as_deref(),
        &selection.excluded,
        bulletin.0,
        messages.plain.variant,
        ways.urgency as i16,
        ways.forwarding as ForwardingMode,
        messages.forwarding.map(|message| message.variant),
        ways.all as Option<Way>,
        &ways.tiers as &[Way],
        ways.listen_pushes,
        ways.push_after,
    )
    .execute(&mut *db)
    .await?;
    count_deliveries(db, bulletin).await
}

/// Notes with a bulletin how many deliveries it has.
async fn count_deliveries(db: &mut Connection, bulletin: BulletinId) -> Result<i32> {
    Ok(sqlx::query_scalar!(
        r#"update bulletins b set deliveries = (
            select coalesce(sum(groups), 0)::int from progress p where p.bulletin_no = b.no)
        where id = $1 returning deliveries as "n!""#,
        bulletin.0,
    )
    .fetch_one(db)
    .await?)
}

/// Makes the deliveries of a bulletin that `digest` carries: one for each of the digest's, waiting for what becomes of that one, which they
/// follow (`follow_digests`). `messages` are its own, which a group is given that shares it by hand; `of_digest` tell which groups forward.
pub async fn insert_carried(
    db: &mut Connection,
    bulletin: BulletinId,
    messages: Messages,
    digest: BulletinId,
    of_digest: Messages,
) -> Result<i32> {
    sqlx::query!(
        "insert into deliveries (bulletin_no, group_id, variant, channel_id, members, state, tier, priority, has_children,
            automatic, recipient, changed)
        select (select no from bulletins where id = $1), group_id, case when variant = $4 then coalesce($3::smallint, $2::smallint) else $2 end,
            channel_id, members, 'waiting', tier, priority, false, true, recipient, (select change_mark())
        from deliveries where bulletin_no = (select no from bulletins where id = $5) order by group_id",
        bulletin.0,
        messages.plain.variant,
        messages.forwarding.map(|message| message.variant),
        of_digest.forwarding.map(|message| message.variant),
        digest.0,
    )
    .execute(&mut *db)
    .await?;
    count_deliveries(db, bulletin).await
}

/// Makes deliveries of the bulletin `notice` for every group where `about` was accepted, or may have been, and that
/// has none yet, all ready at once: a withdrawal follows what went out, wherever it went, however late it is known.
pub async fn insert_where_accepted(
    db: &mut Connection,
    notice: BulletinId,
    about: BulletinId,
    message: MessageId,
    urgency: Urgency,
    now: Timestamp,
) -> Result<i32> {
    sqlx::query!(
        "insert into deliveries (bulletin_no, group_id, variant, turn_at, channel_id, members, state,
            tier, priority, has_children, automatic, recipient, changed)
        select n.no, d.group_id, $2, $3, d.channel_id, d.members, 'ready', d.tier,
            (3 - $4::smallint) * 2 + 1, false, true, d.recipient, (select change_mark())
        from bulletins n, bulletins a join deliveries d on d.bulletin_no = a.no
        where n.id = $1 and a.id = $5 and (d.state in ('accepted', 'seen') or d.outcome_open)
        on conflict (bulletin_no, group_id) do nothing",
        notice.0,
        message.variant,
        now as Timestamp,
        urgency as i16,
        about.0,
    )
    .execute(&mut *db)
    .await?;
    count_deliveries(db, notice).await
}

/// Withdrawal notices of bulletins that were accepted somewhere after the notice went out.
pub async fn list_late_notices(
    db: &mut Connection,
    since: Timestamp,
) -> Result<Vec<(BulletinId, BulletinId, MessageId)>> {
    let rows = sqlx::query!(
        r#"select n.id as "notice: BulletinId", n.about as "about!: BulletinId", m.variant
        from bulletins n join bulletins a on a.id = n.about join messages m on m.bulletin_id = n.id and m.noted_by is null and not m.forward_button
            left join bulletins whole on whole.id = a.digest_id
        -- a digest that carries it goes on until it expires itself
        where n.kind = 'withdrawal' and n.stage = 'published' and greatest(n.published_at, whole.expires_at) > $1
            and exists (select from deliveries d where d.bulletin_no = a.no and (d.state in ('accepted', 'seen') or d.outcome_open)
                and not exists (select from deliveries went where went.bulletin_no = n.no and went.group_id = d.group_id))"#,
        since as Timestamp,
    )
    .fetch_all(db)
    .await?;
    let message = |notice, variant| MessageId { bulletin: notice, variant };
    Ok(rows.into_iter().map(|row| (row.notice, row.about, message(row.notice, row.variant))).collect())
}

/// What a bulletin would mean for one tier of one channel.
#[derive(Clone, Debug)]
pub struct Load {
    /// The channel; none = groups that no channel serves.
    pub channel_id: Option<ChannelId>,
    /// 1, 2 or 3.
    pub tier: i16,
    /// Groups that would receive it.
    pub groups: i64,
    /// Of these, linked to a LINE group.
    pub linked: i64,
    /// Members of these, as far as they are known.
    pub seats: i64,
    /// Of these, members of groups that are pushed to: what LINE counts. What is only pushed after a while is among them.
    pub pushed: i64,
    /// Of the linked groups, those of which LINE has not said yet how many members they have.
    pub unknown: i64,
    /// Of the groups, those that wait for a steward.
    pub stewarded: i64,
}

/// Counts what publishing would mean, by channel and tier.
pub async fn count_audience(db: &mut Connection, selection: &Selection, ways: &Ways) -> Result<Vec<Load>> {
    Ok(sqlx::query_as!(
        Load,
        r#"select channel_id as "channel_id: ChannelId", tier as "tier!", count(*) as "groups!",
            count(line_group_id) as "linked!",
            coalesce(sum(members) filter (where line_group_id is not null), 0) as "seats!",
            coalesce(sum(members) filter (where line_group_id is not null and (way <> 'listen' or id = $1 and own is distinct from 'listen')), 0) as "pushed!",
            count(*) filter (where line_group_id is not null and members is null
                and (way <> 'listen' or id = $1 and own is distinct from 'listen')) as "unknown!",
            count(*) filter (where (forwarding = $7 or way <> 'push') and (id <> $1 or way = 'listen' and own = 'listen')) as "stewarded!"
        from (
            select g.id, g.channel_id, g.tier, g.line_group_id, g.members, g.forwarding, g.way as own,
                way_of_group(coalesce($8::group_way, g.way), g.tier, $9, $10, g.forwarding, g.forward_within) as way
            from audience_groups($1, $2, $3, $4, $5, $6) g
        ) as picked
        group by channel_id, tier order by channel_id, tier"#,
        selection.origin,
        selection.tiers.as_deref(),
        selection.provinces.as_deref(),
        selection.office_kinds.as_deref() as Option<&[OfficeKind]>,
        selection.groups.as_deref(),
        &selection.excluded,
        Forwarding::Stewarded as Forwarding,
        ways.all as Option<Way>,
        &ways.tiers as &[Way],
        ways.listen_pushes,
    )
    .fetch_all(db)
    .await?)
}

/// The channels that the deliveries of a bulletin use.
pub async fn list_channels_of(db: &mut Connection, bulletin: BulletinId) -> Result<Vec<ChannelId>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct channel_id as "id!: ChannelId"
        from progress where bulletin_no = (select no from bulletins where id = $1)"#,
        bulletin.0,
    )
    .fetch_all(db)
    .await?)
}
