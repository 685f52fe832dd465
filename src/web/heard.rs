//! Judges what members write, where it arrives: whether it bears a bulletin's share code, and what its text says beside what
//! was published. Only the note of it goes on; the text goes no further than this file.

use std::collections::HashMap;

use crate::domain::heard::{FoundText, HeardNote, HeardVerdict};
use crate::domain::ids::BulletinId;
use crate::domain::share_code::{FoundCode, ShareCode};
use crate::line::webhook::{EventContent, InboundEvent};
use crate::relay::settings::Settings;
use crate::relay::share::SharedBulletin;
use crate::store::bulletins::find_by_share_code;
use crate::store::{Connection, Result};

/// Codes of one text that are looked up.
const MOST_CODES: usize = 4;

/// The bulletins whose codes stand in the texts of a webhook.
#[derive(Default)]
pub(super) struct SharedTexts(HashMap<ShareCode, (BulletinId, SharedBulletin)>);

/// Looks the codes up that stand in the events' texts; asks the database only where there are any.
pub(super) async fn list_shared(
    db: &mut Connection,
    settings: &Settings,
    events: &[InboundEvent],
) -> Result<SharedTexts> {
    let mut shared = HashMap::new();
    for event in events {
        let EventContent::Text { text, .. } = &event.what else { continue };
        let codes = match ShareCode::find(text) {
            FoundCode::One(code) => vec![code],
            FoundCode::Several(codes) => codes,
            FoundCode::Nothing | FoundCode::Misspelt => continue,
        };
        for code in codes.into_iter().take(MOST_CODES) {
            if shared.contains_key(&code) {
                continue;
            }
            let Some(bulletin) = find_by_share_code(db, &code).await? else { continue };
            if let Some(published) = SharedBulletin::of(settings, &bulletin) {
                shared.insert(code, (bulletin.id, published));
            }
        }
    }
    Ok(SharedTexts(shared))
}

impl SharedTexts {
    /// What is kept of a text; none of one that has nothing to do with a bulletin.
    pub(super) fn note(&self, text: &str, message_id: Option<String>, edited: bool) -> Option<HeardNote> {
        let found = match ShareCode::find(text) {
            FoundCode::Nothing => None,
            FoundCode::Misspelt => Some(FoundText::UnknownCode),
            FoundCode::One(code) => self.judge(&code, text),
            FoundCode::Several(codes) => self.judge_several(&codes, text),
        };
        let found = found.or(edited.then_some(FoundText::NoCode))?;
        Some(HeardNote { message_id: message_id?, edited, found })
    }

    /// What the text is beside the bulletin with this code; none where there is no such bulletin, as other references look alike.
    fn judge(&self, code: &ShareCode, text: &str) -> Option<FoundText> {
        let (bulletin, published) = self.0.get(code)?;
        Some(FoundText::Copy(*bulletin, published.text().compare(text).into()))
    }

    /// A bulletin may name an earlier one: the text is that of the one bulletin that it gives unchanged.
    fn judge_several(&self, codes: &[ShareCode], text: &str) -> Option<FoundText> {
        let known: Vec<FoundText> = codes.iter().filter_map(|code| self.judge(code, text)).collect();
        let unchanged =
            |found: &&FoundText| matches!(found, FoundText::Copy(_, verdict) if *verdict < HeardVerdict::Altered);
        let copies: Vec<FoundText> = known.iter().filter(unchanged).copied().collect();
        match (copies.as_slice(), known.as_slice()) {
            ([only], _) | ([], [only]) => Some(*only),
            (_, []) => None,
            _ => Some(FoundText::SeveralCodes),
        }
    }
}
