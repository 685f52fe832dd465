//! Where a bulletin stands at a group of the office, in words: who did what, when.

use super::format::soon;
use crate::domain::actor::{Actor, Part};
use crate::domain::delivery::State;
use crate::domain::time::Timestamp;
use crate::store::waiting::OwnDelivery;
use crate::store::{Connection, StoreError};
use crate::web::ui::actor::name_actor;
use crate::web::ui::format::moment;
use crate::web::words::Words;

/// What is said of one copy.
pub async fn forwarding_text(
    db: &mut Connection,
    t: Words,
    copy: &OwnDelivery,
    now: Timestamp,
) -> Result<String, StoreError> {
    let at = |at: Option<Timestamp>| at.map(|at| moment(t, at)).unwrap_or_default();
    Ok(match copy.state {
        State::Waiting => t.say("forward-state-waiting"),
        State::Held => match copy.release_at {
            Some(release_at) => {
                let at = soon(t, release_at, now);
                t.say_with("forward-state-held-until", &[("at", at.as_str())])
            }
            None => t.say("forward-state-held"),
        },
        State::Ready | State::Accepted | State::Failed | State::Unreachable => accepted_text(db, t, copy).await?,
        State::Seen => t.say_with("forward-state-seen", &[("at", &at(copy.ended_at))]),
        State::Declined => {
            let by = match &copy.forwarded_by {
                Some(by) => name_actor(db, t, by).await?,
                None => String::new(),
            };
            t.say_with("forward-state-declined", &[("by", &by), ("at", &at(copy.ended_at))])
        }
        State::Withdrawn => t.say_with("forward-state-withdrawn", &[("at", &at(copy.ended_at))]),
        State::Expired => t.say_with("forward-state-expired", &[("at", &at(copy.ended_at))]),
    })
}

/// How it went into the group.
async fn accepted_text(db: &mut Connection, t: Words, copy: &OwnDelivery) -> Result<String, StoreError> {
    let how = match &copy.forwarded_by {
        None => t.say("forward-state-automatic"),
        Some(Actor::Program(Part::Time)) => t.say("forward-state-by-time"),
        Some(by) => {
            let by = name_actor(db, t, by).await?;
            let at = copy.eligible_at.map(|at| moment(t, at)).unwrap_or_default();
            t.say_with("forward-state-forwarded", &[("by", &by), ("at", &at)])
        }
    };
    let then = match copy.state {
        State::Accepted => {
            let at = copy.ended_at.map(|at| moment(t, at)).unwrap_or_default();
            t.say_with("forward-state-accepted", &[("at", &at)])
        }
        State::Failed => t.say("forward-state-failed"),
        State::Unreachable => t.say("forward-state-unreachable"),
        // what is on its way is followed by the receipt, which keeps itself fresh
        _ => return Ok(how),
    };
    Ok(format!("{how} · {then}"))
}
