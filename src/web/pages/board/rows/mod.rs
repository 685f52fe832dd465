//! The rows of the board's tables, made from rows of the store in the viewer's language. Pure; a file per table.

mod blocked;
mod causes;
mod deliveries;
mod times;
mod traffic;

pub use blocked::BlockedRow;
pub use causes::CauseRow;
pub use deliveries::{DeliveryRow, words_of};
pub use times::{HopRow, MinutesRow};
pub use traffic::{TrafficRow, bulletin_state, kind};

use super::format;
use crate::domain::account::Permission;
use crate::domain::group::Tier;
use crate::web::auth::Caller;
use crate::web::words::Words;

/// For whom a part of a page is made: two with the same viewer see the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The words.
    pub t: Words,
    /// At or below which groups; none = everywhere.
    pub scope: Option<Vec<i32>>,
    /// Whether telephone numbers are shown, and what can be done stands beside what is wrong.
    pub operates: bool,
}

impl Viewer {
    /// The viewer of somebody.
    #[must_use]
    pub fn of(t: Words, caller: &Caller) -> Self {
        Self { t, scope: caller.scope.to_filter(), operates: caller.role.may(Permission::Retry) }
    }

    /// A name that tells them from others.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {} {:?}", self.t.language.code(), self.operates, self.scope)
    }
}

/// The office, and the province where its name does not hold it already.
#[must_use]
pub fn place(t: Words, office: &str, province: Option<&str>) -> String {
    match province.map(|code| format::province(t, Some(code))) {
        Some(province) if !office.contains(&province) => format!("{office} · {province}"),
        _ => office.to_owned(),
    }
}

/// GCC1, GCC2 or GCC3.
#[must_use]
pub fn tier_label(tier: i16) -> &'static str {
    Tier::try_from(tier).map_or("–", Tier::label)
}
