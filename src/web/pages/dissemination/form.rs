//! What is typed about how a bulletin was spread, and what it means.

use jiff::civil::DateTime;
use serde::Deserialize;

use super::place;
use super::villages::{MOST_VILLAGES, read_village, read_villages};
use crate::domain::area::{Area, BadArea, Level};
use crate::domain::content_id::FileId;
use crate::domain::dissemination::{EvidenceLink, Medium, Pictures, Reach, Source, Times};
use crate::domain::text::{BadText, Outlet};
use crate::domain::thai::{Digits, format_time, from_bangkok, normal_form, parse_time, to_arabic_digits, to_bangkok};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::offices::OfficeRefusal;
use crate::offices::dissemination::Spread;
use crate::store::disseminations::Dissemination;
use crate::web::pages::form_fields::read_day;
use crate::web::pages::form_files::{self, write_ids};
use crate::web::pages::form_state::{Choice, FormErrors, FormState};
use crate::web::ui::label::{Label as _, code_of, either};
use crate::web::words::{Words, capital};

/// Places that are told where several are called the same.
const OFFERED: usize = 5;

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SpreadForm {
    pub(super) medium: String,
    pub(super) area: String,
    pub(super) village: String,
    pub(super) date: String,
    pub(super) time: String,
    pub(super) times: String,
    pub(super) reach: String,
    pub(super) outlet: String,
    pub(super) evidence: String,
    /// The ids of its pictures, between commas.
    pub(super) pictures: String,
    /// Whether they are left out after all.
    pub(super) no_pictures: String,
}

impl SpreadForm {
    /// A form about what was done just now, in this place.
    pub(super) fn new(area: &str, now: Timestamp) -> Self {
        let local = to_bangkok(now);
        Self { area: area.to_owned(), times: "1".to_owned(), ..Self::default() }.at(local)
    }

    /// A form that says what a record says.
    pub(super) fn of(record: &Dissemination) -> Self {
        let reach = record.reach.map(|reach| reach.number().to_string());
        Self {
            medium: code_of(&record.medium),
            area: record.area.code().to_owned(),
            village: record.area.village().map(|number| number.to_string()).unwrap_or_default(),
            times: record.times.number().to_string(),
            reach: reach.unwrap_or_default(),
            outlet: record.outlet.clone().unwrap_or_default(),
            evidence: record.evidence.clone().unwrap_or_default(),
            pictures: write_ids(&record.pictures),
            ..Self::default()
        }
        .at(to_bangkok(record.spread_at))
    }

    /// The same again, now: whatever led to what was done before leads nowhere new.
    pub(super) fn again(record: &Dissemination, now: Timestamp) -> Self {
        Self { evidence: String::new(), pictures: String::new(), ..Self::of(record).at(to_bangkok(now)) }
    }

    fn at(self, local: DateTime) -> Self {
        let time = format_time(local.time(), Digits::Arabic);
        let time = time.trim_end_matches(" น.").replace('.', ":");
        // a field for times takes two digits of hours only
        let time = if time.len() < 5 { format!("0{time}") } else { time };
        Self { date: local.date().to_string(), time, ..self }
    }
}

/// All media, of which one may be chosen.
pub(super) fn media(t: Words, chosen: &str) -> Vec<Choice> {
    Medium::ALL.into_iter().map(|medium| Choice::of(&code_of(&medium), medium.word(t), chosen)).collect()
}

/// The places of a province that are offered while a code is typed.
pub(super) fn places(t: Words, province: &str) -> Vec<Choice> {
    let places = Area::list_of_province(province).into_iter();
    places.map(|area| Choice::of(area.as_str(), place(t, &area), "")).collect()
}

/// What the form means; or nothing, and what is wrong with it is in the form. A place may be typed by its name, which is looked for in
/// `province`, or with none anywhere.
pub(super) fn read(
    t: Words,
    FormState { typed, errors }: &mut FormState<SpreadForm>,
    province: Option<&str>,
    now: Timestamp,
) -> Option<Spread> {
    let medium = Medium::ALL.into_iter().find(|medium| code_of(medium) == typed.medium);
    let medium = errors.check("medium", medium.ok_or_else(|| t.say("spread-medium-none")));
    let area = read_area(t, typed, province, errors);
    let at = read_at(t, typed, errors, now);
    let times = read_number(&typed.times).and_then(|n| Times::new(i16::try_from(n).ok()?));
    let times = errors.check("times", times.ok_or_else(|| t.say("spread-times-bad")));
    let reach = match typed.reach.trim() {
        "" => Ok(None),
        text => read_number(text).and_then(Reach::new).map(Some).ok_or_else(|| t.say("spread-reach-bad")),
    };
    let reach = errors.check("reach", reach);
    let outlet = match typed.outlet.parse::<Outlet>() {
        Ok(outlet) => Ok(Some(outlet)),
        Err(BadText::Empty) => Ok(None),
        Err(bad) => Err(either(t, bad.thai(), capital(&bad.to_string()))),
    };
    let outlet = errors.check("outlet", outlet);
    let evidence = match typed.evidence.trim() {
        "" => Ok(None),
        text => text.parse::<EvidenceLink>().map(Some).map_err(|_| t.say("spread-evidence-bad")),
    };
    let evidence = errors.check("evidence", evidence);
    let pictures = errors.check(
        "pictures",
        Pictures::new(if typed.no_pictures.is_empty() { read_ids(&typed.pictures) } else { Vec::new() })
            .map_err(|_| t.say("spread-pictures-many")),
    );
    Some(Spread {
        medium: medium?,
        area: area?,
        at: Some(at?),
        times: times?,
        reach: reach?,
        outlet: outlet?,
        evidence: evidence?,
        pictures: pictures?,
        source: Source::Page,
    })
}

/// What the form means where several villages may be typed: a record for each, all else the same; or nothing, and what is wrong with it is in
/// the form.
pub(super) fn read_each(
    t: Words,
    form: &mut FormState<SpreadForm>,
    province: Option<&str>,
    now: Timestamp,
) -> Option<Vec<Spread>> {
    let villages = match read_villages(&form.typed.village) {
        Some(villages) if villages.len() > 1 => villages,
        _ => return read(t, form, province, now).map(|spread| vec![spread]),
    };
    let typed = std::mem::take(&mut form.typed.village);
    let spread = read(t, form, province, now);
    form.typed.village = typed;
    let area = read_place(t, &form.typed.area, province, None).ok();
    let areas = if villages.len() > MOST_VILLAGES {
        Err(t.say_with("spread-villages-many", &[("most", &MOST_VILLAGES.to_string())]))
    } else {
        let each = |area: Area| villages.iter().map(|number| area.with_village(*number)).collect::<Result<Vec<_>, _>>();
        area.map(each).transpose().map_err(|bad| say_bad(t, bad))
    };
    let areas = form.errors.check("village", areas)??;
    let spread = spread?;
    Some(areas.into_iter().map(|area| Spread { area, ..spread.clone() }).collect())
}

/// The ids of the pictures of a form, and of too many one more than may be.
pub(super) fn read_ids(text: &str) -> Vec<FileId> {
    form_files::read_ids(text, Pictures::MOST + 1)
}

/// A number as people type it, in either digits and with or without commas.
pub(super) fn read_number(text: &str) -> Option<i32> {
    let text = to_arabic_digits(&normal_form(text)).replace(',', "");
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn read_area(t: Words, typed: &SpreadForm, province: Option<&str>, errors: &mut FormErrors) -> Option<Area> {
    let area = errors.check("area", read_place(t, &typed.area, province, None))?;
    if typed.village.trim().is_empty() {
        return Some(area);
    }
    let village = read_village(&typed.village).ok_or(BadArea::Village).and_then(|number| area.with_village(number));
    errors.check("village", village.map_err(|bad| say_bad(t, bad)))
}

/// The place of this code or name, which is looked for in `province`, or with none anywhere; with `level`, only among places so large.
pub(super) fn read_place(t: Words, typed: &str, province: Option<&str>, level: Option<Level>) -> Result<Area, String> {
    match typed.parse::<Area>() {
        Err(BadArea::Shape) => {}
        read => return read.map_err(|bad| say_bad(t, bad)),
    }
    let mut found = Area::find_called(typed, province);
    found.retain(|area| level.is_none_or(|level| area.level() == level));
    match found.len() {
        0 => Err(t.say("spread-area-unknown")),
        1 => Ok(found.swap_remove(0)),
        _ => {
            let first = found.iter().take(OFFERED).map(|area| format!("{area} {}", place(t, area)));
            let places = first.collect::<Vec<_>>().join(" · ");
            Err(t.say_with("spread-area-several", &[("places", &places)]))
        }
    }
}

fn say_bad(t: Words, bad: BadArea) -> String {
    either(t, bad.thai(), capital(&bad.to_string()))
}

fn read_at(t: Words, typed: &SpreadForm, errors: &mut FormErrors, now: Timestamp) -> Option<Timestamp> {
    let day = read_day(t, &typed.date, Bound::Search, now).and_then(|day| day.ok_or_else(|| t.say("spread-date-none")));
    let day = errors.check("date", day);
    let time = errors.check("time", parse_time(&typed.time).map_err(|_| t.say("spread-time-bad")));
    from_bangkok(day?.to_datetime(time?)).ok()
}

/// What a refused command says by a field; none where it is about no field.
pub(super) fn say_refusal(t: Words, refusal: &OfficeRefusal) -> Option<(&'static str, String)> {
    Some(match refusal {
        OfficeRefusal::InFuture(_) => ("date", t.say("spread-at-future")),
        OfficeRefusal::BeforePublished => ("date", t.say("spread-at-early")),
        OfficeRefusal::AreaElsewhere => ("area", t.say("spread-area-elsewhere")),
        OfficeRefusal::PictureAbsent(_) => ("pictures", t.say("spread-picture-gone")),
        OfficeRefusal::NoPicture(_) => ("pictures", t.say("spread-picture-kind")),
        OfficeRefusal::NothingDone => ("times", t.say("spread-times-none")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for (typed, number) in [("1,200", Some(1_200)), ("๒๕๐", Some(250)), (" 3 ", Some(3)), ("-1", None), ("", None)]
        {
            assert_eq!(read_number(typed), number, "{typed}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let now = Timestamp::from_second(1_521_763_200);
        let typed = SpreadForm { reach: "many".to_owned(), evidence: "here".to_owned(), ..SpreadForm::default() };
        let mut form = FormState::new(typed);
        assert!(read(Words::in_language(Language::English), &mut form, None, now).is_none());
        let fields: Vec<&str> = form.errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["medium", "area", "date", "time", "times", "reach", "evidence"]);
        let mut form = FormState::new(SpreadForm { medium: "website".to_owned(), ..SpreadForm::new("51", now) });
        let spread = read(Words::in_language(Language::Thai), &mut form, None, now).expect("it is good");
        assert_eq!((spread.medium, spread.at, spread.times.number()), (Medium::Website, Some(now), 1));
    }
}
