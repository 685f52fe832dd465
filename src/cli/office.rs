//! The option `--office`, which says where a role counts.

use anyhow::anyhow;
use clap::CommandFactory as _;
use clap::error::ErrorKind;

use crate::domain::account::Role;
use crate::domain::ids::Code;
use crate::store::Connection;
use crate::store::offices::{Office, find_office};

/// Ends the program with what is missing, where the role counts only with an office.
pub(super) fn demand(role: Role, office: Option<&Code>) {
    if role.needs_office() && office.is_none() {
        let fault = format!("--role {} needs --office CODE", role.as_str());
        super::Cli::command().error(ErrorKind::MissingRequiredArgument, fault).exit();
    }
}

/// The office that was named.
pub(super) async fn find(db: &mut Connection, code: Option<&Code>) -> anyhow::Result<Option<Office>> {
    let Some(code) = code else { return Ok(None) };
    let found = find_office(db, code.as_str()).await?;
    found.map(Some).ok_or_else(|| anyhow!("there is no office \"{code}\""))
}
