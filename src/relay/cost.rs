//! What a month of bulletins cost, and what forwarding by hand saved.
//!
//! LINE counts a push once for every member of the group. A channel's month costs what its plan does for the messages pushed on it; a
//! bulletin, an office or a part of the tree bears its share of that, by messages. What was forwarded by hand is priced as if it had been
//! pushed on top. LINE's own count of the days that it has settled stands beside ours.

use std::collections::BTreeMap;

use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::line_month::{LineMonth, line_day};
use crate::domain::price::{Baht, PriceList};
use crate::domain::time::Timestamp;
use crate::store::channels::{Channel, list_channels};
use crate::store::costs::{
    BranchCost, ChannelMonth, CostRow, list_branch_costs, list_channel_months, list_costs, list_costs_under,
};
use crate::store::{Connection, Result};

/// Which part of a month's costs is asked for.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Only groups at or below these: what the caller sees; none = all.
    pub scope: Option<Vec<i32>>,
    /// Only groups at or below these: those of an office; none = all.
    pub office: Option<Vec<i32>>,
    /// Only this channel, by code.
    pub channel: Option<String>,
}

impl Part {
    /// Whether it is all of its channels, not only a part of the tree.
    fn is_whole(&self) -> bool {
        self.scope.is_none() && self.office.is_none()
    }
}

/// What a month cost.
#[derive(Clone, Debug)]
pub struct MonthCost {
    /// The month.
    pub month: LineMonth,
    /// The sums.
    pub total: Cost,
    /// By bulletin, newest first.
    pub bulletins: Vec<BulletinCost>,
    /// By channel, by code; of a part of the tree only those that were used there.
    pub channels: Vec<ChannelCost>,
    /// What LINE counted on all channels together; none where a part of the tree is asked for.
    pub line: Option<LineCount>,
    /// By province and ministry, the most expensive first; left out where one office is asked for.
    pub branches: Vec<OfficeCost>,
}

/// What something cost, and what was saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Messages that LINE counts, as far as members are known.
    pub messages: i64,
    /// Copies that were pushed into groups whose members are not known: their messages are not counted.
    pub unknown_groups: i64,
    /// Its part of the price; none = no price is known.
    pub baht: Option<Baht>,
    /// Messages that pushing would have cost where it was forwarded by hand.
    pub saved_messages: i64,
    /// The price of those on top of the month; none = no price is known.
    pub saved_baht: Option<Baht>,
}

/// What one bulletin cost.
#[derive(Clone, Debug)]
pub struct BulletinCost {
    /// Which.
    pub id: BulletinId,
    /// Its subject.
    pub subject: String,
    /// Its number.
    pub document_number: Option<String>,
    /// Groups that it was pushed into.
    pub pushed_groups: i64,
    /// Groups into which it was forwarded by hand.
    pub seen_groups: i64,
    /// What it cost.
    pub cost: Cost,
}

/// What one channel cost.
#[derive(Clone, Debug)]
pub struct ChannelCost {
    /// The channel's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The plan by which its month is reckoned.
    pub plan: Option<String>,
    /// What it cost.
    pub cost: Cost,
    /// Messages to stewards that reminded them, among those of the whole channel; none where a part of the tree is asked for.
    pub reminders: Option<i64>,
    /// What LINE counted of the whole channel; none where a part of the tree is asked for.
    pub line: Option<LineCount>,
}

/// What LINE counted of a channel's month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCount {
    /// Messages on the days that are counted; none = LINE has counted none.
    pub messages: Option<i64>,
    /// What we count on those days.
    pub ours: i64,
    /// Whether the month is over and all its days are counted.
    pub settled: bool,
}

impl LineCount {
    /// What LINE counted on all of these together.
    fn sum(counts: &[Self]) -> Self {
        let both = |one: Option<i64>, other: Option<i64>| match (one, other) {
            (None, None) => None,
            (one, other) => Some(one.unwrap_or(0) + other.unwrap_or(0)),
        };
        let none = Self { settled: !counts.is_empty(), ..Self::default() };
        counts.iter().fold(none, |all, count| Self {
            messages: both(all.messages, count.messages),
            ours: all.ours + count.ours,
            settled: all.settled && count.settled,
        })
    }
}

/// What one province or ministry cost.
#[derive(Clone, Debug)]
pub struct OfficeCost {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it cost.
    pub cost: Cost,
}

/// What one channel's whole month comes to, of which parts are taken.
struct Whole<'a> {
    channel: &'a Channel,
    month: Option<ChannelMonth>,
    plan: Option<String>,
    baht: Option<Baht>,
    /// The price of all that was forwarded by hand there, on top.
    saved: Option<Baht>,
}

impl<'a> Whole<'a> {
    fn of(channel: &'a Channel, months: &[ChannelMonth], prices: &PriceList) -> Self {
        let month = months.iter().find(|month| month.channel_id == channel.id).copied();
        let (messages, seen) = month.map_or((0, 0), |month| (month.messages, month.seen_members));
        let price = prices.month(messages);
        Self {
            channel,
            month,
            plan: price.map(|price| price.plan.to_owned()),
            baht: price.map(|price| price.baht),
            saved: prices.more(messages, seen),
        }
    }

    /// The cost of so many of its messages, and of so many that were saved.
    fn part(&self, messages: i64, unknown_groups: i64, seen: i64) -> Cost {
        let (all, all_seen) = self.month.map_or((0, 0), |month| (month.messages, month.seen_members));
        Cost {
            messages,
            unknown_groups,
            baht: self.baht.map(|baht| baht.share(messages, all)),
            saved_messages: seen,
            saved_baht: self.saved.map(|baht| baht.share(seen, all_seen)),
        }
    }

    fn line(&self, month: LineMonth, now: Timestamp) -> LineCount {
        let Some(counted) = self.month else { return LineCount::default() };
        let days = i64::from(month.last().day());
        let over = line_day(now) > month.last();
        LineCount {
            messages: counted.line_messages,
            ours: counted.same_days,
            settled: over && counted.line_days == days,
        }
    }
}

impl Cost {
    fn add(&mut self, other: Self) {
        let both = |one: Option<Baht>, other: Option<Baht>| Some([one?, other?].into_iter().sum());
        self.messages += other.messages;
        self.unknown_groups += other.unknown_groups;
        self.baht = both(self.baht, other.baht);
        self.saved_messages += other.saved_messages;
        self.saved_baht = both(self.saved_baht, other.saved_baht);
    }

    fn nothing() -> Self {
        Self { baht: Some(Baht::ZERO), saved_baht: Some(Baht::ZERO), ..Self::default() }
    }

    fn sum(costs: impl Iterator<Item = Self>) -> Self {
        costs.fold(Self::nothing(), |mut sum, cost| {
            sum.add(cost);
            sum
        })
    }
}

/// What `month` cost, or the part of it that is asked for.
pub async fn month_cost(
    db: &mut Connection,
    prices: &PriceList,
    month: LineMonth,
    part: &Part,
    now: Timestamp,
) -> Result<MonthCost> {
    let channels = list_channels(db).await?;
    let months = list_channel_months(db, month).await?;
    let wanted = |channel: &&Channel| part.channel.as_ref().is_none_or(|code| *code == channel.code);
    let wholes: BTreeMap<i32, Whole<'_>> =
        channels.iter().filter(wanted).map(|channel| (channel.id.0, Whole::of(channel, &months, prices))).collect();
    let rows = match (part.scope.as_deref(), part.office.as_deref()) {
        (None, None) => list_costs(db, month).await?,
        (scope, Some(office)) => list_costs_under(db, month, scope, office).await?,
        (Some(scope), None) => list_costs_under(db, month, None, scope).await?,
    };
    let rows: Vec<CostRow> = rows.into_iter().filter(|row| wholes.contains_key(&row.channel_id.0)).collect();
    let branches = match part.office {
        Some(_) => Vec::new(),
        None => list_branch_costs(db, month, part.scope.as_deref()).await?,
    };
    let channels = by_channel(&rows, &wholes, month, part, now);
    Ok(MonthCost {
        month,
        total: Cost::sum(channels.iter().map(|channel| channel.cost)),
        bulletins: by_bulletin(&rows, &wholes),
        // all or none of them have a count
        line: part.is_whole().then(|| LineCount::sum(&channels.iter().filter_map(|row| row.line).collect::<Vec<_>>())),
        channels,
        branches: by_office(&branches, &wholes),
    })
}

fn by_channel(
    rows: &[CostRow],
    wholes: &BTreeMap<i32, Whole<'_>>,
    month: LineMonth,
    part: &Part,
    now: Timestamp,
) -> Vec<ChannelCost> {
    let is_whole = part.is_whole();
    let is_used = |whole: &&Whole<'_>| rows.iter().any(|row| row.channel_id == whole.channel.id);
    let cost = |whole: &Whole<'_>| {
        let own = || rows.iter().filter(|row| row.channel_id == whole.channel.id);
        let mut cost = whole.part(
            own().map(|row| row.pushed_messages).sum(),
            own().map(|row| row.pushed_unknown).sum(),
            own().map(|row| row.seen_members).sum(),
        );
        // the fee of a plan is paid also where nothing was pushed, and reminders are of no bulletin
        if is_whole {
            cost.messages += whole.month.map_or(0, |month| month.reminders);
            cost.baht = whole.baht;
        }
        cost
    };
    let mut channels: Vec<ChannelCost> = wholes
        .values()
        .filter(|whole| is_whole || is_used(whole))
        .map(|whole| ChannelCost {
            code: whole.channel.code.clone(),
            name: whole.channel.name.clone(),
            plan: whole.plan.clone(),
            cost: cost(whole),
            reminders: is_whole.then(|| whole.month.map_or(0, |month| month.reminders)),
            line: is_whole.then(|| whole.line(month, now)),
        })
        .collect();
    channels.sort_by(|one, other| one.code.cmp(&other.code));
    channels
}

fn by_bulletin(rows: &[CostRow], wholes: &BTreeMap<i32, Whole<'_>>) -> Vec<BulletinCost> {
    let mut bulletins: Vec<BulletinCost> = Vec::new();
    for row in rows {
        let Some(whole) = wholes.get(&row.channel_id.0) else { continue };
        let cost = whole.part(row.pushed_messages, row.pushed_unknown, row.seen_members);
        match bulletins.last_mut().filter(|last| last.id == row.bulletin_id) {
            Some(last) => {
                last.pushed_groups += row.pushed_groups;
                last.seen_groups += row.seen_groups;
                last.cost.add(cost);
            }
            None => bulletins.push(BulletinCost {
                id: row.bulletin_id,
                subject: row.subject.clone(),
                document_number: row.document_number.clone(),
                pushed_groups: row.pushed_groups,
                seen_groups: row.seen_groups,
                cost,
            }),
        }
    }
    bulletins
}

fn by_office(branches: &[BranchCost], wholes: &BTreeMap<i32, Whole<'_>>) -> Vec<OfficeCost> {
    let mut offices: Vec<OfficeCost> = Vec::new();
    for branch in branches {
        let Some(whole) = wholes.get(&branch.channel_id.0) else { continue };
        let cost = whole.part(branch.pushed_messages, 0, branch.seen_members);
        match offices.iter_mut().find(|office| office.code == branch.office) {
            Some(office) => office.cost.add(cost),
            None => {
                offices.push(OfficeCost { code: branch.office.clone(), name: branch.office_name.clone(), cost });
            }
        }
    }
    offices.sort_by_key(|office| std::cmp::Reverse((office.cost.messages, office.cost.saved_messages)));
    offices
}

/// How many messages of the month at `now` are used up on each channel: by our count or by LINE's, whichever is more, as others may
/// send on the account too.
pub async fn list_used(db: &mut Connection, channels: &[Channel], now: Timestamp) -> Result<BTreeMap<i32, i64>> {
    let month = LineMonth::at(now);
    let months = list_channel_months(db, month).await?;
    let ours = |id: ChannelId| months.iter().find(|one| one.channel_id == id).map_or(0, |one| one.messages);
    Ok(channels.iter().map(|channel| (channel.id.0, ours(channel.id).max(used_by_line(channel, month)))).collect())
}

/// What LINE last said is used of this month.
pub(super) fn used_by_line(channel: &Channel, month: LineMonth) -> i64 {
    match (channel.quota_used, channel.quota_checked_at) {
        (Some(used), Some(at)) if LineMonth::at(at) == month => used,
        _ => 0,
    }
}
