//! The text by which people forward a bulletin by hand: with its code last, by which the relay knows it again where it is heard.

use super::rendering::Place;
use super::settings::Settings;
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::share_code::ShareCode;
use crate::domain::share_text::{ShareText, share_url};
use crate::line::limits;
use crate::store::bulletins::{Bulletin, Draft, find_by_share_code};
use crate::store::{Connection, Result};

/// A bulletin's share text, with what it is made of.
#[derive(Clone, Debug)]
pub struct SharedBulletin {
    urgency: Urgency,
    kind: Kind,
    document_number: Option<String>,
    subject: String,
    body: String,
    page: String,
    code: ShareCode,
}

impl SharedBulletin {
    /// Of a published bulletin; none before it is published.
    #[must_use]
    pub fn of(settings: &Settings, bulletin: &Bulletin) -> Option<Self> {
        let code = bulletin.share_code.clone()?;
        Some(Self::of_draft(&Draft::of(bulletin), read_url(settings, &bulletin.public_token), code))
    }

    fn of_draft(draft: &Draft, page: String, code: ShareCode) -> Self {
        Self {
            urgency: draft.urgency,
            kind: draft.kind,
            document_number: draft.document_number.clone(),
            subject: draft.subject.clone(),
            body: draft.body.clone(),
            page,
            code,
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> ShareText<'_> {
        ShareText {
            urgency: self.urgency,
            kind: self.kind,
            document_number: self.document_number.as_deref(),
            subject: &self.subject,
            body: &self.body,
            page: &self.page,
            code: &self.code,
        }
    }
}

/// A code that no bulletin has had.
pub(super) async fn unused_share_code(db: &mut Connection) -> Result<ShareCode> {
    loop {
        let code = ShareCode::generate();
        if find_by_share_code(db, &code).await?.is_none() {
            return Ok(code);
        }
    }
}

/// The address of a bulletin's public page.
#[must_use]
pub fn read_url(settings: &Settings, public_token: &str) -> String {
    format!("{}/b/{public_token}", settings.public_url)
}

/// The address of LINE's share screen with a bulletin's text, cut to what a button of LINE's takes; none where not even page and
/// code fit. Before the bulletin is published, a code stands in it that is as long as its own will be.
pub(super) fn share_button(settings: &Settings, draft: &Draft, place: &Place<'_>) -> Option<String> {
    let code = place.share_code.cloned().unwrap_or_else(ShareCode::generate);
    let shared = SharedBulletin::of_draft(draft, read_url(settings, place.public_token), code);
    shared.text().short(limits::URI).map(|text| share_url(&text))
}
