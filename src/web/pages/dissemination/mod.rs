//! How offices spread bulletins further: the office's list, a quick form for the telephone, one record with its history,
//! how far a bulletin was spread, the script of a loudspeaker and the sheet of a notice board.

mod columns;
mod form;
mod list;
mod reach;
mod read_back;
mod record;
mod script;
mod show;

use axum::Router;
use axum::routing::{get, post};

use crate::domain::area::{Area, Level};
use crate::domain::ids::BulletinId;
use crate::store::Connection;
use crate::store::bulletins::Bulletin;
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::problem::Problem;
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
        .route("/disseminations/{id}", get(show::show_one))
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

/// What places of this size are called.
fn level(t: Words, level: Level) -> String {
    t.say(match level {
        Level::Province => "spread-level-province",
        Level::District => "spread-level-district",
        Level::Subdistrict => "spread-level-subdistrict",
        Level::Village => "spread-level-village",
    })
}
