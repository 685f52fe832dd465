//! Previews a bulletin and counts its groups, for as much of it as is typed.
//!
//! The bubble is drawn from the JSON that publishing would send. The counts are those of the tree at this moment.

use askama::Template;
use jiff::civil::Date;

use super::draft_form::DraftForm;
use super::format;
use crate::domain::bulletin::Kind;
use crate::domain::document::DocumentNumber;
use crate::domain::ids::BulletinId;
use crate::domain::text::{Body, utf16_len};
use crate::domain::thai::{Digits, format_long_date};
use crate::line::message::BODY_UNITS;
use crate::relay::forecast::{Forecast, forecast_audience};
use crate::relay::refusal::Refusal;
use crate::relay::rendering::{Place, Variant, render_draft};
use crate::relay::settings::Settings;
use crate::store::Connection;
use crate::store::bulletins::{Bulletin, Draft};
use crate::store::fan_out::Ways;
use crate::store::images::find_size;
use crate::web::app::App;
use crate::web::bubble::{Buttons, Shown};
use crate::web::problem::Problem;
use crate::web::ui::format::baht_or_dash;
use crate::web::ui::label::either;
use crate::web::words::{Words, group_digits};

/// The preview beside the form, and the part that follows what is typed.
#[derive(Clone, Debug, Template)]
#[template(path = "compose/preview.html")]
pub struct Preview {
    t: Words,
    bubble: Option<Shown>,
    length: String,
    is_long: bool,
    letter: Letter,
    /// Whether it answers to what is being typed: then what is said by the fields comes along.
    typing: bool,
    counts: Option<Counts>,
    refused: Vec<String>,
}

/// What is drawn is escaped by its own template.
impl askama::filters::HtmlSafe for Preview {}

/// How the letter's number and date were read, and what to check: it stands by their fields.
#[derive(Clone, Debug, Template)]
#[template(path = "compose/letter.html")]
pub struct Letter {
    t: Words,
    number: Option<String>,
    date: Option<String>,
    doubts: Vec<String>,
    typing: bool,
}

/// What is drawn is escaped by its own template.
impl askama::filters::HtmlSafe for Letter {}

/// Whom a bulletin would reach, and what LINE would count.
#[derive(Clone, Debug, Template)]
#[template(path = "compose/counts.html")]
pub struct Counts {
    t: Words,
    forecast: Forecast,
    /// How the groups get their copies, in words.
    way: String,
    quotas: Vec<Quota>,
}

/// What is drawn is escaped by its own template.
impl askama::filters::HtmlSafe for Counts {}

/// What it would mean for one channel.
#[derive(Clone, Debug)]
struct Quota {
    channel: String,
    messages: String,
    budget_left: String,
    left: String,
    enough: Option<bool>,
}

impl Counts {
    /// The forecast in words, for a bulletin that goes by `way`.
    pub fn of(t: Words, forecast: Forecast, way: String) -> Self {
        let quotas = forecast.channels.iter().map(|channel| Quota {
            channel: channel.channel.clone(),
            messages: group_digits(channel.messages),
            budget_left: channel.budget_left.map_or_else(|| t.say("compose-quota-unlimited"), group_digits),
            left: match (channel.quota_checked_at, channel.quota_left) {
                (None, _) => t.say("compose-quota-unknown"),
                (Some(_), None) => t.say("compose-quota-unlimited"),
                (Some(_), Some(left)) => group_digits(left),
            },
            enough: channel.enough,
        });
        Self { t, quotas: quotas.collect(), way, forecast }
    }

    /// Whether some channel has too few messages left.
    pub fn is_short(&self) -> bool {
        self.quotas.iter().any(|quota| quota.enough == Some(false))
    }

    /// Groups that would receive it.
    pub fn groups(&self) -> i64 {
        self.forecast.groups
    }

    fn seats(&self) -> i64 {
        self.forecast.seats
    }

    fn stewarded(&self) -> i64 {
        self.forecast.stewarded
    }

    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "templates call it so")]
    fn digits(&self, n: &i64) -> String {
        group_digits(*n)
    }

    /// What it would cost, in words; none where no price is known.
    fn price(&self) -> Option<String> {
        let baht = baht_or_dash(Some(self.forecast.baht?));
        let messages = group_digits(self.forecast.messages);
        Some(self.t.say_with("compose-count-price", &[("baht", &baht), ("messages", &messages)]))
    }

    /// What it would cost if it were pushed into every group, where that is more.
    fn if_pushed(&self) -> Option<String> {
        let all = self.forecast.if_pushed;
        let saved = all.messages - self.forecast.messages;
        if saved <= 0 {
            return None;
        }
        let baht = baht_or_dash(Some(all.baht?));
        let values = [("baht", baht.as_str()), ("messages", &group_digits(all.messages))];
        Some(self.t.say_with("compose-count-if-pushed", &values))
    }

    fn unknown_members(&self) -> i64 {
        self.forecast.unknown_members
    }

    fn unlinked(&self) -> i64 {
        self.forecast.groups - self.forecast.linked
    }
}

impl Preview {
    /// Of what stands in the form. `stored`: the draft that is being changed, if it is one.
    pub async fn of(
        db: &mut Connection,
        app: &App,
        t: Words,
        typed: &DraftForm,
        draft: &Draft,
        stored: Option<&Bulletin>,
        origin_office: &str,
    ) -> Result<Self, Problem> {
        let mut refused = Vec::new();
        let bubble = match draw(db, &app.settings, draft, stored, origin_office).await {
            Ok(bubble) => bubble,
            Err(refusal) => {
                refused.push(format::refusal(t, &refusal).ok_or_else(|| Problem::from(refusal))?);
                None
            }
        };
        let ways = Ways::of(&app.settings.ways, draft.urgency, draft.forwarding, draft.way);
        let counts = match forecast_audience(db, &app.settings, draft.origin, &draft.audience, &ways, app.now()).await {
            Ok(forecast) => Some(Counts::of(t, forecast, format::way(t, draft.forwarding, draft.way))),
            Err(refusal) => {
                refused.push(format::refusal(t, &refusal).ok_or_else(|| Problem::from(refusal))?);
                None
            }
        };
        let units = utf16_len(typed.body.trim());
        let (number, doubts) = number_notes(t, draft);
        Ok(Self {
            t,
            bubble,
            length: t.say_with(
                "compose-length",
                &[("units", &digits(units)), ("most", &digits(Body::MAX)), ("shown", &digits(BODY_UNITS))],
            ),
            is_long: units > BODY_UNITS,
            letter: Letter {
                t,
                number,
                date: draft.document_date.as_deref().and_then(|date| date.parse().ok()).map(|date| date_note(t, date)),
                doubts,
                typing: false,
            },
            typing: false,
            counts,
            refused,
        })
    }

    /// As the answer to what is being typed.
    pub fn while_typing(mut self) -> Self {
        (self.typing, self.letter.typing) = (true, true);
        self
    }

    /// What stands by the letter's fields.
    pub fn letter(&self) -> &Letter {
        &self.letter
    }
}

fn digits(n: usize) -> String {
    group_digits(i64::try_from(n).unwrap_or(i64::MAX))
}

/// The message as it would be sent.
///
/// # Errors
/// Why it could not be.
pub async fn draw(
    db: &mut Connection,
    settings: &Settings,
    draft: &Draft,
    stored: Option<&Bulletin>,
    origin_office: &str,
) -> Result<Option<Shown>, Refusal> {
    let size = match &draft.attachment {
        Some(attachment) => find_size(db, attachment.image).await?.map(|size| (size.width, size.height)),
        None => None,
    };
    let place = Place {
        // of one that is not stored yet, neither is shown
        id: stored.map_or(BulletinId(uuid::Uuid::nil()), |stored| stored.id),
        public_token: stored.map_or("", |stored| &stored.public_token),
        origin_office,
        image_size: size,
        share_code: None,
        variant: Variant::Plain,
    };
    let message = render_draft(settings, draft, &place)?;
    let alt = draft.attachment.as_ref().map_or("", |attachment| attachment.alt.as_str());
    Ok(drawn(&message, alt, Buttons::Inert))
}

/// The message drawn; none, with a note in the log, where it cannot be.
pub fn drawn(message: &str, alt: &str, buttons: Buttons) -> Option<Shown> {
    Shown::of(message, alt, buttons)
        .inspect_err(|error| tracing::error!(error = error as &dyn std::error::Error, "a message could not be drawn"))
        .ok()
}

/// How the letter's number was read, and what to check.
pub fn number_notes(t: Words, draft: &Draft) -> (Option<String>, Vec<String>) {
    let date: Option<Date> = draft.document_date.as_deref().and_then(|date| date.parse().ok());
    let Some(number) = draft.document_number.as_deref().and_then(|number| DocumentNumber::parse(number, date).ok())
    else {
        return (None, Vec::new());
    };
    let told = number.parts().map(|parts| {
        let mut told = vec![t.say_with("compose-number-prefix", &[("prefix", &parts.prefix)])];
        told.extend(parts.office_code.as_deref().map(|code| t.say_with("compose-number-office", &[("code", code)])));
        if parts.circular {
            told.push(t.say("compose-number-circular"));
        }
        told.extend(parts.running_number.map(|n| t.say_with("compose-number-running", &[("number", &n.to_string())])));
        told.extend(parts.year.map(|year| t.say_with("compose-number-year", &[("year", &year.to_string())])));
        told.join(" · ")
    });
    (told, number.doubts().iter().map(|doubt| format::doubt(t, *doubt)).collect())
}

/// A letter's date as it was read.
pub fn date_note(t: Words, date: Date) -> String {
    either(t, format_long_date(date, Digits::Thai), date.strftime("%-d %B %Y").to_string())
}

/// Whether a bulletin of this kind says on its band that it is not the real thing.
pub fn is_exercise(kind: Kind) -> bool {
    matches!(kind, Kind::Test | Kind::Drill)
}
