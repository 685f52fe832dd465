//! The form of the letter to print on A4, แบบรายงานรายชื่อผู้ประสานงาน: blank, or filled in with whom an office named.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::domain::phone::PhoneNumber;
use crate::domain::thai::to_thai_digits;
use crate::offices::coordinators as acts;
use crate::store::coordinators::list_of_office;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;

/// Appointments among which the present one is looked for.
const LOOKED_AT: i64 = 20;

/// What stands in the blanks of the form; an empty one is left to be written into.
#[derive(Default, Template)]
#[template(path = "coordinators/form.html")]
struct PrintedForm {
    office: String,
    first_name: String,
    last_name: String,
    position: String,
    affiliation: String,
    telephone: String,
    mobile: String,
    email: String,
    line_id: String,
}

/// The blank form.
pub async fn show_blank(visitor: Visitor) -> impl IntoResponse {
    HtmlPage::of(&visitor, PrintedForm::default())
}

/// The form with whom the office has named; with the office's name alone where that is nobody.
pub async fn show_filled(State(app): State<App>, visitor: Visitor, Id(code): Id<String>) -> Result<Response, Problem> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let office = visible::office(&mut tx, &visitor.caller, &code).await?;
    let all = list_of_office(&mut tx, office.id, LOOKED_AT).await?;
    let mut form = PrintedForm { office: office.name, ..PrintedForm::default() };
    if let Some(row) = all.into_iter().find(|row| !row.deputy && row.is_active(now)) {
        let found = acts::look_at(&mut tx, &visitor.caller.right(), &app.sealing, row.id, now).await?;
        let contacts = found.contacts.unwrap_or_default();
        let number = |number: Option<PhoneNumber>| number.map(|number| to_thai_digits(&number.to_string()));
        form = PrintedForm {
            first_name: row.first_name,
            last_name: row.last_name,
            position: row.position,
            affiliation: row.affiliation.unwrap_or_default(),
            telephone: number(contacts.telephone).unwrap_or_default(),
            mobile: number(contacts.mobile).unwrap_or_default(),
            email: contacts.email.map(String::from).unwrap_or_default(),
            line_id: contacts.line_id.unwrap_or_default(),
            ..form
        };
    }
    tx.commit().await?;
    Ok(HtmlPage::of(&visitor, form).into_response())
}
