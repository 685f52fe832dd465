//! Read-back codes: made for a sheet, and given back by the village that has read it.
//!
//! A village that gives back the same twice on a day is taken once; another number of times takes the place of the first.

use serde_json::json;

use super::dissemination::{Spread, Turn, insert};
use super::{OfficeRefusal, Result, must_work_for};
use crate::domain::area::{Area, Level};
use crate::domain::dissemination::{Medium, Pictures, Source, Times};
use crate::domain::ids::{BulletinId, DisseminationId, OfficeId};
use crate::domain::read_back_code::ReadBackCode;
use crate::domain::right::Right;
use crate::domain::thai::{from_bangkok, to_bangkok};
use crate::domain::time::Timestamp;
use crate::store::disseminations::{find_dissemination, find_published_to};
use crate::store::offices::get_province;
use crate::store::read_back::{find_code, find_given_back, find_read_back, insert_code, lock_code};
use crate::store::{Connection, audit};

/// Media by which a sheet is read or put up.
pub const MEDIA: [Medium; 3] = [Medium::BroadcastTower, Medium::WiredLoudspeaker, Medium::NoticeBoard];
/// How often a new code is tried, where one is taken.
const TRIES: usize = 5;

/// The code for the villages of a subdistrict: the one that is there, or a new one.
///
/// # Errors
/// [`OfficeRefusal`]: not theirs, no such bulletin there, or no subdistrict of the office's province.
pub async fn make_code(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    bulletin: BulletinId,
    area: &Area,
    now: Timestamp,
) -> Result<ReadBackCode> {
    must_work_for(db, right, office).await?;
    find_published_to(db, office, bulletin).await?.ok_or(OfficeRefusal::BulletinAbsent)?;
    let province = get_province(db, office).await?;
    if area.level() != Level::Subdistrict || province.is_some_and(|province| province != area.province_code()) {
        return Err(OfficeRefusal::AreaElsewhere);
    }
    for _ in 0..TRIES {
        if let Some(code) = find_code(db, bulletin, office, area).await? {
            return Ok(code);
        }
        let code = ReadBackCode::generate();
        if insert_code(db, &code, bulletin, office, area, &right.actor, now).await? {
            let detail = json!({ "office": office.0, "area": area.as_str() });
            let subject = format!("bulletin:{bulletin}");
            audit::insert_entry(db, now, &right.actor, "read_back_code", &subject, &detail).await?;
            return Ok(code);
        }
    }
    Err(OfficeRefusal::CodeAbsent)
}

/// What a village says.
#[derive(Clone, Debug)]
pub struct GivenBack {
    /// The code on its sheet.
    pub code: ReadBackCode,
    /// The number of the village; none = all of the subdistrict.
    pub village: Option<i16>,
    /// By which medium: one of [`MEDIA`].
    pub medium: Medium,
    /// How often.
    pub times: Times,
}

/// What giving back came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiveBackOutcome {
    /// The record; none where the same was known.
    pub record: Option<DisseminationId>,
    /// What the bulletin is about.
    pub subject: String,
    /// Where.
    pub area: Area,
}

/// Takes what a village gives back; `right` has an office's person who was told it by telephone do so, and else nobody's.
///
/// # Errors
/// [`OfficeRefusal`]: no such code, or not theirs; no such village; nothing done.
pub async fn give_back(
    db: &mut Connection,
    right: &Right,
    source: Source,
    given: &GivenBack,
    now: Timestamp,
) -> Result<GiveBackOutcome> {
    let read_back = find_read_back(db, &given.code).await?.ok_or(OfficeRefusal::CodeAbsent)?;
    if source == Source::KeyedIn {
        must_work_for(db, right, read_back.office).await.map_err(|refusal| match refusal {
            OfficeRefusal::OfficeAbsent => OfficeRefusal::CodeAbsent,
            other => other,
        })?;
    }
    if given.times.number() == 0 {
        return Err(OfficeRefusal::NothingDone);
    }
    let area = match given.village {
        Some(number) => read_back.area.with_village(number).map_err(|_| OfficeRefusal::VillageAbsent)?,
        None => read_back.area.clone(),
    };
    lock_code(db, &given.code).await?;
    let midnight = from_bangkok(to_bangkok(now).date().at(0, 0, 0, 0)).unwrap_or(now);
    let known = find_given_back(db, &read_back, &area, given.medium, midnight).await?;
    if known.is_some_and(|(_, times)| times == given.times) {
        return Ok(GiveBackOutcome { record: None, subject: read_back.subject, area });
    }
    let id = DisseminationId::new(now);
    let turn = match known {
        Some((old, _)) => {
            let first = find_dissemination(db, old, None).await?.map_or(old, |record| record.first_id);
            Turn { id, first, replaces: Some(old) }
        }
        None => Turn { id, first: id, replaces: None },
    };
    let spread = Spread {
        medium: given.medium,
        area: area.clone(),
        at: None,
        times: given.times,
        reach: None,
        outlet: None,
        evidence: None,
        pictures: Pictures::default(),
        source,
    };
    insert(db, right, read_back.office, read_back.bulletin, &spread, turn, now).await?;
    let detail =
        json!({ "bulletin": read_back.bulletin, "office": read_back.office.0, "replaces": known.map(|(old, _)| old) });
    let subject = format!("dissemination:{id}");
    audit::insert_entry(db, now, &right.actor, "dissemination_read_back", &subject, &detail).await?;
    Ok(GiveBackOutcome { record: Some(id), subject: read_back.subject, area })
}
