//! How far offices are with setting up their groups and reporting it, as people see it: the board and one office.

use std::collections::HashMap;

use serde::Serialize;

use super::office::Office;
use crate::domain::actor::Actor;
use crate::domain::establishment::{EstablishmentMark, EstablishmentSums, MailState, ReportedGroup};
use crate::domain::ids::{EstablishmentReportId, OfficeId};
use crate::domain::national::NameTemplate;
use crate::domain::request::RequestState;
use crate::domain::time::Timestamp;
use crate::store::establishment::reports::{self, Report};
use crate::store::establishment::{self as rows, EstablishedGroup, Filter, ReportingOffice};
use crate::store::{Connection, StoreError};

/// Reports that are shown with an office.
const REPORTS: i64 = 50;

/// That a report was sent on paper.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PaperWay {
    /// The day, `YYYY-MM-DD`.
    #[schema(example = "2018-03-26")]
    pub sent_on: String,
    /// The number of the letter.
    #[schema(example = "ลพ ๐๐๑๗.๒/๑๒๓")]
    pub number: Option<String>,
    /// Who noted it.
    #[schema(value_type = Option<String>)]
    pub noted_by: Option<Actor>,
}

/// That a person sent a report by mail themselves.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct OwnMailWay {
    /// The day, `YYYY-MM-DD`.
    #[schema(example = "2018-03-26")]
    pub sent_on: String,
    /// To whom.
    pub to: Option<String>,
    /// Who noted it.
    #[schema(value_type = Option<String>)]
    pub noted_by: Option<Actor>,
}

/// How a report stands with its last mail.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MailWay {
    /// How it stands.
    pub state: MailState,
    /// To whom it goes.
    pub to: Option<String>,
    /// The mail's own id, the same in every mail of this report.
    pub message_id: Option<String>,
    /// How often the mail server was tried.
    pub attempts: i16,
    /// When it was accepted, refused or given up.
    pub ended_at: Option<Timestamp>,
    /// What the mail server said last.
    pub answer: Option<String>,
}

/// A report of an office that its groups are set up, with the two ways by which it goes out.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct EstablishmentReport {
    /// Its id.
    pub id: EstablishmentReportId,
    /// Its number among the office's reports, from 1.
    pub no: i32,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom.
    #[schema(value_type = String)]
    pub made_by: Actor,
    /// That it was sent on paper; null = nobody has noted that.
    pub paper: Option<PaperWay>,
    /// How it stands by mail; null = this system did not send it by mail.
    pub mail: Option<MailWay>,
    /// That a person sent it by mail themselves; null = nobody has noted that.
    pub own_mail: Option<OwnMailWay>,
}

impl EstablishmentReport {
    /// Whether it went out by mail: a mail server accepted it, or somebody noted that they sent it.
    #[must_use]
    pub fn went_by_mail(&self) -> bool {
        self.own_mail.is_some() || self.is_accepted()
    }

    /// Whether all that is known of its way by mail is that a person says they sent it.
    #[must_use]
    pub fn own_mail_holds(&self) -> bool {
        self.own_mail.is_some() && !self.is_accepted()
    }

    fn is_accepted(&self) -> bool {
        self.mail.as_ref().is_some_and(|mail| mail.state == MailState::Accepted)
    }
}

impl From<Report> for EstablishmentReport {
    fn from(row: Report) -> Self {
        Self {
            id: row.id,
            no: row.no,
            made_at: row.made_at,
            made_by: row.made_by,
            paper: row.paper_on.map(|sent_on| PaperWay { sent_on, number: row.paper_number, noted_by: row.paper_by }),
            own_mail: row.own_mail_on.map(|sent_on| OwnMailWay {
                sent_on,
                to: row.own_mail_to,
                noted_by: row.own_mail_by,
            }),
            mail: row.mail.map(|state| MailWay {
                state,
                to: row.mail_to,
                message_id: row.mail_message_id,
                attempts: row.mail_attempts.unwrap_or_default(),
                ended_at: row.mail_ended_at,
                answer: row.mail_answer,
            }),
        }
    }
}

/// How far an office is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EstablishmentOffice {
    /// The office.
    pub office: Office,
    /// The sums of its groups and all below.
    pub sums: EstablishmentSums,
    /// How it stands with the last bulletin that asks for the report; null = none asks.
    pub requested: Option<RequestState>,
    /// By when that wants it.
    pub due_at: Option<Timestamp>,
    /// Whether that time is over and the report has gone out in neither way.
    pub overdue: bool,
    /// Its last report.
    pub last_report: Option<EstablishmentReport>,
}

impl EstablishmentOffice {
    fn of(row: &ReportingOffice, groups: &[ReportedGroup], last: Option<EstablishmentReport>, now: Timestamp) -> Self {
        Self {
            office: Office::new(&row.code, &row.name, row.kind, row.province.as_deref()),
            sums: EstablishmentSums::of(groups),
            requested: row.asked,
            due_at: row.due_at,
            overdue: row.is_overdue(now),
            last_report: last,
        }
    }
}

/// A group for which an office answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EstablishmentGroup {
    /// The group as it would be reported now.
    #[serde(flatten)]
    pub group: ReportedGroup,
    /// When its office said that it was created; null = it has not.
    pub created_at: Option<Timestamp>,
    /// Who said so.
    #[schema(value_type = Option<String>)]
    pub created_by: Option<Actor>,
    /// When the LINE group was linked.
    pub linked_at: Option<Timestamp>,
    /// Since when the account is known to be gone from the LINE group.
    pub lost_at: Option<Timestamp>,
    /// When operations verified it; null = they have not, or took it back.
    pub verified_at: Option<Timestamp>,
    /// Who verified it.
    #[schema(value_type = Option<String>)]
    pub verified_by: Option<Actor>,
    /// What operations remarked last.
    pub remark: Option<String>,
    /// Whether one of the last bulletins is in it: accepted by LINE, or seen.
    pub carries: bool,
}

impl EstablishmentGroup {
    fn of(row: EstablishedGroup, names: &NameTemplate) -> Self {
        let group = row.to_reported(names);
        let said = row.said == Some(EstablishmentMark::Created);
        let verified = row.checked == Some(EstablishmentMark::Verified);
        Self {
            group,
            created_at: row.said_at.filter(|_| said),
            created_by: row.said_by.filter(|_| said),
            linked_at: row.linked_at,
            lost_at: row.lost_at,
            verified_at: row.checked_at.filter(|_| verified),
            verified_by: row.checked_by.filter(|_| verified),
            remark: row.remark,
            carries: row.active,
        }
    }
}

/// One office with its groups and reports.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EstablishmentDetail {
    /// How far it is.
    #[serde(flatten)]
    pub office: EstablishmentOffice,
    /// Its groups and all below, by tier and code.
    pub groups: Vec<EstablishmentGroup>,
    /// Its reports, the last one first; at most 50.
    pub reports: Vec<EstablishmentReport>,
}

/// The board: the offices that answer for a group of tier 2, each with its sums.
pub async fn board(
    db: &mut Connection,
    names: &NameTemplate,
    filter: &Filter<'_>,
    now: Timestamp,
) -> Result<Vec<EstablishmentOffice>, StoreError> {
    let offices = rows::list_offices(db, filter).await?;
    let ids: Vec<OfficeId> = offices.iter().map(|office| office.id).collect();
    let mut groups: HashMap<OfficeId, Vec<ReportedGroup>> = HashMap::new();
    for row in rows::list_groups(db, &ids, filter.scope).await? {
        groups.entry(row.answering).or_default().push(row.to_reported(names));
    }
    let last = reports::list_last_reports(db, &ids, filter.scope).await?;
    let mut last: HashMap<OfficeId, Report> = last.into_iter().map(|report| (report.office_id, report)).collect();
    let board = offices.iter().map(|office| {
        let groups = groups.remove(&office.id).unwrap_or_default();
        EstablishmentOffice::of(office, &groups, last.remove(&office.id).map(EstablishmentReport::from), now)
    });
    Ok(board.collect())
}

/// One office, as far as it is at or below one of `scope`.
pub async fn detail(
    db: &mut Connection,
    names: &NameTemplate,
    office: OfficeId,
    scope: Option<&[i32]>,
    now: Timestamp,
) -> Result<EstablishmentDetail, StoreError> {
    let row = rows::find_office(db, office).await?.ok_or(StoreError::Absent("office"))?;
    let groups = rows::list_groups(db, &[office], scope).await?;
    let groups: Vec<EstablishmentGroup> = groups.into_iter().map(|row| EstablishmentGroup::of(row, names)).collect();
    let reports = reports::list_reports(db, office, scope, REPORTS).await?;
    let reports: Vec<EstablishmentReport> = reports.into_iter().map(EstablishmentReport::from).collect();
    let reported: Vec<ReportedGroup> = groups.iter().map(|group| group.group.clone()).collect();
    let office = EstablishmentOffice::of(&row, &reported, reports.first().cloned(), now);
    Ok(EstablishmentDetail { office, groups, reports })
}
