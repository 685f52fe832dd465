//! Bulletins: drafts that change, and published ones that never do (the database sees to it).
//!
//! `drafts` writes what people compose, `stages` moves a bulletin from draft to published and on, `digests` says which go out together,
//! `lists` reads.

mod digests;
mod drafts;
mod lists;
mod stages;

use sqlx::types::Json;
use uuid::Uuid;

pub use digests::{Carried, list_carried, list_due_digests, mark_carried};
pub use drafts::{Draft, delete_draft, insert_draft, update_draft};
pub use lists::{Filter, find_by_share_code, find_correction, get_bulletin, list_bulletins, list_corrections};
pub use stages::{
    find_stage_for_share, find_stage_for_update, list_due, list_expired, list_open, mark_draft, mark_published,
    mark_scheduled, mark_withdrawn, update_paused,
};

use crate::domain::actor::Actor;
use crate::domain::bulletin::{
    Acknowledgement, Attachment, Audience, ForwardingMode, Kind, Link, MediaFile, Stage, State, UnscheduledReason,
    Urgency,
};
use crate::domain::ids::{BulletinId, GroupId};
use crate::domain::picture::ImageId;
use crate::domain::request::DraftedRequest;
use crate::domain::share_code::ShareCode;
use crate::domain::time::Timestamp;
use crate::domain::way::Way;

/// A bulletin as it is stored.
#[derive(Clone, Debug)]
pub struct Bulletin {
    /// Its id.
    pub id: BulletinId,
    /// What it is.
    pub kind: Kind,
    /// The bulletin that it is about.
    pub about: Option<Uuid>,
    /// The subject line.
    pub subject: String,
    /// The whole text.
    pub body: String,
    /// How urgent, as a number; see [`Bulletin::urgency`].
    pub urgency_number: i16,
    /// The letter's number as it was given.
    pub document_number: Option<String>,
    /// The letter's date, `YYYY-MM-DD`.
    pub document_date: Option<String>,
    /// Where it starts.
    pub origin_id: GroupId,
    /// The code of that group.
    pub origin: String,
    /// The name of that group's office: who speaks.
    pub origin_office: String,
    /// To whom.
    pub audience: Json<Audience>,
    /// Links below the text.
    pub links: Json<Vec<Link>>,
    /// The picture above the text.
    pub image_id: Option<ImageId>,
    /// What it shows.
    pub image_alt: Option<String>,
    /// Its width in pixels.
    pub image_width: Option<i16>,
    /// Its height in pixels.
    pub image_height: Option<i16>,
    /// What goes out in front of its card.
    pub media: Json<Vec<MediaFile>>,
    /// How it treats the groups' settings.
    pub forwarding: ForwardingMode,
    /// How all groups get their copies; none = each group's own way.
    pub way: Option<Way>,
    /// The acknowledge button.
    pub acknowledgement: Json<Acknowledgement>,
    /// When it stops being sent.
    pub expires_at: Option<Timestamp>,
    /// What it asks of the offices that get it.
    pub requests: Json<Vec<DraftedRequest>>,
    /// The end of its public address.
    pub public_token: String,
    /// The code at the end of its share text; given when it is published.
    pub share_code: Option<ShareCode>,
    /// Where it stands.
    pub stage: Stage,
    /// When it was written.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was handed to a second person.
    pub submitted_at: Option<Timestamp>,
    /// By whom.
    pub submitted_by: Option<Actor>,
    /// When a second person approved it as it stands.
    pub approved_at: Option<Timestamp>,
    /// Who.
    pub approved_by: Option<Actor>,
    /// When a second person last gave it back.
    pub returned_at: Option<Timestamp>,
    /// Who.
    pub returned_by: Option<Actor>,
    /// Why.
    pub returned_reason: Option<String>,
    /// When it is to be published.
    pub scheduled_for: Option<Timestamp>,
    /// Whether it is, or was, to be published with a digest.
    pub with_digest: bool,
    /// The digest that carries it.
    pub digest_id: Option<BulletinId>,
    /// When its hour came and it was not published: it is a draft again.
    pub unscheduled_at: Option<Timestamp>,
    /// Why.
    pub unscheduled_reason: Option<UnscheduledReason>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
    /// Why.
    pub withdrawn_reason: Option<String>,
    /// Since when the engine does not send it.
    pub paused_at: Option<Timestamp>,
    /// How many deliveries it has.
    pub deliveries: Option<i32>,
    /// How many of them are not at their end.
    pub open: i64,
}

impl Bulletin {
    /// How urgent it is.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        Urgency::from_number(self.urgency_number)
    }

    /// By when it should be acknowledged, where that is asked for.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        self.acknowledgement.due_at.filter(|_| self.acknowledgement.requested)
    }

    /// Its state as people see it.
    #[must_use]
    pub fn state(&self) -> State {
        State::of(self.stage, self.open)
    }

    /// The picture with what it shows.
    #[must_use]
    pub fn attachment(&self) -> Option<Attachment> {
        let alt = self.image_alt.as_deref()?.parse().ok()?;
        self.image_id.map(|image| Attachment { image, alt })
    }
}
