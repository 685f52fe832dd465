//! Setting up the LINE groups of provinces and ministries, and reporting it: the letter of 23 March 2561, clauses 1 and 3.
//!
//! A group goes through stages in one order, and has a stage only when it has all before it: a group that carries bulletins and was never
//! reported is shown as created, with the facts beside it. What LINE has not told is unknown, and never taken for wrong.

use serde::{Deserialize, Serialize};

use super::email::EmailAddress;
use super::group::Tier;
use super::thai::compare_form;

/// How far a group has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupStage {
    /// It stands in the tree.
    Planned,
    /// Its office said that it was created, or a LINE group is or was linked.
    Created,
    /// It stands as created in the last report of an office that answers for it.
    Reported,
    /// Operations have verified it.
    Verified,
    /// One of the last bulletins is in it.
    Active,
    /// It is out of use.
    Closed,
}

/// What is known of a group, each by itself.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupFacts {
    /// Whether its office said that it was created, or a LINE group is or was linked.
    pub created: bool,
    /// Whether it stands as created in a last report.
    pub reported: bool,
    /// Whether operations have verified it.
    pub verified: bool,
    /// Whether one of the last bulletins is in it.
    pub active: bool,
    /// Whether it is out of use.
    pub retired: bool,
}

impl GroupStage {
    /// All, in their order.
    pub const ALL: [Self; 6] =
        [Self::Planned, Self::Created, Self::Reported, Self::Verified, Self::Active, Self::Closed];

    /// The stage that follows from what is known.
    #[must_use]
    pub fn of(facts: GroupFacts) -> Self {
        if facts.retired {
            return Self::Closed;
        }
        let steps = [
            (facts.created, Self::Created),
            (facts.reported, Self::Reported),
            (facts.verified, Self::Verified),
            (facts.active, Self::Active),
        ];
        steps.into_iter().take_while(|(come, _)| *come).last().map_or(Self::Planned, |(_, stage)| stage)
    }

    /// Its word in the API and in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Created => "created",
            Self::Reported => "reported",
            Self::Verified => "verified",
            Self::Active => "active",
            Self::Closed => "closed",
        }
    }
}

/// Whether a LINE group is called as prescribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameCheck {
    /// It is, in any spelling.
    AsPrescribed,
    /// It is called otherwise.
    Differs,
    /// LINE has not told its name, or none is prescribed.
    Unknown,
}

impl NameCheck {
    /// Compares the prescribed name with the one that LINE told; blanks, case and spelling make no difference.
    #[must_use]
    pub fn of(prescribed: Option<&str>, line_name: Option<&str>) -> Self {
        match (prescribed, line_name) {
            (Some(prescribed), Some(line_name)) if compare_form(prescribed) == compare_form(line_name) => {
                Self::AsPrescribed
            }
            (Some(_), Some(_)) => Self::Differs,
            _ => Self::Unknown,
        }
    }
}

/// What somebody says of a group. The later one of a pair holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "establishment_mark", rename_all = "snake_case")]
pub enum EstablishmentMark {
    /// Its office created it in LINE.
    Created,
    /// That was said by mistake.
    NotCreated,
    /// Operations have verified it.
    Verified,
    /// That is taken back.
    NotVerified,
}

/// How a report stands with a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "mail_state", rename_all = "snake_case")]
pub enum MailState {
    /// It waits to be sent, or to be tried again.
    Queued,
    /// It is being handed to the mail server.
    Sending,
    /// The mail server accepted it. Whether it arrived is not known.
    Accepted,
    /// The mail server refused it, or could not be had for too long.
    Refused,
    /// The mail server may have accepted it, and nobody knows. It is not sent again by itself.
    Unknown,
}

impl MailState {
    /// All.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Sending, Self::Accepted, Self::Refused, Self::Unknown];

    /// Its word in the API and in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the mail is still under way.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Sending)
    }
}

/// To whom and from whom reports go by mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportAddresses {
    /// The recipient.
    pub to: EmailAddress,
    /// The sender, whose domain ends the mails' own ids.
    pub from: EmailAddress,
}

/// A group as it stands in a report, with nothing of any person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReportedGroup {
    /// Its code.
    #[schema(example = "gcc3-lamphun-commerce")]
    pub code: String,
    /// Its name in the tree.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// The code of its office.
    pub office: String,
    /// The name of its office.
    pub office_name: String,
    /// How far it has come.
    pub stage: GroupStage,
    /// Whether it was created.
    pub created: bool,
    /// Whether a LINE group is linked.
    pub linked: bool,
    /// The prescribed name; null = none can be told.
    pub prescribed: Option<String>,
    /// The name that LINE told; null = it has not.
    pub line_name: Option<String>,
    /// Whether the two are the same.
    pub name_check: NameCheck,
    /// Members of the LINE group; null = LINE has not told.
    pub members: Option<i32>,
    /// People who should be in it; null = the office has not told.
    pub head_count: Option<i32>,
}

/// The sums of several groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EstablishmentSums {
    /// Groups that are prescribed: all but those out of use.
    pub groups: i64,
    /// Of these, planned only.
    pub planned: i64,
    /// Of these, created and no more.
    pub created: i64,
    /// Of these, reported and no more.
    pub reported: i64,
    /// Of these, verified and no more.
    pub verified: i64,
    /// Of these, active.
    pub active: i64,
    /// Groups out of use.
    pub closed: i64,
    /// Groups with a linked LINE group.
    pub linked: i64,
    /// Groups whose LINE name is as prescribed.
    pub names_as_prescribed: i64,
    /// Groups whose LINE name differs.
    pub names_differ: i64,
    /// Groups whose LINE name is not known.
    pub names_unknown: i64,
    /// Members of the groups of which members and head count are both known.
    pub members: i64,
    /// The head count of the same groups.
    pub head_count: i64,
    /// Groups of which one of the two is not known.
    pub not_counted: i64,
}

impl EstablishmentSums {
    /// The sums of `groups`.
    pub fn of<'a>(groups: impl IntoIterator<Item = &'a ReportedGroup>) -> Self {
        let mut sums = Self::default();
        for group in groups {
            sums.add(group);
        }
        sums
    }

    fn add(&mut self, group: &ReportedGroup) {
        if group.stage == GroupStage::Closed {
            self.closed += 1;
            return;
        }
        self.groups += 1;
        *match group.stage {
            GroupStage::Planned => &mut self.planned,
            GroupStage::Created => &mut self.created,
            GroupStage::Reported => &mut self.reported,
            GroupStage::Verified => &mut self.verified,
            GroupStage::Active | GroupStage::Closed => &mut self.active,
        } += 1;
        self.linked += i64::from(group.linked);
        *match group.name_check {
            NameCheck::AsPrescribed => &mut self.names_as_prescribed,
            NameCheck::Differs => &mut self.names_differ,
            NameCheck::Unknown => &mut self.names_unknown,
        } += 1;
        match (group.members, group.head_count) {
            (Some(members), Some(head_count)) => {
                self.members += i64::from(members);
                self.head_count += i64::from(head_count);
            }
            _ => self.not_counted += 1,
        }
    }

    /// Groups that came at least so far.
    #[must_use]
    pub fn at_least(&self, stage: GroupStage) -> i64 {
        let counts = [
            (GroupStage::Planned, self.planned),
            (GroupStage::Created, self.created),
            (GroupStage::Reported, self.reported),
            (GroupStage::Verified, self.verified),
            (GroupStage::Active, self.active),
        ];
        counts.into_iter().filter(|(of, _)| *of >= stage).map(|(_, n)| n).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(stage: GroupStage, members: Option<i32>) -> ReportedGroup {
        ReportedGroup {
            code: "gcc2-lamphun".to_owned(),
            name: "GCC2-จังหวัดลำพูน".to_owned(),
            tier: Tier::Gcc2,
            office: "lamphun".to_owned(),
            office_name: "จังหวัดลำพูน".to_owned(),
            stage,
            created: stage > GroupStage::Planned,
            linked: false,
            prescribed: None,
            line_name: None,
            name_check: NameCheck::Unknown,
            members,
            head_count: Some(64),
        }
    }

    #[test]
    fn a_group_has_a_stage_only_with_all_before_it() {
        let all = GroupFacts { created: true, reported: true, verified: true, active: true, retired: false };
        for (facts, stage) in [
            (GroupFacts::default(), GroupStage::Planned),
            (GroupFacts { reported: false, ..all }, GroupStage::Created),
            (GroupFacts { verified: false, ..all }, GroupStage::Reported),
            (GroupFacts { active: false, ..all }, GroupStage::Verified),
            (all, GroupStage::Active),
            (GroupFacts { created: false, ..all }, GroupStage::Planned),
            (GroupFacts { retired: true, ..all }, GroupStage::Closed),
        ] {
            assert_eq!(GroupStage::of(facts), stage, "{facts:?}");
        }
    }

    #[test]
    fn a_name_is_as_prescribed_in_any_spelling_and_unknown_where_line_has_not_told() {
        let prescribed = Some("GCC2-จังหวัดลำพูน");
        assert_eq!(NameCheck::of(prescribed, Some("gcc2 - จังหวัดล\u{e4d}\u{e32}พูน")), NameCheck::AsPrescribed);
        assert_eq!(NameCheck::of(prescribed, Some("GCC2-ลำพูน")), NameCheck::Differs);
        assert_eq!(NameCheck::of(prescribed, None), NameCheck::Unknown);
        assert_eq!(NameCheck::of(None, Some("GCC2-ลำพูน")), NameCheck::Unknown);
    }

    #[test]
    fn sums_count_members_only_where_both_numbers_are_known() {
        let groups =
            [group(GroupStage::Planned, None), group(GroupStage::Active, Some(60)), group(GroupStage::Closed, None)];
        let sums = EstablishmentSums::of(&groups);
        assert_eq!((sums.groups, sums.planned, sums.active, sums.closed), (2, 1, 1, 1));
        assert_eq!((sums.members, sums.head_count, sums.not_counted), (60, 64, 1));
        assert_eq!((sums.at_least(GroupStage::Planned), sums.at_least(GroupStage::Reported)), (2, 1));
    }
}
