//! Seeds the demo's past: moves deliveries at once to where weeks would have brought them.
//!
//! For the demo and nothing else: the engine never moves a delivery this way. All the same the database's rules hold,
//! each move is one of the table, and the counters, histograms and acknowledgements follow as they always do. The
//! caller works out what became of each copy (`app::demo`) and holds the bulletin's lock.

use super::batches::keys;
use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::delivery::{Reason, State};
use crate::domain::ids::{BulletinId, DeliveryId, GroupId};
use crate::domain::time::Timestamp;
use serde_json::json;

/// One copy of a bulletin, as far as its past depends on it.
#[derive(Clone, Debug)]
pub struct SeedDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// The group whose copy it waits for.
    pub parent_group: Option<i32>,
    /// Its group.
    pub group_id: GroupId,
    /// The group's code.
    pub code: String,
    /// The group's tier.
    pub tier: i16,
    /// Where it stands.
    pub state: State,
    /// Whether it goes in by itself.
    pub automatic: bool,
    /// Minutes until it goes in by itself where it is not automatic.
    pub forward_within: Option<i32>,
    /// Members of the LINE group.
    pub members: i32,
    /// Whether a LINE group is linked.
    pub linked: bool,
    /// Whether its members forward by hand.
    pub listens: bool,
    /// When its turn came, or when it was forwarded.
    pub eligible_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// The copies of a bulletin, parents before children.
pub async fn list_seed_deliveries(db: &mut Connection, bulletin: BulletinId) -> Result<Vec<SeedDelivery>> {
    Ok(sqlx::query_as!(
        SeedDelivery,
        r#"select delivery_id(b.published_at, d.bulletin_no, d.group_id) as "id!: DeliveryId", d.parent_group, d.group_id as "group_id: GroupId", g.code, d.tier, d.state,
            d.automatic, d.forward_within, d.members, (d.recipient is not null) as "linked!",
            coalesce(g.way = 'listen', false) as "listens!", d.turn_at as eligible_at, d.ended_at
        from bulletins b join deliveries d on d.bulletin_no = b.no join groups g on g.id = d.group_id
        where b.id = $1 order by cardinality(g.path), d.group_id"#,
        bulletin.0,
    )
    .fetch_all(db)
    .await?)
}

/// What became of one copy.
#[derive(Clone, Debug)]
pub struct SimulatedOutcome {
    /// The delivery.
    pub id: DeliveryId,
    /// Where it stands now: held, or at an end.
    pub state: State,
    /// Why, unless held or accepted.
    pub reason: Option<Reason>,
    /// When its turn came, or when it was forwarded.
    pub eligible_at: Option<Timestamp>,
    /// When it goes in by itself, for one that is held.
    pub release_at: Option<Timestamp>,
    /// When LINE was first called.
    pub called_at: Option<Timestamp>,
    /// When it ended, unless held.
    pub ended_at: Option<Timestamp>,
    /// Whether it went on without the group above.
    pub bypassed: bool,
    /// Who forwarded it.
    pub forwarded_by: Option<Actor>,
    /// Calls to LINE.
    pub attempts: i16,
    /// When persons acknowledged it, one time for each.
    pub taps: Vec<Timestamp>,
}

/// Writes down what became of copies that are not at their end, with LINE's ids made up for those accepted.
///
/// # Errors
/// When the database fails, or a move is not in the table.
pub async fn write_outcomes(db: &mut Connection, outcomes: &[SimulatedOutcome]) -> Result<()> {
    // what LINE refused was ready first: the table knows no other way there
    let refused = |state| matches!(state, State::Failed | State::Unreachable);
    let (bulletins, groups) = keys(outcomes.iter().filter(|outcome| refused(outcome.state)).map(|outcome| outcome.id));
    sqlx::query!(
        "update deliveries d set state = 'ready', turn_at = coalesce(d.turn_at, b.published_at), release_at = null
        from unnest($1::int[], $2::int[]) as f(bulletin_no, group_id), bulletins b
        where d.bulletin_no = f.bulletin_no and d.group_id = f.group_id and b.no = d.bulletin_no",
        &bulletins,
        &groups,
    )
    .execute(&mut *db)
    .await?;
    let (bulletins, groups) = keys(outcomes.iter().map(|outcome| outcome.id));
    let states: Vec<State> = outcomes.iter().map(|outcome| outcome.state).collect();
    let reasons: Vec<Option<Reason>> = outcomes.iter().map(|outcome| outcome.reason).collect();
    let turns: Vec<Option<Timestamp>> = outcomes.iter().map(|outcome| outcome.eligible_at).collect();
    let releases: Vec<Option<Timestamp>> = outcomes.iter().map(|outcome| outcome.release_at).collect();
    let calls: Vec<Option<Timestamp>> = outcomes.iter().map(|outcome| outcome.called_at).collect();
    let ends: Vec<Option<Timestamp>> = outcomes.iter().map(|outcome| outcome.ended_at).collect();
    let bypassed: Vec<bool> = outcomes.iter().map(|outcome| outcome.bypassed).collect();
    let by: Vec<Option<String>> =
        outcomes.iter().map(|outcome| outcome.forwarded_by.as_ref().map(Actor::to_string)).collect();
    let attempts: Vec<i16> = outcomes.iter().map(|outcome| outcome.attempts).collect();
    let taps: Vec<i32> = outcomes.iter().map(|outcome| i32::try_from(outcome.taps.len()).unwrap_or(0)).collect();
    sqlx::query!(
        "update deliveries d set state = f.state, reason = f.reason, turn_at = f.turn_at, release_at = f.release_at,
            key_used_at = f.called_at, ended_at = f.ended_at, bypassed_parent = f.bypassed,
            forwarded_by = coalesce(f.forwarded_by, d.forwarded_by), attempts = f.attempts, acknowledged = f.taps,
            outcome_open = f.reason is not distinct from 'outcome_unknown',
            line_request_id = case when f.called_at is not null then gen_random_uuid() end,
            line_message_ids = case when f.state = 'accepted'
                then (461230966842064897 + (random() * 1e12)::bigint)::text end,
            changed = (select change_mark())
        from unnest($1::int[], $12::int[], $2::delivery_state[], $3::delivery_reason[], $4::timestamptz[],
            $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::bool[], $9::text[], $10::smallint[], $11::int[])
            as f(bulletin_no, group_id, state, reason, turn_at, release_at, called_at, ended_at, bypassed, forwarded_by, attempts, taps)
        where d.bulletin_no = f.bulletin_no and d.group_id = f.group_id",
        &bulletins,
        &states as &[State],
        &reasons as &[Option<Reason>],
        &turns as &[Option<Timestamp>],
        &releases as &[Option<Timestamp>],
        &calls as &[Option<Timestamp>],
        &ends as &[Option<Timestamp>],
        &bypassed,
        &by as &[Option<String>],
        &attempts,
        &taps,
        &groups,
    )
    .execute(&mut *db)
    .await?;
    insert_heard(db, outcomes).await?;
    insert_taps(db, outcomes).await
}

/// Writes down the messages by which copies were seen, as the webhook would have, and the cards that answered them.
async fn insert_heard(db: &mut Connection, outcomes: &[SimulatedOutcome]) -> Result<()> {
    let seen = || outcomes.iter().filter(|outcome| outcome.state == State::Seen);
    let (bulletins, groups) = keys(seen().map(|outcome| outcome.id));
    let ats: Vec<Option<Timestamp>> = seen().map(|outcome| outcome.ended_at).collect();
    sqlx::query!(
        "with heard as (
            insert into heard_messages (bulletin_no, group_id, message_id, at, person, verdict, judged_at)
            select h.bulletin_no, h.group_id, (461230966842064897 + (random() * 1e12)::bigint)::text, h.at,
                sha256(convert_to('steward ' || h.group_id, 'UTF8')), 'same', h.at
            from unnest($1::int[], $2::int[], $3::timestamptz[]) as h(bulletin_no, group_id, at)
        )
        insert into heard_cards (bulletin_no, group_id, tried_at, taken_at, line_message_ids)
        select h.bulletin_no, h.group_id, h.at, h.at, (461230966842064897 + (random() * 1e12)::bigint)::text
        from unnest($1::int[], $2::int[], $3::timestamptz[]) as h(bulletin_no, group_id, at)",
        &bulletins,
        &groups,
        &ats as &[Option<Timestamp>],
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_taps(db: &mut Connection, outcomes: &[SimulatedOutcome]) -> Result<()> {
    let taps = || outcomes.iter().flat_map(|outcome| outcome.taps.iter().map(|at| (outcome.id, *at)));
    let (bulletins, groups) = keys(taps().map(|(id, _)| id));
    let ats: Vec<Timestamp> = taps().map(|(_, at)| at).collect();
    sqlx::query!(
        "insert into acknowledgements (bulletin_no, group_id, person, at)
        select t.bulletin_no, t.group_id, sha256(convert_to(t.bulletin_no || ' ' || t.group_id || ' ' || t.n, 'UTF8')), t.at
        from unnest($1::int[], $2::int[], $3::timestamptz[]) with ordinality as t(bulletin_no, group_id, at, n)",
        &bulletins,
        &groups,
        &ats as &[Timestamp],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down what LINE is to have counted on the days before `today`: a few members less, as who blocked the account is not counted.
pub async fn insert_line_counts(db: &mut Connection, today: jiff::civil::Date, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into line_day_counts (channel_id, day, messages, asked_at)
        select channel_id, day, (sum(pushed_messages) * 0.997)::bigint, $2 from day_costs
        where day < $1::text::date group by channel_id, day
        on conflict do nothing",
        today.to_string(),
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// One steward's forwarding into one group.
#[derive(Clone, Debug)]
pub struct Forwarding {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// Into which group.
    pub group_id: GroupId,
}

/// Notes in the audit that stewards forwarded a bulletin, as their forwarding would have.
pub async fn insert_forwardings(db: &mut Connection, bulletin: BulletinId, all: &[Forwarding]) -> Result<()> {
    let ats: Vec<Timestamp> = all.iter().map(|one| one.at).collect();
    let by: Vec<String> = all.iter().map(|one| one.by.to_string()).collect();
    let details: Vec<serde_json::Value> =
        all.iter().map(|one| json!({ "groups": [one.group_id.0], "note": false })).collect();
    sqlx::query!(
        "insert into audit (at, actor, act, subject, detail)
        select at, actor, 'forward', 'bulletin:' || $1::uuid, detail
        from unnest($2::timestamptz[], $3::text[], $4::jsonb[]) as f(at, actor, detail) order by at",
        bulletin.0,
        &ats as &[Timestamp],
        &by,
        &details,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether any bulletin was published before `at`.
pub async fn is_published_before(db: &mut Connection, at: Timestamp) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from bulletins where published_at < $1) as "any!""#,
        at as Timestamp,
    )
    .fetch_one(db)
    .await?)
}

/// The codes of the groups whose account is known to be gone.
pub async fn list_lost_groups(db: &mut Connection) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!("select code from groups where lost_at is not null order by code").fetch_all(db).await?)
}

/// A copy that waits for its steward.
#[derive(Clone, Debug)]
pub struct HeldDelivery {
    /// Its group.
    pub group_id: GroupId,
    /// The group's code.
    pub code: String,
    /// The group's tier.
    pub tier: i16,
    /// Whether its members forward by hand.
    pub listens: bool,
    /// Since when.
    pub eligible_at: Timestamp,
}

/// The copies of a bulletin that wait for their stewards.
pub async fn list_held_deliveries(db: &mut Connection, bulletin: BulletinId) -> Result<Vec<HeldDelivery>> {
    Ok(sqlx::query_as!(
        HeldDelivery,
        r#"select d.group_id as "group_id: GroupId", g.code, d.tier, coalesce(g.way = 'listen', false) as "listens!",
            d.turn_at as "eligible_at!"
        from deliveries d join groups g on g.id = d.group_id
        where d.bulletin_no = (select no from bulletins where id = $1) and d.state = 'held' order by d.group_id"#,
        bulletin.0,
    )
    .fetch_all(db)
    .await?)
}
