//! A returned batch: a file that is chosen, or rows that are pasted from a spreadsheet; all of it is taken or nothing.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::HERE;
use super::fields::read_first_day;
use super::list::{CoordinatorsQuery, render};
use crate::domain::coordinator::{FileFault, parse};
use crate::offices::OfficeRefusal;
use crate::offices::coordinators::name_batch;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::pages::form_state::FormState;
use crate::web::pages::form_with_file::FormWithFile;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::label::either;
use crate::web::words::{Words, capital};

/// What is typed besides the file.
#[derive(Clone, Debug, Default)]
pub struct ImportForm {
    /// Rows that were pasted.
    pub rows: String,
    /// The first day; empty for now.
    pub from: String,
}

/// Takes a batch.
pub async fn import(
    State(app): State<App>,
    mut visitor: Visitor,
    IdempotentForm { form_key, form: sent }: IdempotentForm<FormWithFile>,
) -> Result<Response, Problem> {
    HERE.clone_into(&mut visitor.here);
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    let typed = ImportForm { rows: sent.get("rows").to_owned(), from: sent.get("from").to_owned() };
    let mut form = FormState::new(typed);
    let from = read_first_day(t, &form.typed.from, &mut form.errors, now);
    let bytes = sent.file.as_deref().unwrap_or(form.typed.rows.as_bytes());
    if bytes.is_empty() {
        form.errors.add("rows", t.say("coordinators-import-nothing"));
    }
    let batch = if bytes.is_empty() { Ok(Vec::new()) } else { parse(bytes) };
    let named = match (batch, from.filter(|_| form.errors.is_empty())) {
        (Ok(batch), Some(from)) => name_batch(&mut tx, &visitor.caller.right(), &app.sealing, batch, from, now).await,
        (Ok(_), None) => Err(OfficeRefusal::File(Vec::new())),
        (Err(faults), _) => Err(OfficeRefusal::File(faults)),
    };
    match named {
        Ok(_) => {
            let to = with_flash(HERE, "said-coordinators-imported");
            form_key.finish(tx, &app, &to).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(OfficeRefusal::File(faults)) => {
            let told = faults.iter().map(|fault| say_fault(t, fault)).collect();
            render(&mut tx, &visitor, CoordinatorsQuery::default(), form, told, now).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What is wrong, with its line and column.
fn say_fault(t: Words, fault: &FileFault) -> String {
    let line = fault.line.to_string();
    let why = either(t, fault.reason.thai(), capital(&fault.reason.to_string()));
    match fault.column {
        Some(column) => {
            let column = either(t, column.thai(), column.name());
            t.say_with("coordinators-import-cell", &[("line", &line), ("column", &column), ("why", &why)])
        }
        None => t.say_with("coordinators-import-line", &[("line", &line), ("why", &why)]),
    }
}
