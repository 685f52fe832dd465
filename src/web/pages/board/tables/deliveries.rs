//! Deliveries in a list: where each stands, why, and whose turn it is.

use crate::domain::time::Timestamp;
use crate::store::deliveries as rows;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{moment, moment_or_dash, persons_of_group, place, tier_label};
use crate::web::ui::label::{Badge, Label as _, code_of};
use crate::web::ui::table::Column;
use crate::web::view::delivery::{Action, Delivery, DeliveryState, NextStep, Why};
use crate::web::view::reported::Reported;
use crate::web::words::Words;

/// A delivery with the subject of its bulletin.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// What the bulletin is about.
    pub subject: String,
    /// The delivery.
    pub delivery: Delivery,
}

impl From<rows::Delivery> for DeliveryRow {
    fn from(row: rows::Delivery) -> Self {
        Self { subject: row.subject.clone(), delivery: Delivery::of(row) }
    }
}

impl DeliveryRow {
    /// Its office and province.
    #[must_use]
    pub fn place(&self, t: Words) -> String {
        place(t, &self.delivery.office.name, self.delivery.office.province.as_deref())
    }

    /// GCC1, GCC2 or GCC3.
    #[must_use]
    pub fn tier(&self) -> &'static str {
        tier_label(self.delivery.group.tier)
    }

    /// When it came to where it stands.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        let times = &self.delivery.times;
        times.ended_at.or(times.turn_at).or(times.published_at)
    }

    /// Why it stands there, with what its steward said.
    #[must_use]
    pub fn why(&self, t: Words) -> String {
        self.delivery.reason.as_ref().map(|why| say_why(t, why)).unwrap_or_default()
    }

    /// Whose turn it is, to do what.
    #[must_use]
    pub fn next(&self, t: Words) -> String {
        self.delivery.next.as_ref().map(|next| say_next(t, next)).unwrap_or_default()
    }

    /// Persons who acknowledged, acknowledgements without a name beside them, and whether the group's steward did.
    #[must_use]
    pub fn persons(&self, t: Words) -> String {
        let Delivery { acknowledged, unnamed, by_steward_at, .. } = &self.delivery;
        persons_of_group(t, (*acknowledged).into(), (*unnamed).into(), by_steward_at.is_some())
    }

    /// What somebody above reported for the office, in a frame of its own: nothing of it is from LINE.
    #[must_use]
    pub fn reported(&self, t: Words) -> Cell {
        self.reports().map_or_else(Cell::empty, |report| Cell::badge(&report.what.badge(t)))
    }

    /// The same in words, with those of whoever reported it.
    #[must_use]
    pub fn say_reported(&self, t: Words) -> Option<String> {
        let report = self.reports()?;
        let parts = [Some(report.what.word(t)), report.comment.clone()];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" – "))
    }

    fn reports(&self) -> Option<&Reported> {
        self.delivery.reported.as_ref()
    }

    fn reported_kind(&self, t: Words) -> (Badge, String) {
        let none = || (Badge { class: "", word: String::new() }, String::new());
        self.reports().map_or_else(none, |report| (report.what.badge(t), code_of(&report.what)))
    }

    fn say_report(&self, read: fn(&Reported) -> Option<String>) -> String {
        self.reports().and_then(read).unwrap_or_default()
    }

    /// Whether it can be tried again.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        matches!(self.delivery.state, DeliveryState::Failed | DeliveryState::Unreachable)
    }

    /// Whether its declining can be reversed.
    #[must_use]
    pub fn is_declined(&self) -> bool {
        self.delivery.state == DeliveryState::Declined
    }

    fn link(&self, text: &str) -> Cell {
        Cell::link(&format!("/deliveries/{}", self.delivery.id), text)
    }
}

/// The columns on the page of a group; what it does not show is in the file.
pub fn delivery_columns<'a>() -> Vec<Column<'a, DeliveryRow>> {
    columns(true, |row, t| Cell::text(&row.next(t)))
}

/// The columns on the page of failures, with the bulletin where it is not `of_one`; below what is next stands for operations the
/// way to try again what the query `chosen` finds.
pub fn failure_columns(of_one: bool, operates: bool, chosen: &str) -> Vec<Column<'_, DeliveryRow>> {
    let mut all = columns(false, move |row, t| {
        let next = Cell::text(&row.next(t));
        if !operates || !row.may_retry() {
            return next;
        }
        let to = format!("/board/{}/retry?{chosen}", row.delivery.bulletin_id);
        next.below(&Cell::link(&to, &t.say("board-retry-these")))
    });
    if !of_one {
        // behind the two that say whose delivery it is; the file has the bulletin in its first column
        let bulletin = Column::text("board-bulletin", |row: &DeliveryRow| row.subject.clone())
            .shown(|row, _| Cell::link(&format!("/board/{}", row.delivery.bulletin_id), &row.subject))
            .on_page();
        all.insert(2, bulletin);
    }
    all
}

fn columns<'a>(
    of_group: bool,
    next: impl Fn(&DeliveryRow, Words) -> Cell + Send + Sync + 'a,
) -> Vec<Column<'a, DeliveryRow>> {
    let bulletin = Column::text("board-bulletin", |row: &DeliveryRow| row.subject.clone())
        .shown(|row, t| {
            let published = moment_or_dash(t, row.delivery.times.published_at);
            row.link(&row.subject).below(&Cell::text(&published).quiet())
        })
        .naming_the_row()
        .on_page_if(of_group);
    let group = Column::text("board-group", |row: &DeliveryRow| row.delivery.group.name.clone())
        .shown(|row, t| row.link(&row.delivery.group.name).below(&Cell::text(&row.place(t)).quiet()))
        .naming_the_row()
        .on_page_if(!of_group);
    vec![
        bulletin,
        group,
        Column::text("board-group-code", |row: &DeliveryRow| row.delivery.group.code.clone()).in_file(),
        Column::words("board-office", DeliveryRow::place).in_file(),
        Column::text("board-tier", |row: &DeliveryRow| row.tier().to_owned()).on_page_if(!of_group),
        Column::coded("board-state", |row: &DeliveryRow| row.delivery.state)
            .shown(|row, t| Cell::badge(&row.delivery.state.badge(t)).and(&row.reported(t)).below(&quiet(&row.why(t)))),
        Column::time("board-since", DeliveryRow::since),
        Column::words("board-why", DeliveryRow::why).in_file(),
        Column::words("board-next", DeliveryRow::next).shown(next),
        Column::number("board-seats", |row: &DeliveryRow| row.delivery.seats).in_file(),
        Column::number("board-taps", |row: &DeliveryRow| row.delivery.acknowledged - row.delivery.unnamed)
            .shown(|row, t| Cell::text(&row.persons(t)))
            .on_page_if(of_group),
        Column::number("board-unnamed", |row: &DeliveryRow| row.delivery.unnamed).in_file(),
        Column::time("board-by-steward-at", |row: &DeliveryRow| row.delivery.by_steward_at).in_file(),
        Column::badge("board-reported", DeliveryRow::reported_kind).in_file(),
        Column::time("board-reported-at", |row: &DeliveryRow| row.reports().map(|report| report.at)).in_file(),
        Column::text("board-reported-by", |row: &DeliveryRow| row.say_report(|report| Some(report.by.to_string())))
            .in_file(),
        Column::text("board-reported-comment", |row: &DeliveryRow| row.say_report(|report| report.comment.clone()))
            .in_file(),
    ]
}

fn quiet(text: &str) -> Cell {
    if text.is_empty() { Cell::empty() } else { Cell::text(text).quiet() }
}

/// Why a delivery is where it is, with what its steward said.
fn say_why(t: Words, why: &Why) -> String {
    let said = why.said.as_deref().map(|said| t.say_with("board-said", &[("reason", said)]));
    [Some(why.word(t)), said].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Whose turn it is, to do what.
fn say_next(t: Words, next: &NextStep) -> String {
    let who = match next.who.as_str() {
        "operator" => t.say("board-operator"),
        "relay" => t.say("board-relay"),
        "line" => "LINE".to_owned(),
        _ => next.called().to_owned(),
    };
    let what = t.say(match next.action {
        Action::GoWithDigest => return t.say("board-do-digest"),
        Action::WaitForParent => return t.say_with("board-do-wait", &[("group", who.as_str())]),
        Action::Forward => "board-do-forward",
        Action::Send => "board-do-send",
        Action::ResumeChannel => "board-do-resume",
        Action::FreeQuota => "board-do-quota",
        Action::Retry => "board-do-retry",
        Action::LinkGroup => "board-do-link",
        Action::Undecline => "board-do-undecline",
    });
    let at = next.at.map(|at| t.say_with("board-goes-on-at", &[("moment", moment(t, at).as_str())]));
    [Some(format!("{who} – {what}")), at].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
