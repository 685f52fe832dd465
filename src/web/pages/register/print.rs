//! `/register/{id}/print`: the entry as a sheet of A4, with the stamp in its corner and the chain below.

use askama::Template;
use axum::response::IntoResponse;

use super::stamp::Sheet;
use crate::domain::ids::RegisterEntryId;
use crate::web::conn::Conn;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "register/print.html")]
struct PrintPage {
    sheet: Sheet,
}

/// The sheet.
pub async fn show_sheet(
    visitor: Visitor,
    Id(id): Id<RegisterEntryId>,
    Conn(mut db): Conn,
) -> Result<impl IntoResponse, Problem> {
    let sheet = Sheet::find(&mut db, &visitor, id).await?;
    Ok(HtmlPage::of(&visitor, PrintPage { sheet }))
}
