//! Members who say after a while that they have taken note, for the demo: most tap the button of a message, now and then one answers to
//! it with a word or a sticker.
//!
//! For the demo: on the simulator's side of LINE, so that what they do reaches the server as a webhook like any
//! member's tap. What was in the chats before the start is left alone.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::content::Content;
use super::control::Control;
use super::group_event::GroupEvent;

/// How often the chats are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Taps in one look at most, so that the server has time for others.
const AT_ONCE: usize = 40;
/// Half of those who tap do so within this many seconds.
const HALF: f64 = 150.0;
/// Nobody taps later than this many seconds.
const LATEST: f64 = 3_600.0;
/// The part of small groups in which nobody taps.
const SILENT: f64 = 0.4;
/// In one group no more than this many people tap.
const MOST: u32 = 40;
/// The part who answer to the message in place of tapping, and the part of these who do so with a sticker.
const QUOTES: f64 = 1.0 / 8.0;
const STICKERS: f64 = 1.0 / 3.0;
/// What they answer.
const WORDS: [&str; 4] = ["รับทราบครับ", "รับทราบค่ะ", "ทราบแล้วครับ", "✅"];

/// A button that can be tapped.
#[derive(Clone)]
struct Button {
    data: String,
    display_text: Option<String>,
}

/// One person's intention.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Intention {
    due: Instant,
    group: String,
    member: u32,
    what: Intended,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Intended {
    /// Tap the button.
    Tap { data: String, display_text: Option<String> },
    /// Answer to this message, with a text or a sticker.
    Quote { message: u64, text: Option<&'static str> },
}

impl Intention {
    fn event(self) -> (String, GroupEvent) {
        let member = self.member;
        let event = match self.what {
            Intended::Tap { data, display_text } => GroupEvent::Postback { member, data, display_text },
            Intended::Quote { message, text } => {
                GroupEvent::Quote { member, message, text: text.map(str::to_owned), unnamed: false }
            }
        };
        (self.group, event)
    }
}

/// Lets members acknowledge until the simulator stops.
pub(super) async fn acknowledge(control: Control, seed: u64) {
    let mut members = SimulatedMembers::new(&control, seed);
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        members.look(&control);
        for intention in members.due(Instant::now()) {
            let (group, event) = intention.event();
            // a group that lost its account or its members meanwhile: nobody is there
            let _ = control.happen(&group, event).await;
        }
    }
}

struct SimulatedMembers {
    lots: StdRng,
    /// Entries that were looked at, by group.
    seen: HashMap<String, usize>,
    /// The button of each content, by its hash.
    buttons: HashMap<String, Option<Button>>,
    intended: BinaryHeap<Reverse<Intention>>,
}

impl SimulatedMembers {
    fn new(control: &Control, seed: u64) -> Self {
        let state = control.platform.state();
        let old = state.groups.iter().map(|group| (group.config.id.clone(), group.chat.len())).collect();
        Self { lots: StdRng::seed_from_u64(seed), seen: old, buttons: HashMap::new(), intended: BinaryHeap::new() }
    }

    /// Takes note of what the account sent since the last look: also a card that answered a forward by hand has a button.
    fn look(&mut self, control: &Control) {
        let mut fresh = Vec::new();
        for group in control.platform.state().groups.iter() {
            let seen = self.seen.entry(group.config.id.clone()).or_default();
            // a chat that was cleared is shorter
            for sent in group.chat.sent_since((*seen).min(group.chat.len())) {
                fresh.push((group.config.id.clone(), group.config.members, sent.first_id, Arc::clone(&sent.content)));
            }
            *seen = group.chat.len();
        }
        for (group, members, message, content) in fresh {
            let button = self.buttons.entry(content.hash.clone()).or_insert_with(|| find_button(&content));
            if let Some(button) = button.clone() {
                self.intend(&group, members, message, &button);
            }
        }
    }

    fn intend(&mut self, group: &str, members: u32, message: u64, button: &Button) {
        for _ in 0..self.several(members) {
            let after = -(1.0 - self.lots.random::<f64>()).ln() * HALF / std::f64::consts::LN_2;
            let due = Instant::now() + Duration::from_secs_f64(4.0 + after.min(LATEST));
            let member = self.lots.random_range(1..=members);
            let what = self.choose(message, button);
            self.intended.push(Reverse(Intention { due, group: group.to_owned(), member, what }));
        }
    }

    /// How somebody says it.
    fn choose(&mut self, message: u64, button: &Button) -> Intended {
        if self.lots.random_bool(QUOTES) {
            let word = WORDS[self.lots.random_range(0..WORDS.len())];
            return Intended::Quote { message, text: (!self.lots.random_bool(STICKERS)).then_some(word) };
        }
        let Button { data, display_text } = button.clone();
        Intended::Tap { data, display_text }
    }

    /// How many of a group will tap: few of an office, more where members are many.
    fn several(&mut self, members: u32) -> u32 {
        if members == 0 || self.lots.random_bool(SILENT) {
            return 0;
        }
        let most = (members / 12).clamp(2, MOST);
        self.lots.random_range(1..=most).min(self.lots.random_range(1..=most)).min(members)
    }

    fn due(&mut self, now: Instant) -> Vec<Intention> {
        let mut due = Vec::new();
        while due.len() < AT_ONCE && self.intended.peek().is_some_and(|Reverse(next)| next.due <= now) {
            due.extend(self.intended.pop().map(|Reverse(next)| next));
        }
        due
    }
}

/// The first button of a content by which people say that they have taken note.
fn find_button(content: &Content) -> Option<Button> {
    fn find(value: &Value) -> Option<Button> {
        if let Some(data) = value.get("data").and_then(Value::as_str)
            && value.get("type").is_some_and(|kind| kind == "postback")
            && value.get("label").is_some_and(|label| label == "รับทราบ")
        {
            let display_text = value.get("displayText").and_then(Value::as_str).map(str::to_owned);
            return Some(Button { data: data.to_owned(), display_text });
        }
        match value {
            Value::Array(values) => values.iter().find_map(find),
            Value::Object(fields) => fields.values().find_map(find),
            _ => None,
        }
    }
    find(&serde_json::from_str(content.messages.get()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_tap_and_some_answer_with_a_word_or_a_sticker() {
        let mut members = SimulatedMembers {
            lots: StdRng::seed_from_u64(1),
            seen: HashMap::new(),
            buttons: HashMap::new(),
            intended: BinaryHeap::new(),
        };
        let button = Button { data: "ack:1".to_owned(), display_text: None };
        let chosen: Vec<Intended> = (0..400).map(|_| members.choose(7, &button)).collect();
        let count = |meant: fn(&Intended) -> bool| chosen.iter().filter(|intended| meant(intended)).count();
        let words = count(|intended| matches!(intended, Intended::Quote { message: 7, text: Some(_) }));
        let stickers = count(|intended| matches!(intended, Intended::Quote { message: 7, text: None }));
        assert!((15..60).contains(&words) && (5..35).contains(&stickers), "{words} {stickers}");
        assert_eq!(count(|intended| matches!(intended, Intended::Tap { .. })), 400 - words - stickers);
    }
}
