//! What a draft asks of offices, as it is sent and as it is shown.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::request::{DraftedRequest, RequestKind, RequestPurpose};
use crate::domain::text::RequestText;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, parse_day};
use crate::web::problem::FieldError;

/// What a bulletin asks of the offices that get it.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestInput {
    /// What is asked.
    kind: RequestKind,
    /// With which words; left out = as is usual for the kind.
    purpose: Option<RequestPurpose>,
    /// In the words of the letter. A weekday in it must be that of its date.
    text: RequestText,
    /// The last day: `YYYY-MM-DD`, or as the letter writes it, also with its weekday.
    #[schema(
        example = "วันศุกร์ที่ ๒๓ มีนาคม ๒๕๖๑",
        max_length = 100,
        pattern = r"^(?:(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|[^-]*[0-9๐-๙]{1,2}[^-]+[0-9๐-๙]{2,4}|[0-9๐-๙]{1,2}-[0-9๐-๙]{1,2}-[0-9๐-๙]{4})$"
    )]
    due_on: Option<String>,
    /// In place of a day: so many working days after publishing.
    #[schema(minimum = 1, maximum = 60)]
    due_in_working_days: Option<u8>,
}

/// The requests; a day that cannot be read is added to `errors`.
pub(super) fn read_requests(
    requests: Vec<RequestInput>,
    now: Timestamp,
    errors: &mut Vec<FieldError>,
) -> Vec<DraftedRequest> {
    let mut read = Vec::with_capacity(requests.len());
    for (index, request) in requests.into_iter().enumerate() {
        let RequestInput { kind, purpose, text, due_on, due_in_working_days } = request;
        let due_on = due_on.and_then(|day| {
            let day = parse_day(&day, Bound::DueAt, now);
            day.map_err(|bad| errors.push(FieldError::new(format!("/requests/{index}/due_on"), bad))).ok()
        });
        let purpose = purpose.unwrap_or(kind.usual_purpose());
        read.push(DraftedRequest { kind, purpose, text, due_on, due_in_working_days });
    }
    read
}

/// What a bulletin asks, as it was written.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BulletinRequest {
    /// Its place in the bulletin, from 1.
    no: usize,
    /// What is asked.
    kind: RequestKind,
    /// With which words.
    purpose: RequestPurpose,
    /// In the words of the letter.
    text: RequestText,
    /// The last day.
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<Date>,
    /// In place of a day: so many working days after publishing.
    due_in_working_days: Option<u8>,
}

impl BulletinRequest {
    /// The requests of a bulletin.
    pub(super) fn list(requests: Vec<DraftedRequest>) -> Vec<Self> {
        let shown = requests.into_iter().enumerate().map(|(index, request)| {
            let DraftedRequest { kind, purpose, text, due_on, due_in_working_days } = request;
            Self { no: index + 1, kind, purpose, text, due_on, due_in_working_days }
        });
        shown.collect()
    }
}
