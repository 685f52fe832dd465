//! Which costs a caller asks for, and may see: a month, and a channel, an office, or their own part of the tree.

use serde::Deserialize;

use super::{Caller, visible};
use crate::domain::line_month::LineMonth;
use crate::domain::time::Timestamp;
use crate::relay::cost;
use crate::store::groups::list_ids_of_office;
use crate::store::{Connection, channels};
use crate::web::problem::Problem;

/// Which month, and which part of it.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CostQuery {
    /// The month, such as 2026-11; left out = the present one.
    #[param(value_type = Option<String>, pattern = r"^\d{4}-\d{2}$")]
    pub month: Option<String>,
    /// Only this channel, by code.
    pub channel: Option<String>,
    /// Only the groups of this office and those below them, by code.
    pub office: Option<String>,
}

impl CostQuery {
    /// What it asks for.
    ///
    /// # Errors
    /// Problem 422 where the month is none; 404 where the channel or the office is not there, or not the caller's to see.
    pub async fn read(
        self,
        db: &mut Connection,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<(LineMonth, cost::Part), Problem> {
        let month = match self.month {
            Some(text) => text.parse().map_err(|error| Problem::invalid_field("?month", format!("{error}")))?,
            None => LineMonth::at(now),
        };
        let channel = match self.channel {
            Some(code) => {
                let known = channels::find_channel(db, &code).await?;
                Some(known.ok_or_else(|| Problem::absent("channel"))?.code)
            }
            None => None,
        };
        let office = match self.office {
            Some(code) => Some(groups_of_office(db, caller, &code).await?),
            None => None,
        };
        Ok((month, cost::Part { scope: caller.scope.to_filter(), office, channel }))
    }
}

async fn groups_of_office(db: &mut Connection, caller: &Caller, code: &str) -> Result<Vec<i32>, Problem> {
    let office = visible::office(db, caller, code).await?;
    Ok(list_ids_of_office(db, office.id).await?)
}
