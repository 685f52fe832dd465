//! The letter that founded the Government Communication Channel, published as a bulletin.
//!
//! Its text is carried over in full from the address to the last paragraph; the signature block and the telephone
//! numbers of its authors are left out.

use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode, Kind, Urgency};
use crate::domain::ids::BulletinId;
use crate::domain::right::Right;
use crate::relay::engine::Engine;
use crate::relay::public_token;
use crate::relay::publish;
use crate::store::bulletins::{Draft, insert_draft};
use crate::store::{StoreError, groups};

const NUMBER: &str = "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐";
const DATE: &str = "2018-03-23";
const SUBJECT: &str = "การปฏิบัติการสื่อสารงานของรัฐบาล";
const BODY: &str = include_str!("letter_2561.txt");

/// Writes the letter as a draft and publishes it, to the whole tree and through every group by itself.
pub(super) async fn publish(engine: &Engine) -> anyhow::Result<BulletinId> {
    let now = engine.clock.now();
    let id = BulletinId::new(now);
    let mut tx = engine.db.begin().await?;
    let origin = groups::find_root(&mut tx).await?.ok_or(StoreError::Absent("root of the tree"))?;
    let draft = Draft {
        kind: Kind::News,
        about: None,
        subject: SUBJECT.to_owned(),
        body: BODY.trim_end().to_owned(),
        urgency: Urgency::MostUrgent,
        document_number: Some(NUMBER.to_owned()),
        document_date: Some(DATE.to_owned()),
        origin,
        audience: Audience::default(),
        links: Vec::new(),
        attachment: None,
        media: Vec::new(),
        forwarding: ForwardingMode::Automatic,
        way: None,
        acknowledgement: Acknowledgement::default(),
        expires_at: None,
        requests: super::office_story::report_by_the_next_working_day()?,
    };
    insert_draft(&mut tx, id, &draft, &public_token(), &super::ACTOR, now).await?;
    publish::publish(&mut tx, &engine.settings, id, &Right::whole(super::ACTOR), now).await?;
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secrecy::secrecy_class;

    #[test]
    fn the_founding_letter_is_whole_and_has_no_secrecy_class() {
        assert!(BODY.starts_with("เรียน ผู้ว่าราชการจังหวัดทุกจังหวัด"));
        assert!(BODY.trim_end().ends_with("ในส่วนที่เกี่ยวข้องต่อไป"));
        assert!(!BODY.contains("โทร."));
        assert!(secrecy_class(BODY).is_none());
    }
}
