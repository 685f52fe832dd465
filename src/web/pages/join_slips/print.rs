//! A slip for each group: its name, a join code, a QR code by which the official account is found, and three steps.

use askama::Template;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::domain::join_code::JoinCode;
use crate::store::join_codes::UnlinkedGroup;
use crate::web::pages::accounts::stream_sheets;
use crate::web::people::{Visitor, qr};
use crate::web::problem::Problem;
use crate::web::words::Words;

/// What stands on a slip; its code is a secret.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct JoinSlip {
    group: String,
    office: String,
    code: String,
    /// The official account's name.
    account: Option<String>,
    /// Its @-name, where LINE told it.
    basic_id: Option<String>,
}

impl JoinSlip {
    pub(super) fn of(group: UnlinkedGroup, code: &JoinCode) -> Self {
        let UnlinkedGroup { name, office, channel, basic_id, .. } = group;
        Self { group: name, office, code: code.to_string(), account: channel, basic_id }
    }

    /// The address that adds the account as a friend.
    fn friend_link(&self) -> Option<String> {
        self.basic_id.as_deref().map(|id| format!("https://line.me/R/ti/p/{}", id.replace('@', "%40")))
    }

    /// What the account is called.
    fn account(&self) -> Option<String> {
        match (&self.account, &self.basic_id) {
            (Some(name), Some(id)) => Some(format!("{name} ({id})")),
            (name, id) => name.clone().or_else(|| id.clone()),
        }
    }
}

#[derive(Template)]
#[template(path = "join_slips/slips.html")]
struct SheetShell {
    slips: i64,
    place: &'static str,
}

#[derive(Template)]
#[template(path = "join_slips/sheet.html")]
struct Sheet<'a> {
    t: Words,
    slips: Vec<SlipWithQrCode<'a>>,
    until: &'a str,
}

struct SlipWithQrCode<'a> {
    slip: &'a JoinSlip,
    account: Option<String>,
    picture: String,
}

/// The page with all slips.
pub(super) fn print(visitor: &Visitor, slips: Vec<JoinSlip>, until: String) -> Result<Response, Problem> {
    let number = i64::try_from(slips.len()).unwrap_or(i64::MAX);
    stream_sheets(visitor, |place| SheetShell { slips: number, place }, slips, until, render)
}

fn render(t: Words, slips: &[JoinSlip], until: &str) -> Result<String, askama::Error> {
    let drawn = |slip| SlipWithQrCode {
        account: JoinSlip::account(slip),
        picture: JoinSlip::friend_link(slip).and_then(|link| qr::draw(&link)).unwrap_or_default(),
        slip,
    };
    Sheet { t, slips: slips.iter().map(drawn).collect(), until }.render()
}
