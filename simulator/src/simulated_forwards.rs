//! Members who forward by hand, for the demo: whoever sees a card with a share button in the group above shares its text into the
//! groups below, at human pace.
//!
//! Most share the text as it is. One in forty adds a line of their own, one in forty takes the message back and shares it again, and
//! people talk in between. What was in the chats before the start is left alone.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::content::Content;
use super::control::Control;
use super::forward_plan::ForwardPlan;
use super::group_event::GroupEvent;

/// How often the chats are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Messages in one look at most, so that the server has time for others.
const AT_ONCE: usize = 30;
/// Half of the people share within this many seconds.
const HALF: f64 = 240.0;
/// Nobody does later than this many seconds.
const LATEST: f64 = 3_000.0;
/// The part who have the telephone in hand.
const PROMPT: f64 = 0.16;
/// The part who change the text, and the part who take it back.
const ODD: f64 = 1.0 / 40.0;
/// What the share button's address begins with.
const SHARE_ADDRESS: &str = "https://line.me/R/share";
/// What is added to a text by those who change it.
const ADDED: &str = "ขอให้ทุกท่านดำเนินการโดยด่วนที่สุด";
/// What people write otherwise.
const TALK: [&str; 8] = [
    "สวัสดีตอนเช้าครับทุกท่าน",
    "พรุ่งนี้ประชุมกี่โมงคะ",
    "ขอไฟล์ประกอบการประชุมด้วยครับ",
    "เรียนท่านหัวหน้า เอกสารส่งแล้วนะคะ",
    "รถตู้ออก 7 โมงเช้า หน้าศาลากลางครับ",
    "ขอบคุณมากค่ะ",
    "วันนี้ใครอยู่เวรครับ",
    "ฝากประสานโรงพยาบาลด้วยนะครับ",
];

/// What somebody is about to do in a group.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Intention {
    due: Instant,
    group: String,
    member: u32,
    what: Intended,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Intended {
    /// Share the text.
    Share(String),
    /// Share it, take it back, and share it again.
    ShareInHaste(String),
    /// Take this message back.
    Unsend(u64),
}

/// Lets people forward until the simulator stops.
pub(super) async fn forward(control: Control, plan: ForwardPlan, seed: u64) {
    let mut people = Forwarders::new(&control, plan, seed);
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        people.look(&control);
        for intention in people.due(Instant::now()) {
            people.act(&control, intention).await;
        }
        people.talk(&control).await;
    }
}

struct Forwarders {
    plan: ForwardPlan,
    lots: StdRng,
    /// Entries that were looked at, by group.
    looked_at: HashMap<String, usize>,
    /// The text that each content's share button has, by its hash.
    texts: HashMap<String, Option<String>>,
    /// What was shared already: the group, and the text's last line, which has the code.
    shared: HashSet<(String, String)>,
    intended: BinaryHeap<Reverse<Intention>>,
}

impl Forwarders {
    fn new(control: &Control, plan: ForwardPlan, seed: u64) -> Self {
        let state = control.platform.state();
        let above = |id: &String| plan.contains_key(id);
        let old = state.groups.iter().map(|group| (group.config.id.clone(), group.chat.len()));
        let looked_at = old.filter(|(id, _)| above(id)).collect();
        let (texts, shared, intended) = (HashMap::new(), HashSet::new(), BinaryHeap::new());
        Self { plan, lots: StdRng::seed_from_u64(seed), looked_at, texts, shared, intended }
    }

    /// Takes note of the cards that came since the last look.
    fn look(&mut self, control: &Control) {
        let mut fresh = Vec::new();
        {
            let state = control.platform.state();
            for (id, looked_at) in &mut self.looked_at {
                let Some(group) = state.groups.get(id) else { continue };
                // a chat that was cleared is shorter
                for sent in group.chat.sent_since((*looked_at).min(group.chat.len())) {
                    fresh.push((id.clone(), Arc::clone(&sent.content)));
                }
                *looked_at = group.chat.len();
            }
        }
        for (group, content) in fresh {
            let text = self.texts.entry(content.hash.clone()).or_insert_with(|| find_share_text(&content));
            if let Some(text) = text.clone() {
                self.intend(control, &group, &text);
            }
        }
    }

    /// Those who are to forward from this group come to it, each at their own time.
    fn intend(&mut self, control: &Control, above: &str, text: &str) {
        let code = text.lines().last().unwrap_or_default().to_owned();
        for group in self.plan.get(above).cloned().unwrap_or_default() {
            if !self.shared.insert((group.clone(), code.clone())) {
                continue;
            }
            let members = control.platform.state().groups.get(&group).map_or(0, |group| group.config.members);
            if members == 0 {
                continue;
            }
            let member = self.lots.random_range(1..=members);
            let what = match self.lots.random::<f64>() {
                lot if lot < ODD => Intended::Share(altered(text)),
                lot if lot < 2.0 * ODD => Intended::ShareInHaste(text.to_owned()),
                _ => Intended::Share(text.to_owned()),
            };
            let due = Instant::now() + self.takes();
            self.intended.push(Reverse(Intention { due, group, member, what }));
        }
    }

    fn takes(&mut self) -> Duration {
        let seconds = if self.lots.random_bool(PROMPT) {
            6.0 + 24.0 * self.lots.random::<f64>()
        } else {
            30.0 - (1.0 - self.lots.random::<f64>()).ln() * HALF / std::f64::consts::LN_2
        };
        Duration::from_secs_f64(seconds.min(LATEST))
    }

    fn due(&mut self, now: Instant) -> Vec<Intention> {
        let mut due = Vec::new();
        while due.len() < AT_ONCE && self.intended.peek().is_some_and(|Reverse(next)| next.due <= now) {
            due.extend(self.intended.pop().map(|Reverse(next)| next));
        }
        due
    }

    async fn act(&mut self, control: &Control, intention: Intention) {
        let Intention { group, member, what, .. } = intention;
        let (text, again) = match what {
            Intended::Unsend(message) => {
                let _ = control.happen(&group, GroupEvent::Unsend { member, message }).await;
                return;
            }
            Intended::Share(text) => (text, None),
            Intended::ShareInHaste(text) => (text.clone(), Some(text)),
        };
        // a group that lost its account meanwhile: nobody hears it there
        let said = control.happen(&group, GroupEvent::Message { member, text }).await;
        let message = said.ok().and_then(|report| report.message);
        if let Some((text, message)) = again.zip(message) {
            let regrets = Instant::now() + Duration::from_secs(self.lots.random_range(20..60));
            let shares_again = regrets + Duration::from_secs(self.lots.random_range(40..120));
            let unsend = Intention { due: regrets, group: group.clone(), member, what: Intended::Unsend(message) };
            self.intended.push(Reverse(unsend));
            self.intended.push(Reverse(Intention { due: shares_again, group, member, what: Intended::Share(text) }));
        }
    }

    /// Now and then somebody writes something else, in a group somewhere.
    async fn talk(&mut self, control: &Control) {
        let groups: Vec<&String> = self.plan.values().flatten().collect();
        if groups.is_empty() || !self.lots.random_bool(0.5) {
            return;
        }
        let group = groups[self.lots.random_range(0..groups.len())].clone();
        let text = TALK[self.lots.random_range(0..TALK.len())].to_owned();
        let _ = control.happen(&group, GroupEvent::Message { member: 1, text }).await;
    }
}

/// The text with a line of somebody's own before its last two, which are the address and the code.
fn altered(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(lines.len().saturating_sub(2), ADDED);
    lines.join("\n")
}

/// The text of the first share button of a content.
fn find_share_text(content: &Content) -> Option<String> {
    fn find(value: &Value) -> Option<String> {
        if let Some(uri) = value.get("uri").and_then(Value::as_str)
            && uri.starts_with(SHARE_ADDRESS)
        {
            let address = url::Url::parse(uri).ok()?;
            return address.query_pairs().find(|(key, _)| key == "text").map(|(_, text)| text.into_owned());
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
    fn who_changes_a_text_leaves_its_address_and_code() {
        assert_eq!(altered("หนึ่ง\nhttps://x\nREF-1"), format!("หนึ่ง\n{ADDED}\nhttps://x\nREF-1"));
    }
}
