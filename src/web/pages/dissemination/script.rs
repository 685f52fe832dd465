//! `/disseminations/script/{bulletin}`: what is read aloud over a loudspeaker; `/disseminations/sheet/{bulletin}`: what is put up
//! on a notice board. Both are paper, and in Thai, as villages read them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::read_back::{CodeForm, OfSubdistrict, find_printed};
use super::{HERE, find_published};
use crate::domain::account::Permission;
use crate::domain::area::Area;
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::ids::BulletinId;
use crate::domain::loudspeaker::{Script, ScriptSource};
use crate::domain::read_back_code::ReadBackCode;
use crate::domain::thai::{Digits, format_long_date, to_bangkok, to_thai_digits};
use crate::store::Connection;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::FormState;
use crate::web::people::{Visitor, qr};
use crate::web::problem::Problem;
use crate::web::ui::format::span;

/// The code that stands on a sheet, and where it is given back.
pub(super) struct Printed {
    code: String,
    place: String,
    address: String,
    /// The address with the code in it, as a QR code.
    picture: String,
}

impl Printed {
    fn of(app: &App, found: Option<(Area, ReadBackCode)>) -> Option<Self> {
        let address = format!("{}/readback", app.settings.public_url);
        found.map(|(area, code)| Self {
            picture: qr::draw(&format!("{address}?code={code}")).unwrap_or_default(),
            code: code.to_string(),
            place: area.thai(),
            address,
        })
    }
}

#[derive(Template)]
#[template(path = "dissemination/script.html")]
struct ScriptPage {
    id: BulletinId,
    works: bool,
    subject: String,
    reach: String,
    sheet: String,
    duration: String,
    paragraphs: Vec<String>,
    printed: Option<Printed>,
    form: FormState<CodeForm>,
}

/// The script.
pub(super) async fn show_script(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    query: Parameters<OfSubdistrict>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let printed = Printed::of(&app, find_printed(&mut db, &visitor, id, query).await?);
    render(&mut db, &visitor, id, FormState::default(), printed, StatusCode::OK).await
}

/// The script with the form for a code.
pub(super) async fn render(
    db: &mut Connection,
    visitor: &Visitor,
    id: BulletinId,
    form: FormState<CodeForm>,
    printed: Option<Printed>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let bulletin = find_published(db, &visitor.caller, id).await?;
    let script = Script::of(&ScriptSource {
        kind: bulletin.kind,
        urgency: bulletin.urgency(),
        origin: &bulletin.origin_office,
        subject: &bulletin.subject,
        body: &bulletin.body,
    });
    let seconds = u32::try_from(script.seconds).unwrap_or(u32::MAX);
    let area = printed.as_ref().map(|_| visitor.here.split_once('?').map_or("", |(_, query)| query));
    let page = ScriptPage {
        id,
        // a code is made by the office whose villages it is for
        works: visitor.may(Permission::OfficeWork) && visitor.caller.office.is_some(),
        reach: format!("{HERE}/reach/{id}"),
        sheet: area.map_or_else(|| format!("{HERE}/sheet/{id}"), |area| format!("{HERE}/sheet/{id}?{area}")),
        duration: span(visitor.words, seconds.into()),
        paragraphs: script.paragraphs,
        subject: bulletin.subject,
        printed,
        form,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

#[derive(Template)]
#[template(path = "dissemination/sheet.html")]
struct SheetPage {
    script: String,
    marks: Vec<&'static str>,
    number: Option<String>,
    subject: String,
    /// Its picture, and what it shows.
    image: Option<(String, String)>,
    paragraphs: Vec<String>,
    origin: String,
    published: String,
    picture: String,
    printed: Option<Printed>,
}

/// The sheet.
pub(super) async fn show_sheet(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    query: Parameters<OfSubdistrict>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let bulletin = find_published(&mut db, &visitor.caller, id).await?;
    let printed = Printed::of(&app, find_printed(&mut db, &visitor, id, query).await?);
    let urgency = bulletin.urgency();
    let image = bulletin.attachment().map(|of| (format!("/i/{}.jpg", of.image), of.alt.into()));
    let published = bulletin.published_at.map(|at| format_long_date(to_bangkok(at).date(), Digits::Thai));
    let page = SheetPage {
        script: format!("{HERE}/script/{id}"),
        marks: mark(bulletin.kind).into_iter().chain((urgency > Urgency::Routine).then(|| urgency.thai())).collect(),
        number: bulletin.document_number.map(|number| to_thai_digits(&number)),
        paragraphs: bulletin.body.lines().filter(|line| !line.trim().is_empty()).map(to_thai_digits).collect(),
        subject: to_thai_digits(&bulletin.subject),
        image,
        origin: bulletin.origin_office,
        published: published.unwrap_or_default(),
        picture: qr::draw(&format!("{}/b/{}", app.settings.public_url, bulletin.public_token)).unwrap_or_default(),
        printed,
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

/// What kind of bulletin it is, where that must not be overlooked; in Thai on every sheet.
fn mark(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::News | Kind::Digest => None,
        Kind::Correction => Some("ประกาศแก้ไข"),
        Kind::Withdrawal => Some("ประกาศยกเลิก"),
        Kind::Test => Some("ทดสอบระบบ – ไม่ใช่ประกาศจริง"),
        Kind::Drill => Some("ฝึกซ้อม – ไม่ใช่เหตุการณ์จริง"),
    }
}
