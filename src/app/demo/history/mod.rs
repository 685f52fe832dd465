//! Three weeks of history for the demo, so that every page has something to show on the first day.
//!
//! Each bulletin is written and published by the commands of the relay, on the day on which it is to have been;
//! what people did to it (a withdrawal, a refusal, a note) goes by their commands too. Only the rest of its way, which
//! would take weeks, is worked out ([`simulation`]) and written at once ([`store::demo_seed`](crate::store::demo_seed)). Made
//! once, on a cluster that has no bulletins older than two days.

mod letters;
mod simulation;

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Context as _;
use jiff::ToSpan as _;

use self::letters::{Event, LETTERS, Letter, MADE_UP, NEWS, Published, To};
use self::simulation::{Scenario, simulate};
pub(super) use self::simulation::{seed_for, steward_of};
use crate::domain::actor::Actor;
use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode};
use crate::domain::delivery::{Reason, State};
use crate::domain::ids::{BulletinId, GroupId};
use crate::domain::line_month::line_day;
use crate::domain::right::Right;
use crate::domain::thai::{Digits, format_long_date, from_bangkok, to_bangkok};
use crate::domain::time::Timestamp;
use crate::relay::engine::Engine;
use crate::relay::forward::{ForwardTarget, SignedNote, decline, forward};
use crate::relay::public_token;
use crate::relay::publish::publish;
use crate::relay::withdraw::withdraw;
use crate::store::attempts::{Attempt, insert_attempts};
use crate::store::bulletins::{Draft, get_bulletin, insert_draft};
use crate::store::demo_seed::{
    Forwarding, SimulatedOutcome, insert_forwardings, insert_line_counts, is_published_before, list_seed_deliveries,
    write_outcomes,
};
use crate::store::{Connection, StoreError, groups, links};

/// The governor who is never there: what is held at the province stays held.
pub(super) const ABSENT_GROUP: &str = "gcc2-ranong";
/// The group from which somebody removed the account, and how long ago.
const REMOVED: &str = "gcc3-lamphun-culture";
const REMOVED_AGO: Duration = Duration::from_hours(9 * 24 + 5);
/// Who writes and publishes.
pub(super) fn publisher() -> Actor {
    Actor::user("publisher")
}

/// From the draft to publication.
const WRITING: Duration = Duration::from_mins(40);
/// Before the oldest bulletin.
pub(super) const SINCE_THE_TREE: Duration = Duration::from_hours(60 * 24);

const DAY: Duration = Duration::from_hours(24);

/// Whether there is history already, made or lived.
pub(super) async fn is_there(db: &mut Connection, now: Timestamp) -> Result<bool, StoreError> {
    is_published_before(db, now - 2 * DAY).await
}

/// Makes it; gives how many bulletins and deliveries it has.
///
/// # Errors
/// When the database fails; each bulletin is there as a whole or not at all.
pub(super) async fn make(engine: &Engine) -> anyhow::Result<(usize, i64)> {
    let now = engine.clock.now();
    let mut before: Option<BulletinId> = None;
    let mut removed = false;
    let mut deliveries = 0;
    for (number, letter) in LETTERS.iter().enumerate() {
        let at = letter.published_at(now)?;
        if !removed && at > now - REMOVED_AGO {
            remove_account(engine, now - REMOVED_AGO).await?;
            removed = true;
        }
        let maker = Publisher { engine, letter, at, now, seed: seed_for(letter.number) ^ number as u64 };
        let (id, count) = maker.make(before).await.with_context(|| format!("the bulletin {}", letter.number))?;
        before = Some(id);
        deliveries += i64::from(count);
    }
    insert_line_counts(&mut *engine.db.acquire().await?, line_day(now), now).await?;
    Ok((LETTERS.len(), deliveries))
}

/// What the leave of the account brings about, as long ago as it was.
async fn remove_account(engine: &Engine, at: Timestamp) -> anyhow::Result<()> {
    let mut tx = engine.db.begin().await?;
    if let Some(group) = groups::find_group(&mut tx, REMOVED).await? {
        links::unlink_group(&mut tx, group.id, at, at).await?;
    }
    tx.commit().await?;
    Ok(())
}

impl Letter {
    fn published_at(&self, now: Timestamp) -> anyhow::Result<Timestamp> {
        match self.published {
            Published::Minutes(ago) => Ok(now - Duration::from_mins(ago)),
            Published::Days(ago, hour, minute) => {
                let day = to_bangkok(now).date().checked_sub(ago.days())?;
                Ok(from_bangkok(day.at(hour, minute, 0, 0))?)
            }
        }
    }

    fn draft(&self, origin: GroupId, about: Option<BulletinId>, at: Timestamp) -> anyhow::Result<Draft> {
        let audience = match self.to {
            To::Everyone => Audience::default(),
            To::Heads => Audience { tiers: Some(vec![1, 2]), ..Audience::default() },
            To::Provinces(codes) => {
                let provinces = codes.iter().map(|code| (*code).to_owned()).collect();
                Audience { provinces: Some(provinces), ..Audience::default() }
            }
        };
        Ok(Draft {
            attachment: None,
            media: Vec::new(),
            kind: self.kind,
            about,
            subject: self.subject.to_owned(),
            body: format!("{}\n\n{MADE_UP}", dated(self.body, at)?),
            urgency: self.urgency,
            document_number: Some(self.number.to_owned()),
            document_date: Some(to_bangkok(at).date().to_string()),
            origin,
            audience,
            links: Vec::new(),
            forwarding: ForwardingMode::AsConfigured,
            way: None,
            acknowledgement: Acknowledgement::default(),
            expires_at: None,
            requests: Vec::new(),
        })
    }
}

/// The draft of the bulletin that is published next while the demo runs.
pub(super) fn fresh_draft(number: usize, origin: GroupId, now: Timestamp) -> anyhow::Result<Draft> {
    let letter = &NEWS[number % NEWS.len()];
    letter.draft(origin, None, now)
}

/// The text with its days written out.
fn dated(text: &str, at: Timestamp) -> anyhow::Result<String> {
    let mut pieces = text.split("{วันที่");
    let mut dated = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (days, rest) = piece.split_once('}').context("a day is not closed")?;
        let later: i32 = if days.is_empty() { 0 } else { days.parse()? };
        let day = to_bangkok(at).date().checked_add(later.days())?;
        dated.push_str(&format_long_date(day, Digits::Thai));
        dated.push_str(rest);
    }
    Ok(dated)
}

/// Makes one bulletin of the past.
struct Publisher<'a> {
    engine: &'a Engine,
    letter: &'a Letter,
    at: Timestamp,
    now: Timestamp,
    seed: u64,
}

impl Publisher<'_> {
    async fn make(&self, before: Option<BulletinId>) -> anyhow::Result<(BulletinId, i32)> {
        let settings = &self.engine.settings;
        let id = BulletinId::new(self.at);
        let mut tx = self.engine.db.begin().await?;
        let origin = groups::find_root(&mut tx).await?.ok_or(StoreError::Absent("root of the tree"))?;
        let about = before.filter(|_| matches!(self.letter.event, Event::AboutTheOneBefore));
        let draft = self.letter.draft(origin, about, self.at)?;
        insert_draft(&mut tx, id, &draft, &public_token(), &publisher(), self.at - WRITING).await?;
        publish(&mut tx, settings, id, &Right::whole(publisher()), self.at).await?;
        self.act(&mut tx, id).await?;
        self.advance(&mut tx, id, self.now, &[]).await?;
        let deliveries = get_bulletin(&mut tx, id).await?.deliveries.unwrap_or(0);
        tx.commit().await?;
        Ok((id, deliveries))
    }

    /// What people did to it on its way.
    async fn act(&self, db: &mut Connection, id: BulletinId) -> anyhow::Result<()> {
        let after = |minutes| self.at + Duration::from_mins(minutes);
        match self.letter.event {
            Event::Nothing | Event::AboutTheOneBefore | Event::Failing(_) => {}
            Event::Withdrawn(minutes, reason) => {
                self.advance(db, id, after(minutes), &[]).await?;
                let reason = reason.parse().map_err(anyhow::Error::msg)?;
                let done = withdraw(db, &self.engine.settings, id, &reason, &Right::whole(publisher()), after(minutes))
                    .await?;
                if let Some(notice) = done.notice {
                    self.advance(db, notice, self.now, &[]).await?;
                }
            }
            Event::Declined(minutes, codes, reason) => {
                self.advance(db, id, after(minutes), codes).await?;
                let reason = reason.parse().map_err(anyhow::Error::msg)?;
                for code in codes {
                    let group = group_id(db, code).await?;
                    decline(db, id, &[group.0], &reason, &Right::whole(steward_of(code)), after(minutes)).await?;
                }
            }
            Event::Noted(minutes, code, from, text) => {
                self.advance(db, id, after(minutes), &[code]).await?;
                let group = group_id(db, code).await?;
                let text = text.parse().map_err(anyhow::Error::msg)?;
                let note = SignedNote { text, from: from.to_owned(), group };
                let into = ForwardTarget::Groups(vec![group.0]);
                forward(db, id, &into, Some(&note), &Right::whole(steward_of(code)), after(minutes)).await?;
            }
        }
        Ok(())
    }

    /// Tells the bulletin's way until `until`, with nobody forwarding into the groups `away`.
    async fn advance(
        &self,
        db: &mut Connection,
        id: BulletinId,
        until: Timestamp,
        away: &[&'static str],
    ) -> anyhow::Result<()> {
        let settings = &self.engine.settings;
        let bulletin = get_bulletin(db, id).await?;
        let expires_at = bulletin.expires_at.context("a published bulletin expires")?;
        let patience = settings.bypass_after[bulletin.urgency() as usize].unwrap_or(settings.default_expiry);
        let calls = calls(&settings.retry_schedule);
        let absent: HashSet<&'static str> = away.iter().copied().chain([ABSENT_GROUP]).collect();
        let failing = if let Event::Failing(part) = self.letter.event { part } else { 0.0 };
        let scenario = Scenario {
            expires_at,
            until,
            urgency: bulletin.urgency(),
            patience,
            failing,
            calls: &calls,
            has_button: bulletin.acknowledgement.requested,
            absent: &absent,
            seed: self.seed,
        };
        let copies = list_seed_deliveries(db, id).await?;
        let outcomes = simulate(&copies, &scenario);
        write_outcomes(db, &outcomes).await?;
        insert_attempts(db, &outcomes.iter().flat_map(|outcome| attempts(outcome, &calls)).collect::<Vec<_>>(), false)
            .await?;
        let groups = copies.iter().map(|copy| (copy.id, copy.group_id)).collect::<std::collections::HashMap<_, _>>();
        let forwarded = outcomes.iter().filter_map(|outcome| {
            let by = outcome.forwarded_by.clone().filter(|by| matches!(by, Actor::User(_)))?;
            Some(Forwarding { at: outcome.eligible_at?, by, group_id: *groups.get(&outcome.id)? })
        });
        insert_forwardings(db, id, &forwarded.collect::<Vec<_>>()).await?;
        Ok(())
    }
}

async fn group_id(db: &mut Connection, code: &str) -> anyhow::Result<GroupId> {
    let found = groups::find_group(db, code).await?;
    Ok(found.with_context(|| format!("there is no group \"{code}\""))?.id)
}

/// When the calls of a schedule are made, counted from the first.
fn calls(schedule: &[Duration]) -> Vec<Duration> {
    let mut sum = Duration::ZERO;
    let later = schedule.iter().map(|wait| {
        sum += *wait;
        sum
    });
    std::iter::once(Duration::ZERO).chain(later).collect()
}

/// The calls that did not simply succeed.
fn attempts(outcome: &SimulatedOutcome, calls: &[Duration]) -> Vec<Attempt> {
    let Some(called_at) = outcome.called_at else { return Vec::new() };
    let failed = if outcome.state == State::Failed { calls.len() } else { usize::from(outcome.attempts > 1) };
    let attempt = |after: &Duration| Attempt {
        delivery_id: outcome.id,
        at: called_at + *after + Duration::from_millis(840),
        status: Some(503),
        reason: Some(Reason::LineBusy),
        line_request_id: None,
        milliseconds: 840,
        detail: Some("Service Unavailable".to_owned()),
    };
    calls.iter().take(failed).map(attempt).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::DocumentNumber;
    use crate::domain::secrecy::secrecy_class;
    use crate::domain::text::{Body, Subject};

    #[test]
    fn every_letter_is_one_that_people_could_have_written_in_the_form() {
        let now = Timestamp::from_second(1_763_700_000);
        let mut last = None;
        for letter in LETTERS.iter().chain(NEWS) {
            let at = letter.published_at(now).expect("a time");
            assert!(last.is_none_or(|last| last <= at) && at <= now, "{}", letter.number);
            last = Some(at);
            let draft = letter.draft(GroupId(1), None, at).expect("a draft");
            assert!(draft.subject.parse::<Subject>().is_ok() && draft.body.parse::<Body>().is_ok());
            assert!(draft.body.ends_with(MADE_UP) && !draft.body.contains('{'), "{}", draft.body);
            assert!(secrecy_class(&draft.body).is_none() && secrecy_class(&draft.subject).is_none());
            let number = DocumentNumber::parse(letter.number, Some(to_bangkok(at).date())).expect("a number");
            assert!(number.is_certain(), "{}: {:?}", letter.number, number.doubts());
        }
    }

    #[test]
    fn days_are_written_out_in_thai() {
        let at = Timestamp::from_second(1_763_700_000);
        assert_eq!(dated("ภายในวันที่ {วันที่+3} นี้", at).expect("dated"), "ภายในวันที่ ๒๔ พฤศจิกายน ๒๕๖๘ นี้");
    }
}
