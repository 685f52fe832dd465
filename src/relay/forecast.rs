//! Forecast: what publishing a draft would mean, before anybody does it.
//!
//! LINE counts a push once for every member of the group, so one bulletin to the tree costs the sum of all members.

use super::audience::resolve;
use super::refusal::{Refusal, Result};
use crate::domain::bulletin::ForwardingMode;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::store::Connection;
use crate::store::bulletins::{self, Filter};
use crate::store::channels::list_channels;
use crate::store::fan_out::count_audience;

/// What publishing would mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Groups that would receive it.
    pub groups: i64,
    /// Of these, linked to a LINE group.
    pub linked: i64,
    /// Of these, at which it would wait for a steward.
    pub stewarded: i64,
    /// Members of the linked groups.
    pub seats: i64,
    /// Messages that LINE would count: one for each seat.
    pub messages: i64,
    /// By channel.
    pub channels: Vec<ChannelForecast>,
}

/// What it would mean for one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelForecast {
    /// The channel's code.
    pub channel: String,
    /// Groups that it would send to.
    pub groups: i64,
    /// Messages that LINE would count.
    pub messages: i64,
    /// What is left of the month's messages; none = not limited, or not known.
    pub quota_left: Option<i64>,
    /// Whether that is enough; none = not known.
    pub enough: Option<bool>,
    /// When LINE was asked.
    pub quota_checked_at: Option<Timestamp>,
}

/// Counts what publishing the bulletin `id` would mean, with the tree as it is now.
///
/// # Errors
/// [`Refusal`].
pub async fn forecast(db: &mut Connection, id: BulletinId) -> Result<Forecast> {
    let filter = Filter { id: Some(id), ..Filter::default() };
    let bulletin = bulletins::list_bulletins(db, &filter, 1).await?.pop().ok_or(Refusal::Absent)?;
    let selection = resolve(db, bulletin.origin_id, &bulletin.audience).await?;
    let loads = count_audience(db, &selection).await?;
    let channels = list_channels(db).await?;
    let by_channel = loads
        .iter()
        .filter_map(|load| {
            let channel = channels.iter().find(|channel| Some(channel.id) == load.channel_id)?;
            let quota_left = channel.quota_limit.zip(channel.quota_used).map(|(limit, used)| (limit - used).max(0));
            let known = channel.quota_checked_at.is_some();
            Some(ChannelForecast {
                channel: channel.code.clone(),
                groups: load.groups,
                messages: load.seats,
                quota_left,
                enough: known.then(|| quota_left.is_none_or(|left| left >= load.seats)),
                quota_checked_at: channel.quota_checked_at,
            })
        })
        .collect();
    let seats = loads.iter().map(|load| load.seats).sum();
    let automatic = bulletin.forwarding == ForwardingMode::Automatic;
    Ok(Forecast {
        groups: loads.iter().map(|load| load.groups).sum(),
        linked: loads.iter().map(|load| load.linked).sum(),
        stewarded: if automatic { 0 } else { loads.iter().map(|load| load.stewarded).sum() },
        seats,
        messages: seats,
        channels: by_channel,
    })
}
