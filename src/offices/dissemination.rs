//! Recording how an office spread a bulletin further, and correcting a record by a new one in its place.

use serde_json::json;

use super::{OfficeRefusal, Result, must_work_for};
use crate::domain::area::Area;
use crate::domain::content_id::FileId;
use crate::domain::dissemination::{EvidenceLink, Medium, Pictures, Reach, Source, Times};
use crate::domain::file_kind::FileKind;
use crate::domain::ids::{BulletinId, DisseminationId, OfficeId};
use crate::domain::right::Right;
use crate::domain::text::Outlet;
use crate::domain::time::Timestamp;
use crate::store::disseminations::{NewDissemination, find_dissemination, find_published_to, insert_dissemination};
use crate::store::files::hold_files;
use crate::store::offices::get_province;
use crate::store::{Connection, audit};

/// What was done.
#[derive(Clone, Debug)]
pub struct Spread {
    /// By which medium.
    pub medium: Medium,
    /// Where.
    pub area: Area,
    /// When; none = now.
    pub at: Option<Timestamp>,
    /// How often; 0 only in a replacement: it did not take place.
    pub times: Times,
    /// How many it may have reached.
    pub reach: Option<Reach>,
    /// The meeting, station or page.
    pub outlet: Option<Outlet>,
    /// Where it can be seen.
    pub evidence: Option<EvidenceLink>,
    /// Pictures that show it.
    pub pictures: Pictures,
    /// How the record comes about.
    pub source: Source,
}

/// Records that an office spread a bulletin that goes to one of its groups.
///
/// # Errors
/// [`OfficeRefusal`]: not theirs, no such bulletin there, a time or place that cannot be, no such picture, or nothing done.
pub async fn record(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    bulletin: BulletinId,
    spread: &Spread,
    now: Timestamp,
) -> Result<DisseminationId> {
    must_work_for(db, right, office).await?;
    if spread.times.number() == 0 {
        return Err(OfficeRefusal::NothingDone);
    }
    let id = DisseminationId::new(now);
    insert(db, right, office, bulletin, spread, Turn { id, first: id, replaces: None }, now).await?;
    let subject = format!("dissemination:{id}");
    let detail = json!({ "bulletin": bulletin, "office": office.0 });
    audit::insert_entry(db, now, &right.actor, "dissemination_record", &subject, &detail).await?;
    Ok(id)
}

/// Puts a new record in the place of one that was wrong; the old one stays on record.
///
/// # Errors
/// [`OfficeRefusal`]: as [`record`], or replaced already.
pub async fn replace(
    db: &mut Connection,
    right: &Right,
    old: DisseminationId,
    spread: &Spread,
    now: Timestamp,
) -> Result<DisseminationId> {
    let found = find_dissemination(db, old, right.scope.groups()).await?.ok_or(OfficeRefusal::DisseminationAbsent)?;
    must_work_for(db, right, found.office_id).await?;
    if let Some(newer) = found.replaced_by {
        return Err(OfficeRefusal::AlreadyReplaced(newer));
    }
    let (office, bulletin) = (found.office_id, found.bulletin_id);
    let id = DisseminationId::new(now);
    insert(db, right, office, bulletin, spread, Turn { id, first: found.first_id, replaces: Some(old) }, now).await?;
    let subject = format!("dissemination:{id}");
    let detail = json!({ "bulletin": bulletin, "office": office.0, "replaces": old });
    audit::insert_entry(db, now, &right.actor, "dissemination_replace", &subject, &detail).await?;
    Ok(id)
}

/// Where a record stands among those that replace each other.
pub(super) struct Turn {
    pub(super) id: DisseminationId,
    pub(super) first: DisseminationId,
    pub(super) replaces: Option<DisseminationId>,
}

/// Makes a record, wherever it comes from.
pub(super) async fn insert(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    bulletin: BulletinId,
    spread: &Spread,
    Turn { id, first, replaces }: Turn,
    now: Timestamp,
) -> Result<()> {
    let published_at = find_published_to(db, office, bulletin).await?.ok_or(OfficeRefusal::BulletinAbsent)?;
    let spread_at = to_minute(spread.at.unwrap_or(now));
    if spread_at > now {
        return Err(OfficeRefusal::InFuture("at"));
    }
    if spread_at < to_minute(published_at) {
        return Err(OfficeRefusal::BeforePublished);
    }
    let province = get_province(db, office).await?;
    if province.is_some_and(|province| province != spread.area.province_code()) {
        return Err(OfficeRefusal::AreaElsewhere);
    }
    // what did not take place was seen by nobody, and shown by nothing
    let took_place = spread.times.number() > 0;
    let pictures = if took_place { spread.pictures.files() } else { &[] };
    hold_pictures(db, pictures).await?;
    let new = NewDissemination {
        id,
        bulletin,
        office,
        medium: spread.medium,
        area: &spread.area,
        spread_at,
        times: spread.times,
        reach: spread.reach.filter(|_| took_place),
        outlet: spread.outlet.as_ref().map(Outlet::as_str),
        evidence: spread.evidence.as_ref().map(EvidenceLink::as_str),
        pictures,
        source: spread.source,
        recorded_at: now,
        recorded_by: &right.actor,
        first,
        replaces,
    };
    match (insert_dissemination(db, &new).await?, replaces) {
        (true, _) => Ok(()),
        // somebody else was quicker
        (false, Some(old)) => {
            let newer = find_dissemination(db, old, None).await?.and_then(|record| record.replaced_by);
            Err(OfficeRefusal::AlreadyReplaced(newer.unwrap_or(old)))
        }
        (false, None) => Err(OfficeRefusal::DisseminationAbsent),
    }
}

/// Holds the files, which are there and are pictures, until the transaction ends.
async fn hold_pictures(db: &mut Connection, ids: &[FileId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let held = hold_files(db, ids).await?;
    for (at, id) in ids.iter().enumerate() {
        match held.iter().find(|file| file.id == *id) {
            Some(file) if file.kind == FileKind::Image => {}
            Some(_) => return Err(OfficeRefusal::NoPicture(at)),
            None => return Err(OfficeRefusal::PictureAbsent(at)),
        }
    }
    Ok(())
}

/// The minute in which it lies: nobody notes seconds.
fn to_minute(at: Timestamp) -> Timestamp {
    let minute = 60_000_000;
    Timestamp::from_microsecond(at.as_microsecond().div_euclid(minute) * minute)
}
