//! What a bulletin asks of the offices that get it, and by when.
//!
//! The letters of 2560 and 2561 ask offices to report that their groups are set up, to name a coordinator, to spread the message, to send
//! material upward and to tell their staff; each ends with เพื่อพิจารณาดำเนินการ or เพื่อโปรดทราบ. What is asked is part of the bulletin and never
//! changes once it is published. A day counts until it ends in Bangkok.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::text::RequestText;
use super::thai::{BadDate, Digits, format_long_date, from_bangkok, normal_form, parse_date, to_bangkok};
use super::time::Timestamp;

/// Requests of one bulletin at most.
pub const MOST_REQUESTS: usize = 10;
/// The most working days that are counted.
pub const MOST_WORKING_DAYS: u8 = 60;
/// Of those that ask to act, so many are named on a card in LINE.
const NAMED: usize = 3;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "request_kind", rename_all = "snake_case")]
pub enum RequestKind {
    /// Report that the groups are set up.
    ReportEstablishment,
    /// Name the office's coordinator.
    NameCoordinator,
    /// Spread the message further.
    Disseminate,
    /// Send material upward, such as an infographic.
    SendMaterial,
    /// Tell the own staff.
    InformStaff,
    /// Take note.
    ForInformation,
}

impl RequestKind {
    /// All, in the order in which a form offers them.
    pub const ALL: [Self; 6] = [
        Self::ReportEstablishment,
        Self::NameCoordinator,
        Self::Disseminate,
        Self::SendMaterial,
        Self::InformStaff,
        Self::ForInformation,
    ];

    /// The word used in the API and in forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReportEstablishment => "report_establishment",
            Self::NameCoordinator => "name_coordinator",
            Self::Disseminate => "disseminate",
            Self::SendMaterial => "send_material",
            Self::InformStaff => "inform_staff",
            Self::ForInformation => "for_information",
        }
    }

    /// What is asked, as the pages say it in Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::ReportEstablishment => "รายงานผลการจัดตั้งกลุ่ม",
            Self::NameCoordinator => "แจ้งรายชื่อผู้ประสานงาน",
            Self::Disseminate => "เผยแพร่ประชาสัมพันธ์",
            Self::SendMaterial => "ส่งข้อมูลหรือสื่อ",
            Self::InformStaff => "แจ้งเจ้าหน้าที่ในสังกัด",
            Self::ForInformation => "เพื่อทราบ",
        }
    }

    /// The purpose where nobody says another.
    #[must_use]
    pub fn usual_purpose(self) -> RequestPurpose {
        if self == Self::ForInformation { RequestPurpose::Inform } else { RequestPurpose::Act }
    }
}

/// With which words the letter ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "request_purpose", rename_all = "snake_case")]
pub enum RequestPurpose {
    /// เพื่อพิจารณาดำเนินการ
    Act,
    /// เพื่อโปรดทราบ
    Inform,
}

/// How an office stands with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "request_state", rename_all = "snake_case")]
pub enum RequestState {
    /// Nothing was answered.
    Open,
    /// It is done.
    Done,
    /// It does not concern the office, which said why.
    NotApplicable,
}

/// By when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// By the end of this day.
    On(Date),
    /// By the end of the working day so many after that of publishing.
    WorkingDays(u8),
}

/// A request as it is drafted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftedRequest {
    /// What is asked.
    pub kind: RequestKind,
    /// With which words.
    pub purpose: RequestPurpose,
    /// In the words of the letter.
    pub text: RequestText,
    /// The last day.
    #[serde(default)]
    pub due_on: Option<Date>,
    /// The number of working days after publishing.
    #[serde(default)]
    pub due_in_working_days: Option<u8>,
}

impl DraftedRequest {
    /// By when, where it says so: the day before the number.
    #[must_use]
    pub fn due(&self) -> Option<Due> {
        self.due_on.map(Due::On).or(self.due_in_working_days.map(Due::WorkingDays))
    }

    /// By when, in the words of a letter: ภายในวันที่ ๔ ธันวาคม ๒๕๖๙; none where it has no end.
    #[must_use]
    pub fn thai_due(&self) -> Option<String> {
        Some(match self.due()? {
            Due::On(day) => format!("ภายในวันที่ {}", format_long_date(day, Digits::Thai)),
            Due::WorkingDays(days) => {
                format!("ภายใน {} วันทำการนับแต่วันเผยแพร่", Digits::Thai.write(&days.to_string()))
            }
        })
    }

    /// The moment at which its time is over, if it is published at `at`.
    #[must_use]
    pub fn due_at(&self, at: Timestamp, holidays: &BTreeSet<Date>) -> Option<Timestamp> {
        let day = match self.due()? {
            Due::On(day) => day,
            Due::WorkingDays(days) => working_day_after(to_bangkok(at).date(), days, holidays),
        };
        end_of_day(day)
    }

    /// Whether it has a day that would be over if it were published at `at`.
    #[must_use]
    pub fn is_over_at(&self, at: Timestamp) -> bool {
        self.due_on.and_then(end_of_day).is_some_and(|end| end <= at)
    }
}

/// What offices are asked to do and by when, in some lines of a card; none where nobody has to act.
#[must_use]
pub fn say_asked(requests: &[DraftedRequest]) -> Option<String> {
    let to_act: Vec<&DraftedRequest> =
        requests.iter().filter(|request| request.purpose == RequestPurpose::Act).collect();
    if to_act.is_empty() {
        return None;
    }
    let named = to_act.iter().take(NAMED).map(|request| match request.thai_due() {
        Some(due) => format!("• {} {due}", request.kind.thai()),
        None => format!("• {}", request.kind.thai()),
    });
    let mut lines: Vec<String> = ["ขอให้หน่วยงานดำเนินการ".to_owned()].into_iter().chain(named).collect();
    if let Some(more) = to_act.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("และอีก {} เรื่อง", Digits::Thai.write(&more.to_string())));
    }
    Some(lines.join("\n"))
}

/// The moment after the last of a day in Bangkok.
fn end_of_day(day: Date) -> Option<Timestamp> {
    from_bangkok(day.checked_add(1.day()).ok()?.at(0, 0, 0, 0)).ok()
}

/// The working day that is so many after `day`: neither a Saturday, a Sunday nor a holiday.
#[must_use]
pub fn working_day_after(day: Date, days: u8, holidays: &BTreeSet<Date>) -> Date {
    let (mut day, mut left) = (day, days);
    while left > 0 {
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !holidays.contains(&day) {
            left -= 1;
        }
    }
    day
}

/// What stands before a weekday's date in a letter.
const WEEKDAYS: [&str; 7] = ["วันอาทิตย์ที่", "วันจันทร์ที่", "วันอังคารที่", "วันพุธที่", "วันพฤหัสบดีที่", "วันศุกร์ที่", "วันเสาร์ที่"];
/// How far behind a weekday its date is looked for, in characters.
const DATE_LENGTH: usize = 40;

/// The first date in a text that falls on another day of the week than the text says, as it is written there.
#[must_use]
pub fn find_wrong_weekday(text: &str) -> Option<String> {
    let text = normal_form(text);
    let mut places: Vec<usize> =
        WEEKDAYS.iter().flat_map(|day| text.match_indices(day).map(|(at, _)| at).collect::<Vec<_>>()).collect();
    places.sort_unstable();
    places.into_iter().find_map(|at| {
        let written = date_at(&text[at..])?;
        (parse_date(&written) == Err(BadDate::Weekday)).then_some(written)
    })
}

/// The date that a text begins with: up to the end of its last number, of which there are two, or three where they stand alone.
fn date_at(text: &str) -> Option<String> {
    let signs: Vec<char> = text.chars().take(DATE_LENGTH).collect();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        if signs[at].is_ascii_digit() {
            let begin = at;
            while signs.get(at).is_some_and(char::is_ascii_digit) {
                at += 1;
            }
            numbers.push((begin, at));
        } else {
            at += 1;
        }
    }
    let alone = numbers.first().is_some_and(|(_, end)| matches!(signs.get(*end), Some('/' | '-')));
    let (_, end) = numbers.get(if alone { 2 } else { 1 })?;
    Some(signs[..*end].iter().collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn request(due_on: Option<Date>, due_in_working_days: Option<u8>) -> DraftedRequest {
        DraftedRequest {
            kind: RequestKind::NameCoordinator,
            purpose: RequestPurpose::Act,
            text: "แจ้งรายชื่อผู้ประสานงาน".parse().expect("a text"),
            due_on,
            due_in_working_days,
        }
    }

    #[test]
    fn working_days_pass_over_weekends_and_holidays() {
        let holidays = BTreeSet::from([date(2018, 4, 6), date(2018, 4, 13)]);
        // a Friday
        let friday = date(2018, 3, 23);
        assert_eq!(working_day_after(friday, 0, &holidays), friday);
        assert_eq!(working_day_after(friday, 1, &holidays), date(2018, 3, 26));
        assert_eq!(working_day_after(date(2018, 4, 5), 1, &holidays), date(2018, 4, 9));
        assert_eq!(working_day_after(friday, 15, &holidays), date(2018, 4, 17));
    }

    #[test]
    fn a_day_counts_until_it_ends_in_bangkok() {
        let published = from_bangkok(date(2018, 3, 23).at(9, 6, 0, 0)).expect("a time");
        let none = BTreeSet::new();
        let due = |request: DraftedRequest| request.due_at(published, &none).map(|at| at.to_string());
        assert_eq!(due(request(Some(date(2018, 3, 23)), None)).as_deref(), Some("2018-03-23T17:00:00Z"));
        assert_eq!(due(request(None, Some(1))).as_deref(), Some("2018-03-26T17:00:00Z"));
        assert_eq!(due(request(None, None)), None);
        assert!(!request(Some(date(2018, 3, 23)), None).is_over_at(published));
        assert!(request(Some(date(2018, 3, 22)), None).is_over_at(published));
    }

    #[test]
    fn a_card_says_what_is_to_be_done_and_by_when() {
        let asked = say_asked(&[request(Some(date(2026, 12, 4)), None), request(None, Some(5)), request(None, None)]);
        let lines = [
            "ขอให้หน่วยงานดำเนินการ",
            "• แจ้งรายชื่อผู้ประสานงาน ภายในวันที่ ๔ ธันวาคม ๒๕๖๙",
            "• แจ้งรายชื่อผู้ประสานงาน ภายใน ๕ วันทำการนับแต่วันเผยแพร่",
            "• แจ้งรายชื่อผู้ประสานงาน",
        ];
        assert_eq!(asked, Some(lines.join("\n")));
        let many = say_asked(&vec![request(None, None); MOST_REQUESTS]).expect("lines");
        assert!(many.ends_with("\nและอีก ๗ เรื่อง"), "{many}");
        let noted = DraftedRequest { purpose: RequestPurpose::Inform, ..request(None, None) };
        assert_eq!(say_asked(&[noted]), None, "nobody has to act");
    }

    #[test]
    fn a_weekday_that_is_not_that_of_its_date_is_found() {
        for right in [
            "ภายในวันศุกร์ที่ ๒๓ มีนาคม ๒๕๖๑",
            "ภายในวันศุกร์ที่ 23 มี.ค. 61 เวลา 16.30 น.",
            "ภายในวันที่ ๒๓ มีนาคม ๒๕๖๑",
            "ทุกวันจันทร์ที่ศาลากลางจังหวัด",
            "วันศุกร์ที่ 23/3/2561",
        ] {
            assert_eq!(find_wrong_weekday(right), None, "{right}");
        }
        let wrong = find_wrong_weekday("แจ้งมาที่สำนักงานจังหวัด ภายในวันพฤหัสบดีที่ ๒๓ มีนาคม ๒๕๖๑ ทางโทรสาร");
        assert_eq!(wrong.as_deref(), Some("วันพฤหัสบดีที่ 23 มีนาคม 2561"));
        assert!(find_wrong_weekday("วันศุกร์ที่ 23 มีนาคม 2561 และวันเสาร์ที่ 25/3/2561").is_some());
    }

    #[test]
    fn a_drafted_request_is_kept_as_it_is() {
        let drafted = request(Some(date(2018, 3, 23)), None);
        let text = serde_json::to_string(&drafted).expect("plain");
        assert_eq!(serde_json::from_str::<DraftedRequest>(&text).expect("the same"), drafted);
    }
}
