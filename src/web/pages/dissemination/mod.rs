//! How offices spread bulletins further: the office's list, a quick form for the telephone, one record with its history,
//! how far a bulletin was spread, the script of a loudspeaker and the sheet of a notice board.

pub(super) mod columns;
mod form;
mod list;
mod pictures;
mod reach;
mod read_back;
mod record;
mod script;
mod show;
mod villages;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::domain::area::{Area, Level};
use crate::domain::ids::BulletinId;
use crate::store::Connection;
use crate::store::bulletins::Bulletin;
use crate::store::disseminations::SpreadSum;
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::ui::format::number;
use crate::web::ui::label::either;
use crate::web::words::Words;

/// The list.
const HERE: &str = "/disseminations";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list::show_list))
        .route("/disseminations/new", get(record::show_form).post(record::record))
        .route("/disseminations/reach/{bulletin}", get(reach::show_reach))
        .route("/disseminations/script/{bulletin}", get(script::show_script).post(read_back::make))
        .route("/disseminations/sheet/{bulletin}", get(script::show_sheet))
        .route("/disseminations/read-back", get(read_back::show_keyed_in).post(read_back::key_in))
        .route("/readback", get(read_back::show_public).post(read_back::give_back_publicly))
        // files are counted as they come
        .route("/disseminations/pictures", post(pictures::take_pictures).layer(DefaultBodyLimit::disable()))
        .route("/disseminations/{id}", get(show::show_one))
        .route("/disseminations/{id}/pictures/{file}", get(pictures::show_picture))
        .route("/disseminations/{id}/replace", post(show::replace))
}

/// The bulletin, which is out: a draft is not spread.
async fn find_published(db: &mut Connection, caller: &Caller, id: BulletinId) -> Result<Bulletin, Problem> {
    let bulletin = visible::bulletin(db, caller, id).await?;
    if bulletin.published_at.is_some() { Ok(bulletin) } else { Err(Problem::absent("bulletin")) }
}

/// What a place is called.
fn place(t: Words, area: &Area) -> String {
    either(t, area.thai(), area.english())
}

/// What was done of a bulletin, in one line: offices, records, and the estimate where there is one.
pub(super) fn spread_line(t: Words, sum: SpreadSum) -> String {
    let (offices, records) = (number(sum.offices), number(sum.records));
    match sum.reach {
        Some(reach) => {
            let reach = number(reach);
            t.say_with("spread-sum-reach", &[("offices", &offices), ("records", &records), ("reach", &reach)])
        }
        None => t.say_with("spread-sum", &[("offices", &offices), ("records", &records)]),
    }
}

/// What places of this size are called.
fn level(t: Words, level: Level) -> String {
    t.say(match level {
        Level::Province => "spread-level-province",
        Level::District => "spread-level-district",
        Level::Subdistrict => "spread-level-subdistrict",
        Level::Village => "spread-level-village",
    })
}
