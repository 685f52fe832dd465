//! Several bulletins side by side in one message.
//!
//! Each has its own card, with the buttons to read and to acknowledge it. Groups whose members have to forward get one card more, in
//! front: the list of all, with the buttons to forward them together.

use super::{Parts, Place, Variant, within_limits};
use crate::line::message::{Bubble, render_carousel};
use crate::relay::refusal::Result;
use crate::relay::settings::Settings;
use crate::store::bulletins::{Bulletin, Draft};

/// The message array of `digest`, which carries `items`, for the groups of a variant.
///
/// # Errors
/// [`Refusal::TooLarge`](crate::relay::refusal::Refusal::TooLarge) with every limit that it would break.
pub fn render_digest(settings: &Settings, digest: &Bulletin, items: &[Bulletin], variant: Variant) -> Result<String> {
    let whole = Draft::of(digest);
    let place = Place::of(digest, variant);
    let parts = Parts::of(settings, &whole, &place)?;
    let drafts: Vec<Draft> = items.iter().map(Draft::of).collect();
    let places: Vec<Place<'_>> = items.iter().map(|item| Place::of(item, Variant::Plain)).collect();
    let mut of_items = Vec::new();
    for (draft, place) in drafts.iter().zip(&places) {
        of_items.push(Parts::of(settings, draft, place)?);
    }
    let cards = of_items.iter().zip(&drafts).zip(&places);
    let cards: Vec<Bubble<'_>> = cards.map(|((parts, draft), place)| parts.bubble(draft, place, &[])).collect();
    within_limits(render_carousel(&parts.bubble(&whole, &place, &[]), &cards)?)
}
