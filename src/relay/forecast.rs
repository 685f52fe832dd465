//! Forecast: what publishing a draft, or a choice that is not saved yet, or letting a bulletin into groups would mean,
//! before anybody does it.
//!
//! LINE counts a push once for every member of the group, so one bulletin to the tree costs the sum of all members. Of a
//! group that was just linked LINE may not have told yet how many those are: that is unknown, and never none.

use std::collections::BTreeMap;

use super::audience::resolve;
use super::channels::budget_of;
use super::cost::list_used;
use super::refusal::Result;
use super::settings::Settings;
use crate::domain::bulletin::{Audience, ForwardingMode, Urgency};
use crate::domain::group::MOST_MEMBERS;
use crate::domain::ids::{BulletinId, ChannelId, GroupId};
use crate::domain::price::{Baht, PriceList};
use crate::domain::time::Timestamp;
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
    /// What they would cost on top of what the month has used; none = no price is known.
    pub baht: Option<Baht>,
    /// The same, if it were pushed into every group; the difference is what listening saves.
    pub if_pushed: Pushed,
    /// Linked groups of which LINE has not said yet how many members they have; their messages are not counted above.
    pub unknown_members: i64,
    /// By tier, from the top; tiers that it does not reach are left out.
    pub tiers: Vec<TierForecast>,
    /// By channel.
    pub channels: Vec<ChannelForecast>,
}

/// Messages that LINE would count, and what they would cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Messages.
    pub messages: i64,
    /// What they would cost on top of what the month has used; none = no price is known.
    pub baht: Option<Baht>,
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
    /// What they would cost on top of what the month has used; none = no price is known.
    pub baht: Option<Baht>,
    /// The same, if it were pushed into every group.
    pub if_pushed: Pushed,
    /// What is left of the budget for this urgency; none = there is no limit.
    pub budget_left: Option<i64>,
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
pub async fn forecast(db: &mut Connection, settings: &Settings, id: BulletinId, now: Timestamp) -> Result<Forecast> {
    let bulletin = bulletins::get_bulletin(db, id).await?;
    let ways = Ways::of(&settings.ways, bulletin.urgency(), bulletin.forwarding, bulletin.way);
    forecast_audience(db, settings, bulletin.origin_id, &bulletin.audience, &ways, now).await
}

/// Counts what publishing from `origin` to `audience` would mean, with the tree as it is now.
///
/// # Errors
/// [`Refusal::UnknownGroups`](super::refusal::Refusal::UnknownGroups); when the database fails.
pub async fn forecast_audience(
    db: &mut Connection,
    settings: &Settings,
    origin: GroupId,
    audience: &Audience,
    ways: &Ways,
    now: Timestamp,
) -> Result<Forecast> {
    let selection = resolve(db, origin, audience).await?;
    let loads = count_audience(db, &selection, ways).await?;
    let automatic = ways.forwarding() == ForwardingMode::Automatic;
    Ok(forecast_loads(&loads, automatic, &Money::look(db, settings, ways.urgency(), now).await?))
}

/// Counts what letting a bulletin into these groups would mean, by the copies at or below them that are not sent yet.
///
/// # Errors
/// [`Refusal`](super::refusal::Refusal).
pub async fn forecast_forward(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    groups: &[i32],
    now: Timestamp,
) -> Result<Forecast> {
    let bulletin = bulletins::get_bulletin(db, id).await?;
    let ways = Ways::of(&settings.ways, bulletin.urgency(), bulletin.forwarding, bulletin.way);
    let loads = count_unsent(db, id, groups, &ways).await?;
    Ok(forecast_loads(&loads, false, &Money::look(db, settings, ways.urgency(), now).await?))
}

/// What a forecast reckons with: the channels, what they have used of the month, and the prices.
struct Money<'a> {
    prices: &'a PriceList,
    channels: Vec<Channel>,
    used: BTreeMap<i32, i64>,
    /// What each channel's budget allows for the bulletin's urgency, by its number.
    limits: BTreeMap<i32, i64>,
}

impl<'a> Money<'a> {
    async fn look(db: &mut Connection, settings: &'a Settings, urgency: Urgency, now: Timestamp) -> Result<Self> {
        let channels = list_channels(db).await?;
        let used = list_used(db, &channels, now).await?;
        let limit = |channel: &Channel| {
            let reserve_open = channel.reserve_is_open(now);
            Some((channel.id.0, budget_of(settings, channel).limit(urgency, reserve_open)?))
        };
        let limits = channels.iter().filter_map(limit).collect();
        Ok(Self { prices: &settings.prices, channels, used, limits })
    }

    fn used(&self, channel: &Channel) -> i64 {
        self.used.get(&channel.id.0).copied().unwrap_or(0)
    }

    fn price(&self, channel: &Channel, messages: i64) -> Option<Baht> {
        self.prices.more(self.used(channel), messages)
    }
}

/// Holds what would be sent against what is left of each channel's month.
fn forecast_loads(loads: &[Load], automatic: bool, money: &Money<'_>) -> Forecast {
    let channels: Vec<_> = money.channels.iter().filter_map(|channel| for_channel(channel, loads, money)).collect();
    Forecast {
        groups: loads.iter().map(|load| load.groups).sum(),
        linked: loads.iter().map(|load| load.linked).sum(),
        stewarded: if automatic { 0 } else { loads.iter().map(|load| load.stewarded).sum() },
        seats: loads.iter().map(|load| load.seats).sum(),
        messages: loads.iter().map(|load| load.pushed).sum(),
        baht: channels.iter().map(|channel| channel.baht).sum::<Option<Baht>>(),
        if_pushed: Pushed {
            messages: loads.iter().map(|load| load.seats).sum(),
            baht: channels.iter().map(|channel| channel.if_pushed.baht).sum::<Option<Baht>>(),
        },
        unknown_members: loads.iter().map(|load| load.unknown).sum(),
        tiers: by_tier(loads),
        channels,
    }
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
fn for_channel(channel: &Channel, loads: &[Load], money: &Money<'_>) -> Option<ChannelForecast> {
    let id: ChannelId = channel.id;
    let own = || loads.iter().filter(|load| load.channel_id == Some(id));
    own().next()?;
    let messages: i64 = own().map(|load| load.pushed).sum();
    let seats: i64 = own().map(|load| load.seats).sum();
    let unknown_members: i64 = own().map(|load| load.unknown).sum();
    let quota_left = channel.quota_limit.zip(channel.quota_used).map(|(limit, used)| (limit - used).max(0));
    Some(ChannelForecast {
        channel: channel.code.clone(),
        groups: own().map(|load| load.groups).sum(),
        messages,
        baht: money.price(channel, messages),
        if_pushed: Pushed { messages: seats, baht: money.price(channel, seats) },
        budget_left: money.limits.get(&channel.id.0).map(|limit| (limit - money.used(channel)).max(0)),
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
