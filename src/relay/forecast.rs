//! Forecast: what publishing a draft, or a choice that is not saved yet, or letting a bulletin into groups would mean,
//! before anybody does it.
//!
//! LINE counts a push once for every member of the group, so one bulletin to the tree costs the sum of all members. Of a
//! group that was just linked LINE may not have told yet how many those are: that is unknown, and never none.

use super::audience::resolve;
use super::refusal::Result;
use crate::domain::bulletin::{Audience, ForwardingMode};
use crate::domain::group::MOST_MEMBERS;
use crate::domain::ids::{BulletinId, ChannelId, GroupId};
use crate::domain::time::Timestamp;
use crate::domain::way::WayRules;
use crate::store::Connection;
use crate::store::bulletins;
use crate::store::channels::{Channel, list_channels};
use crate::store::fan_out::{Load, Ways, count_audience};
use crate::store::waiting::count_unsent;

/// What publishing would mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Groups that would receive it.
    pub groups: i64,
    /// Of these, linked to a LINE group.
    pub linked: i64,
    /// Of these, at which it would wait for a steward.
    pub stewarded: i64,
    /// Members of the linked groups, as far as they are known.
    pub seats: i64,
    /// Messages that LINE would count: one for each seat of a group that is pushed to.
    pub messages: i64,
    /// Linked groups of which LINE has not said yet how many members they have; their messages are not counted above.
    pub unknown_members: i64,
    /// By tier, from the top; tiers that it does not reach are left out.
    pub tiers: Vec<TierForecast>,
    /// By channel.
    pub channels: Vec<ChannelForecast>,
}

/// What it would mean for one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierForecast {
    /// 1, 2 or 3.
    pub tier: i16,
    /// Groups that would receive it.
    pub groups: i64,
    /// Of these, linked to a LINE group.
    pub linked: i64,
    /// Members of the linked groups, as far as they are known.
    pub seats: i64,
    /// Linked groups of which it is not known how many members they have.
    pub unknown_members: i64,
}

/// What it would mean for one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelForecast {
    /// The channel's code.
    pub channel: String,
    /// Groups that it would send to.
    pub groups: i64,
    /// Messages that LINE would count, as far as members are known.
    pub messages: i64,
    /// Of the groups, linked ones of which it is not known how many members they have.
    pub unknown_members: i64,
    /// What is left of the month's messages; none = not limited, or not known.
    pub quota_left: Option<i64>,
    /// Whether that is enough; none = not known, also where it hangs on groups whose members are not known.
    pub enough: Option<bool>,
    /// When LINE was asked.
    pub quota_checked_at: Option<Timestamp>,
}

/// Counts what publishing the bulletin `id` would mean, with the tree as it is now.
///
/// # Errors
/// [`Refusal`](super::refusal::Refusal).
pub async fn forecast(db: &mut Connection, rules: &WayRules, id: BulletinId) -> Result<Forecast> {
    let bulletin = bulletins::get_bulletin(db, id).await?;
    let ways = Ways::of(rules, bulletin.urgency(), bulletin.forwarding, bulletin.way);
    forecast_audience(db, bulletin.origin_id, &bulletin.audience, bulletin.forwarding, &ways).await
}

/// Counts what publishing from `origin` to `audience` would mean, with the tree as it is now.
///
/// # Errors
/// [`Refusal::UnknownGroups`](super::refusal::Refusal::UnknownGroups); when the database fails.
pub async fn forecast_audience(
    db: &mut Connection,
    origin: GroupId,
    audience: &Audience,
    forwarding: ForwardingMode,
    ways: &Ways,
) -> Result<Forecast> {
    let selection = resolve(db, origin, audience).await?;
    let loads = count_audience(db, &selection, ways).await?;
    let automatic = forwarding == ForwardingMode::Automatic;
    forecast_loads(db, &loads, automatic).await
}

/// Counts what letting a bulletin into these groups would mean, by the copies at or below them that are not sent yet.
///
/// # Errors
/// [`Refusal`](super::refusal::Refusal).
pub async fn forecast_forward(
    db: &mut Connection,
    rules: &WayRules,
    id: BulletinId,
    groups: &[i32],
) -> Result<Forecast> {
    let bulletin = bulletins::get_bulletin(db, id).await?;
    let ways = Ways::of(rules, bulletin.urgency(), bulletin.forwarding, bulletin.way);
    let loads = count_unsent(db, id, groups, &ways).await?;
    forecast_loads(db, &loads, false).await
}

/// Holds what would be sent against what is left of each channel's month.
async fn forecast_loads(db: &mut Connection, loads: &[Load], automatic: bool) -> Result<Forecast> {
    let channels = list_channels(db).await?;
    let seats = loads.iter().map(|load| load.seats).sum();
    Ok(Forecast {
        groups: loads.iter().map(|load| load.groups).sum(),
        linked: loads.iter().map(|load| load.linked).sum(),
        stewarded: if automatic { 0 } else { loads.iter().map(|load| load.stewarded).sum() },
        seats,
        messages: loads.iter().map(|load| load.pushed).sum(),
        unknown_members: loads.iter().map(|load| load.unknown).sum(),
        tiers: by_tier(loads),
        channels: channels.iter().filter_map(|channel| for_channel(channel, loads)).collect(),
    })
}

fn by_tier(loads: &[Load]) -> Vec<TierForecast> {
    let of = |tier| {
        let nothing = TierForecast { tier, groups: 0, linked: 0, seats: 0, unknown_members: 0 };
        loads.iter().filter(|load| load.tier == tier).fold(nothing, |sum, load| TierForecast {
            tier,
            groups: sum.groups + load.groups,
            linked: sum.linked + load.linked,
            seats: sum.seats + load.seats,
            unknown_members: sum.unknown_members + load.unknown,
        })
    };
    [1, 2, 3].map(of).into_iter().filter(|tier| tier.groups > 0).collect()
}

/// What it would mean for `channel`; none where it sends to nobody.
fn for_channel(channel: &Channel, loads: &[Load]) -> Option<ChannelForecast> {
    let id: ChannelId = channel.id;
    let own = || loads.iter().filter(|load| load.channel_id == Some(id));
    own().next()?;
    let messages: i64 = own().map(|load| load.pushed).sum();
    let unknown_members: i64 = own().map(|load| load.unknown).sum();
    let quota_left = channel.quota_limit.zip(channel.quota_used).map(|(limit, used)| (limit - used).max(0));
    Some(ChannelForecast {
        channel: channel.code.clone(),
        groups: own().map(|load| load.groups).sum(),
        messages,
        unknown_members,
        quota_left,
        enough: channel.quota_checked_at.and_then(|_| is_enough(quota_left, messages, unknown_members)),
        quota_checked_at: channel.quota_checked_at,
    })
}

/// Whether `left` messages are enough for those that are known, and for `unknown` groups as large as LINE's groups are; none
/// where it hangs on how large they are. No limit is always enough.
fn is_enough(left: Option<i64>, messages: i64, unknown: i64) -> Option<bool> {
    let Some(left) = left else { return Some(true) };
    if left < messages {
        return Some(false);
    }
    (left >= messages + unknown * MOST_MEMBERS).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_unknown_size_leave_open_whether_the_quota_is_enough() {
        assert_eq!(is_enough(Some(100), 100, 0), Some(true));
        assert_eq!(is_enough(Some(99), 100, 7), Some(false));
        assert_eq!(is_enough(Some(100), 100, 1), None);
        assert_eq!(is_enough(Some(100 + MOST_MEMBERS), 100, 1), Some(true));
        assert_eq!(is_enough(None, 100, 1), Some(true));
    }
}
