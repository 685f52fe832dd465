//! Slips to print and hand out: eight on a sheet of A4, each with a name, a QR code and what to do with it.
//!
//! Five thousand of them are six hundred sheets, so they are written out sheet by sheet as the browser takes them, and
//! drawn beside the threads that answer others.

use std::io;
use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::future::ready;
use futures_util::stream::{self, StreamExt as _};
use tokio::task::spawn_blocking;

use crate::report::invitations::Slip;
use crate::web::pages::HtmlPage;
use crate::web::people::{Visitor, qr};
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

/// Slips on one sheet.
const ON_A_SHEET: usize = 8;
/// Where the sheets go in the page around them.
const PLACE: &str = "<!--sheets-->";

#[derive(Template)]
#[template(path = "accounts/slips.html")]
struct SheetShell {
    slips: i64,
    place: &'static str,
}

#[derive(Template)]
#[template(path = "accounts/sheet.html")]
struct Sheet<'a> {
    t: Words,
    slips: Vec<SlipWithQrCode<'a>>,
    until: &'a str,
}

struct SlipWithQrCode<'a> {
    slip: &'a Slip,
    picture: String,
}

/// The page with all slips.
pub(super) fn print(visitor: &Visitor, slips: Vec<Slip>, until: String) -> Result<Response, Problem> {
    let number = i64::try_from(slips.len()).unwrap_or(i64::MAX);
    stream_sheets(visitor, |place| SheetShell { slips: number, place }, slips, until, render)
}

/// A page of slips, eight on a sheet: what is around them, given the place where they go, and how a sheet is written.
pub(in crate::web::pages) fn stream_sheets<T: Send + 'static, A: Template>(
    visitor: &Visitor,
    around: impl FnOnce(&'static str) -> A,
    slips: Vec<T>,
    until: String,
    render: fn(Words, &[T], &str) -> Result<String, askama::Error>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let around = around(PLACE);
    let shell = Shell::of(visitor);
    let page = around.render_with_values(&shell).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a page could not be rendered");
        Problem::internal()
    })?;
    let (before, after) = page.split_once(PLACE).ok_or_else(Problem::internal)?;
    let (before, after) = (before.to_owned(), after.to_owned());
    let until: Arc<str> = until.into();
    let sheets = stream::iter(slips).chunks(ON_A_SHEET).then(move |sheet| {
        let until = Arc::clone(&until);
        async move {
            spawn_blocking(move || render(t, &sheet, &until)).await.map_err(io::Error::other)?.map_err(io::Error::other)
        }
    });
    let around_them = |part| stream::once(ready(Ok::<_, io::Error>(part)));
    let parts = around_them(before).chain(sheets).chain(around_them(after));
    // the headers of every page, around another body
    let (parts_of_head, _) = HtmlPage::within(shell, around).into_response().into_parts();
    Ok(Response::from_parts(parts_of_head, Body::from_stream(parts)))
}

fn render(t: Words, slips: &[Slip], until: &str) -> Result<String, askama::Error> {
    let slips =
        slips.iter().map(|slip| SlipWithQrCode { slip, picture: qr::draw(&slip.link).unwrap_or_default() }).collect();
    Sheet { t, slips, until }.render()
}
