//! Receiving: an entry under the next number of the year in which it was received.

use jiff::civil::Date;
use serde_json::json;

use crate::domain::document::DocumentNumber;
use crate::domain::ids::{BulletinId, OfficeId, RegisterEntryId};
use crate::domain::register::{ReceiptWay, RegisterYear, form_of, to_minute};
use crate::domain::right::Right;
use crate::domain::text::{Remark, Subject, Unit};
use crate::domain::time::Timestamp;
use crate::offices::{OfficeRefusal, Result, must_work_for};
use crate::store::register::years::take_number;
use crate::store::register::{LetterHead, NewEntry, find_letter, find_of_bulletin, insert_received};
use crate::store::{Connection, audit};

/// What was received.
#[derive(Clone, Debug)]
pub enum Letter {
    /// A bulletin that goes to the office.
    Bulletin(BulletinId),
    /// A letter from outside, as somebody typed it.
    Outside(OutsideLetter),
}

/// A letter from outside.
#[derive(Clone, Debug)]
pub struct OutsideLetter {
    /// What it is about.
    pub subject: Subject,
    /// Its number, with what is doubtful about it.
    pub number: Option<DocumentNumber>,
    /// Its date.
    pub date: Option<Date>,
    /// From whom.
    pub from: Option<Unit>,
    /// To whom.
    pub to: Option<Unit>,
}

impl From<OutsideLetter> for LetterHead {
    fn from(letter: OutsideLetter) -> Self {
        Self {
            number: letter.number.map(|number| number.raw().to_owned()),
            date: letter.date.map(|date| date.to_string()),
            sender: letter.from.map(String::from),
            recipient: letter.to.map(String::from),
            subject: letter.subject.into(),
        }
    }
}

/// An entry to be made.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// What.
    pub letter: Letter,
    /// When; none = now.
    pub received_at: Option<Timestamp>,
    /// What is remarked.
    pub remark: Option<Remark>,
    /// From a page or the API.
    pub how: ReceiptWay,
}

/// Enters what an office received; gives the entry and its number.
///
/// # Errors
/// [`OfficeRefusal`]: not theirs, in the future, a closed year, a bulletin that does not go there or was received already.
pub async fn receive(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<RegisterEntryId> {
    must_work_for(db, right, office).await?;
    let received_at = to_minute(receipt.received_at.unwrap_or(now));
    if received_at > now {
        return Err(OfficeRefusal::InFuture("received_at"));
    }
    let year = RegisterYear::of(received_at)?;
    let (bulletin, letter) = match &receipt.letter {
        Letter::Bulletin(id) => (Some(*id), find_letter(db, office, *id).await?.ok_or(OfficeRefusal::BulletinAbsent)?),
        Letter::Outside(letter) => (None, letter.clone().into()),
    };
    // from here on the office's year waits for this transaction
    let number = take_number(db, office, year).await?.ok_or(OfficeRefusal::YearClosed(year))?;
    if let Some(bulletin) = bulletin
        && let Some(known) = find_of_bulletin(db, office, bulletin).await?
    {
        return Err(OfficeRefusal::AlreadyReceived(known));
    }
    let remark = receipt.remark.as_ref().map(Remark::as_str);
    let search_form = form_of(&[
        Some(&letter.subject),
        letter.number.as_deref(),
        letter.sender.as_deref(),
        letter.recipient.as_deref(),
        remark,
    ]);
    let entry = NewEntry {
        id: RegisterEntryId::new(now),
        office,
        year,
        number,
        bulletin,
        letter: &letter,
        received_at,
        recorded_at: now,
        recorded_by: &right.actor,
        how: receipt.how,
        remark,
        search_form: &search_form,
    };
    insert_received(db, &entry).await?;
    let detail = json!({ "office": office.0, "year": year, "number": number, "bulletin": bulletin });
    audit::insert_entry(db, now, &right.actor, "register_receive", &format!("register:{}", entry.id), &detail).await?;
    Ok(entry.id)
}
