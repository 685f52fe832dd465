//! For which office somebody works: the one they name, or their own; in their part of the tree.

use super::Caller;
use crate::store::Connection;
use crate::store::offices::{Office, find_office, is_under};
use crate::web::problem::Problem;

/// What is said to somebody who is bound to no office and names none.
const NAME_ONE: &str = "must name an office, as you are bound to none";

/// The office called `code`, or else the caller's own; `pointer` is the field that names it.
///
/// # Errors
/// 422 where there is neither; 404 where it is not there or not in the caller's part of the tree.
pub async fn chosen(
    db: &mut Connection,
    caller: &Caller,
    code: Option<&str>,
    pointer: &str,
) -> Result<Office, Problem> {
    let code = code.or(caller.office_code.as_deref()).ok_or_else(|| Problem::invalid_field(pointer, NAME_ONE))?;
    let office = find_office(db, code).await?.ok_or_else(|| Problem::absent("office"))?;
    match caller.scope.groups() {
        Some(scope) if !is_under(db, office.id, scope).await? => Err(Problem::absent("office")),
        _ => Ok(office),
    }
}
