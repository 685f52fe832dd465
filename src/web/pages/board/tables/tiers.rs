//! Counts by tier, province and office.

use std::collections::HashMap;

use crate::domain::ids::BulletinId;
use crate::store::board::provinces::{Cell as Count, OfficeCell, Sum};
use crate::web::pages::board::province::CENTRE;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{Share, number, persons_of_groups, province, tier_label};
use crate::web::ui::label::Label as _;
use crate::web::ui::table::Column;
use crate::web::view::receipts::TierStatus;

/// A tier with how many of its groups are linked.
pub type TierRow<'a> = (&'a TierStatus, i64);

/// One bulletin by tier: the columns of the file, which the page shows as cards.
pub fn tier_columns<'a, 'r>() -> Vec<Column<'a, TierRow<'r>>> {
    vec![
        Column::text("board-tier", |row: &TierRow<'_>| row.0.label.to_owned()),
        Column::number("board-groups", |row: &TierRow<'_>| row.0.groups),
        Column::number("board-linked", |row: &TierRow<'_>| row.1),
        Column::number("delivery-state-accepted", |row: &TierRow<'_>| row.0.counts.accepted),
        Column::number("delivery-state-seen", |row: &TierRow<'_>| row.0.counts.seen),
        Column::number("delivery-state-waiting", |row: &TierRow<'_>| row.0.counts.waiting),
        Column::number("delivery-state-held", |row: &TierRow<'_>| row.0.counts.held),
        Column::number("delivery-state-ready", |row: &TierRow<'_>| row.0.counts.ready),
        Column::number("delivery-state-sending", |row: &TierRow<'_>| row.0.counts.sending),
        Column::number("delivery-state-parked", |row: &TierRow<'_>| row.0.counts.parked),
        Column::number("delivery-state-failed", |row: &TierRow<'_>| row.0.counts.failed),
        Column::number("delivery-state-unreachable", |row: &TierRow<'_>| row.0.counts.unreachable),
        Column::number("delivery-state-declined", |row: &TierRow<'_>| row.0.counts.declined),
        Column::number("delivery-state-withdrawn", |row: &TierRow<'_>| row.0.counts.withdrawn),
        Column::number("delivery-state-expired", |row: &TierRow<'_>| row.0.counts.expired),
        Column::number("board-seats", |row: &TierRow<'_>| row.0.people),
        Column::number("board-acknowledged-groups", |row: &TierRow<'_>| row.0.acknowledged.groups),
        Column::number("board-taps", |row: &TierRow<'_>| row.0.acknowledged.persons),
        Column::number("board-unnamed", |row: &TierRow<'_>| row.0.acknowledged.unnamed),
        Column::number("board-by-steward", |row: &TierRow<'_>| row.0.acknowledged.by_steward),
        Column::number("board-reported-groups", |row: &TierRow<'_>| row.0.acknowledged.reported),
        Column::time("board-last-accepted", |row: &TierRow<'_>| row.0.last_accepted_at),
    ]
}

/// One bulletin by tier and province: the columns of the file.
pub fn cell_columns<'a>() -> Vec<Column<'a, Count>> {
    vec![
        Column::text("board-tier", |row: &Count| tier_label(row.tier).to_owned()),
        Column::words("board-province", |row: &Count, t| province(t, row.province.as_deref())),
        Column::text("board-province-code", |row: &Count| row.province.clone().unwrap_or_default()),
        Column::number("board-groups", |row: &Count| row.groups),
        Column::number("board-linked", |row: &Count| row.linked),
        Column::number("delivery-state-accepted", |row: &Count| row.accepted),
        Column::number("delivery-state-seen", |row: &Count| row.seen),
        Column::share("board-share", |row: &Count| Share::of(row.in_group(), row.groups)),
        Column::number("board-failed-or-unreachable", |row: &Count| row.failed),
        Column::number("board-seats", |row: &Count| row.seats),
        Column::number("board-acknowledged-groups", |row: &Count| row.acknowledged),
        Column::number("board-taps", |row: &Count| row.taps - row.unnamed),
        Column::number("board-unnamed", |row: &Count| row.unnamed),
        Column::number("board-by-steward", |row: &Count| row.by_steward),
        Column::number("board-reported-groups", |row: &Count| row.reported),
    ]
}

/// What one bulletin came to in a province, over all tiers.
#[derive(Clone, Debug)]
pub struct ProvinceSum {
    /// Its code; none = the centre.
    pub province: Option<String>,
    /// Those in which it is, of all groups.
    pub share: Share,
    /// Failed or unreachable.
    pub failed: i64,
    /// Groups in which somebody acknowledged.
    pub acknowledged: i64,
}

/// All provinces of the cells, those that lack most first, and of no province last.
pub fn sum_by_province(cells: &[Count]) -> Vec<ProvinceSum> {
    let mut codes: Vec<Option<&str>> = cells.iter().map(|cell| cell.province.as_deref()).collect();
    codes.sort_unstable();
    codes.dedup();
    let sum_of = |code: Option<&str>| {
        let sum = |read: fn(&Count) -> i64| {
            cells.iter().filter(|cell| cell.province.as_deref() == code).map(read).sum::<i64>()
        };
        ProvinceSum {
            province: code.map(str::to_owned),
            share: Share::of(sum(Count::in_group), sum(|cell| cell.groups)),
            failed: sum(|cell| cell.failed),
            acknowledged: sum(|cell| cell.acknowledged),
        }
    };
    let mut sums: Vec<ProvinceSum> = codes.into_iter().map(sum_of).collect();
    sums.sort_by_key(|sum| (sum.province.is_none(), sum.share.percent));
    sums
}

/// One bulletin by province: the columns of the page. A row leads to its province where `links` says of which bulletin.
pub fn province_columns<'a>(links: Option<BulletinId>) -> Vec<Column<'a, ProvinceSum>> {
    vec![
        Column::words("board-province", |row: &ProvinceSum, t| province(t, row.province.as_deref()))
            .shown(move |row, t| {
                let code = row.province.as_deref();
                let to = links.map(|id| format!("/board/{id}/provinces/{}", code.unwrap_or(CENTRE)));
                link_or_text(to.as_deref(), &province(t, code))
            })
            .naming_the_row(),
        Column::share("board-share", |row: &ProvinceSum| row.share.clone()),
        Column::number("board-in-group-of", |row: &ProvinceSum| row.share.part).shown(|row, _| part_of(&row.share)),
        Column::number("board-failed-or-unreachable", |row: &ProvinceSum| row.failed).on_page_if(links.is_some()),
        Column::number("board-acknowledged-groups", |row: &ProvinceSum| row.acknowledged),
    ]
}

/// Those that lack most first, and of no province last.
pub fn sort_sums(sums: &mut [Sum]) {
    sums.sort_by_key(|sum| (sum.province.is_none(), Share::of(sum.in_group(), sum.groups).percent));
}

/// What the bulletins of the last days came to in each province: the columns. A row leads to the group of the province.
pub fn sum_columns(groups: &HashMap<String, String>) -> Vec<Column<'_, Sum>> {
    let share = |row: &Sum| Share::of(row.in_group(), row.groups);
    vec![
        Column::words("board-province", |row: &Sum, t| province(t, row.province.as_deref()))
            .shown(|row, t| {
                let group = row.province.as_ref().and_then(|code| groups.get(code));
                let to = group.map(|group| format!("/groups/{group}"));
                link_or_text(to.as_deref(), &province(t, row.province.as_deref()))
            })
            .naming_the_row(),
        Column::text("board-province-code", |row: &Sum| row.province.clone().unwrap_or_default()).in_file(),
        Column::number("board-deliveries", |row: &Sum| row.groups).in_file(),
        Column::number("delivery-state-accepted", |row: &Sum| row.accepted).in_file(),
        Column::number("delivery-state-seen", |row: &Sum| row.seen),
        Column::share("board-share", share),
        Column::number("board-in-group-of", Sum::in_group).shown(move |row, _| part_of(&share(row))).on_page(),
        Column::number("board-bulletins", |row: &Sum| row.bulletins),
        Column::number("board-acknowledged-groups", |row: &Sum| row.acknowledged),
    ]
}

/// The offices of a province: the columns.
pub fn office_columns<'a>() -> Vec<Column<'a, OfficeCell>> {
    vec![
        Column::text("board-office", |row: &OfficeCell| row.name.clone())
            .shown(|row, t| {
                let link = Cell::link(&format!("/groups/{}", row.group), &row.name);
                if row.groups <= 1 {
                    return link;
                }
                let (part, whole) = (row.in_group().to_string(), row.groups.to_string());
                let groups = t.say_with("board-of-groups", &[("part", &part), ("whole", &whole)]);
                link.below(&Cell::text(&groups).quiet())
            })
            .naming_the_row(),
        Column::text("board-group-code", |row: &OfficeCell| row.group.clone()).in_file(),
        Column::text("board-tier", |row: &OfficeCell| tier_label(row.tier).to_owned()),
        Column::coded("board-state", |row: &OfficeCell| row.state).shown(|row, t| Cell::badge(&row.state.badge(t))),
        Column::time("board-since", |row: &OfficeCell| row.ended_at),
        Column::number("board-groups", |row: &OfficeCell| row.groups).in_file(),
        Column::number("delivery-state-accepted", |row: &OfficeCell| row.accepted).in_file(),
        Column::number("delivery-state-seen", |row: &OfficeCell| row.seen).in_file(),
        Column::number("board-seats", |row: &OfficeCell| row.seats),
        Column::number("board-taps", |row: &OfficeCell| row.taps - row.unnamed)
            .shown(|row, t| Cell::text(&persons_of_groups(t, row.taps, row.unnamed, row.by_steward))),
        Column::number("board-unnamed", |row: &OfficeCell| row.unnamed).in_file(),
        Column::number("board-by-steward", |row: &OfficeCell| row.by_steward).in_file(),
        Column::number("board-reported-groups", |row: &OfficeCell| row.reported).hiding_zero(),
    ]
}

fn link_or_text(to: Option<&str>, text: &str) -> Cell {
    to.map_or_else(|| Cell::text(text), |to| Cell::link(to, text))
}

fn part_of(share: &Share) -> Cell {
    Cell::text(&format!("{}/{}", number(share.part), number(share.whole)))
}
