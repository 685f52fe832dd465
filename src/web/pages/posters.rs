//! `/posters`: files that anybody may download and print, each with its checksum; for everybody. `/submissions/{id}/posters`
//! is where whoever publishes says which they are.

use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::HtmlPage;
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::domain::ids::SubmissionId;
use crate::domain::thai::to_bangkok;
use crate::offices::posters as commands;
use crate::store::posters::{Poster, list_posters};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::IdempotentForm;
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, key_of};
use crate::web::people::{Visitor, language_of};
use crate::web::problem::Problem;
use crate::web::shell::{Shell, with_flash};
use crate::web::ui::format::{day, number};
use crate::web::words::Words;

/// Posters on a page.
const SHOWN: usize = 30;
/// Short: a withdrawal must show soon.
const CACHE: &str = "private, max-age=30";

/// From where on.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PostersQuery {
    cursor: Option<Cursor>,
}

/// A poster as the page shows it.
struct ShownPoster {
    alt: String,
    subject: String,
    page: String,
    office: String,
    since: String,
    preview: Option<String>,
    file: String,
    what: String,
    sha256: String,
}

impl ShownPoster {
    fn of(t: Words, poster: Poster) -> Self {
        let kind = t.say(match poster.kind {
            FileKind::Image => "poster-image",
            FileKind::Video => "poster-video",
            FileKind::Pdf => "poster-pdf",
        });
        let pixels = poster.width.zip(poster.height);
        let pixels = pixels.map(|(width, height)| format!(" · {width} × {height}")).unwrap_or_default();
        Self {
            what: format!("{kind} · {}{pixels}", size(poster.bytes)),
            file: format!("/f/{}.{}", poster.file, poster.kind.ending()),
            sha256: poster.file.to_string(),
            preview: poster.preview.map(|preview| format!("/i/{preview}.jpg")),
            page: format!("/b/{}", poster.public_token),
            since: day(t, to_bangkok(poster.marked_at).date()),
            alt: poster.alt,
            subject: poster.subject,
            office: poster.office_name,
        }
    }
}

fn size(bytes: i64) -> String {
    if bytes < 1_000_000 {
        format!("{} kB", number((bytes / 1_000).max(1)))
    } else {
        format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
    }
}

#[derive(Template)]
#[template(path = "posters.html")]
struct PostersPage {
    posters: Vec<ShownPoster>,
    next: Option<String>,
}

/// The page.
pub async fn show_posters(
    cookies: CookieJar,
    Parameters(query): Parameters<PostersQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
    let mut found = list_posters(&mut db, key_of(query.cursor.as_ref())?, limit).await?;
    let more = found.len() > SHOWN;
    found.truncate(SHOWN);
    let next = found.last().filter(|_| more).map(|last| format!("/posters?cursor={}", Cursor::after(last.no).encode()));
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let posters = found.into_iter().map(|poster| ShownPoster::of(t, poster)).collect();
    let page = PostersPage { posters, next };
    Ok(HtmlPage::within(Shell::outside(t, "/posters"), page).cache(CACHE).into_response())
}

/// Which file, and whether it is a poster.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PosterForm {
    file: String,
    poster: String,
}

/// Says whether a file is a poster.
pub(super) async fn mark_poster(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<SubmissionId>,
    IdempotentForm { form_key, form: Form(PosterForm { file, poster }) }: IdempotentForm<Form<PosterForm>>,
) -> Result<Response, Problem> {
    let file: FileId = file.parse().map_err(|_| Problem::absent("file"))?;
    let is_poster = poster == "yes";
    let said = if is_poster { "said-poster" } else { "said-no-poster" };
    form_key
        .lead_on(&app, async |tx| {
            commands::mark(tx, &visitor.caller.right(), id, file, is_poster, app.now()).await?;
            Ok(with_flash(&format!("/submissions/{id}"), said))
        })
        .await
}
