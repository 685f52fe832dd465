//! Members who tap the buttons of messages after a while, for the demo.
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

/// A button that can be tapped.
#[derive(Clone)]
struct Button {
    data: String,
    display_text: Option<String>,
}

/// One person's intention.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Tap {
    due: Instant,
    group: String,
    member: u32,
    data: String,
    display_text: Option<String>,
}

/// Lets members tap until the simulator stops.
pub(super) async fn tap(control: Control, seed: u64) {
    let mut members = SimulatedMembers::new(&control, seed);
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        members.look(&control);
        for tap in members.due(Instant::now()) {
            let Tap { group, member, data, display_text, .. } = tap;
            // a group that lost its account or its members meanwhile: nobody taps there
            let _ = control.happen(&group, GroupEvent::Postback { member, data, display_text }).await;
        }
    }
}

struct SimulatedMembers {
    lots: StdRng,
    /// Entries that were looked at, by group.
    seen: HashMap<String, usize>,
    /// The button of each content, by its hash.
    buttons: HashMap<String, Option<Button>>,
    taps: BinaryHeap<Reverse<Tap>>,
}

impl SimulatedMembers {
    fn new(control: &Control, seed: u64) -> Self {
        let state = control.platform.state();
        let old = state.groups.iter().map(|group| (group.config.id.clone(), group.chat.len())).collect();
        Self { lots: StdRng::seed_from_u64(seed), seen: old, buttons: HashMap::new(), taps: BinaryHeap::new() }
    }

    /// Takes note of what the account sent since the last look: also a card that answered a forward by hand has a button.
    fn look(&mut self, control: &Control) {
        let mut fresh = Vec::new();
        for group in control.platform.state().groups.iter() {
            let seen = self.seen.entry(group.config.id.clone()).or_default();
            // a chat that was cleared is shorter
            for content in group.chat.sent_since((*seen).min(group.chat.len())) {
                fresh.push((group.config.id.clone(), group.config.members, Arc::clone(content)));
            }
            *seen = group.chat.len();
        }
        for (group, members, content) in fresh {
            let button = self.buttons.entry(content.hash.clone()).or_insert_with(|| find_button(&content));
            if let Some(button) = button.clone() {
                self.intend(&group, members, &button);
            }
        }
    }

    fn intend(&mut self, group: &str, members: u32, button: &Button) {
        for _ in 0..self.several(members) {
            let after = -(1.0 - self.lots.random::<f64>()).ln() * HALF / std::f64::consts::LN_2;
            let due = Instant::now() + Duration::from_secs_f64(4.0 + after.min(LATEST));
            let Button { data, display_text } = button.clone();
            let member = self.lots.random_range(1..=members);
            self.taps.push(Reverse(Tap { due, group: group.to_owned(), member, data, display_text }));
        }
    }

    /// How many of a group will tap: few of an office, more where members are many.
    fn several(&mut self, members: u32) -> u32 {
        if members == 0 || self.lots.random_bool(SILENT) {
            return 0;
        }
        let most = (members / 12).clamp(2, MOST);
        self.lots.random_range(1..=most).min(self.lots.random_range(1..=most)).min(members)
    }

    fn due(&mut self, now: Instant) -> Vec<Tap> {
        let mut due = Vec::new();
        while due.len() < AT_ONCE && self.taps.peek().is_some_and(|Reverse(tap)| tap.due <= now) {
            due.extend(self.taps.pop().map(|Reverse(tap)| tap));
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
