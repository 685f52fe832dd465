//! The pace of one channel: a token bucket that starts empty.
//!
//! LINE counts calls per channel and second in such a bucket of its own. A dispatcher that has just taken a channel
//! cannot know what the last one used up, so it begins with nothing; and it may never save up more than a small
//! burst. One dispatcher per channel makes this exact without any coordination.

use std::time::Duration;

use tokio::time::Instant;

/// A token bucket over a steady clock.
#[derive(Debug)]
pub struct Pace {
    per_second: f64,
    burst: f64,
    tokens: f64,
    counted_at: Instant,
}

impl Pace {
    /// An empty bucket.
    #[must_use]
    pub fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        Self { per_second: f64::from(per_second.max(1)), burst: f64::from(burst.max(1)), tokens: 0.0, counted_at: now }
    }

    /// Another rate from now on.
    pub fn set_rate(&mut self, per_second: u32) {
        self.per_second = f64::from(per_second.max(1));
    }

    /// Takes one token.
    ///
    /// # Errors
    /// With none there, how long until there is one.
    pub fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let grown = now.saturating_duration_since(self.counted_at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + grown).min(self.burst);
        self.counted_at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            Ok(())
        } else {
            Err(Duration::from_secs_f64((1.0 - self.tokens) / self.per_second))
        }
    }
}

/// A pause of the whole channel when LINE is busy or away: doubled each time, over at the first success. After a pause
/// one call goes first, and the others once LINE has answered it: a limit is not run into by hundreds of calls at a time.
#[derive(Debug)]
pub struct Snooze {
    start: Duration,
    max: Duration,
    next: Duration,
    /// When the pause before this one was over.
    awake: Option<Instant>,
    began: Option<Instant>,
    until: Option<Instant>,
    probe: Probe,
}

/// The one call that goes first after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    /// None is needed: calls may go.
    None,
    /// The next call is it.
    Due,
    /// It is under way.
    Sent,
}

impl Snooze {
    /// No pause yet; the first lasts `start`, none longer than `max`.
    #[must_use]
    pub fn new(start: Duration, max: Duration) -> Self {
        Self { start, max, next: start, awake: None, began: None, until: None, probe: Probe::None }
    }

    /// Begins a pause, unless one is on: the calls under way may all say the same thing.
    pub fn begin(&mut self, now: Instant) {
        if self.until.is_none_or(|until| until <= now) {
            self.awake = self.until;
            self.began = Some(now);
            self.until = Some(now + self.next);
            self.next = (self.next * 2).min(self.max);
        }
        self.probe = Probe::Due;
    }

    /// Whether another call must wait for the answer to the one that went first.
    #[must_use]
    pub fn awaits_probe(&self) -> bool {
        self.probe == Probe::Sent
    }

    /// A call starts.
    pub fn started(&mut self) {
        if self.probe == Probe::Due {
            self.probe = Probe::Sent;
        }
    }

    /// LINE answered a call that began at `began`, though it did not take it: it is there.
    pub fn answered(&mut self, began: Instant) {
        if self.began.is_none_or(|pause| began >= pause) {
            self.probe = Probe::None;
        }
    }

    /// LINE took a call that began at `began`. It ends the pauses only if it began after the last one did: calls
    /// that were under way before say nothing of now. If it began between that one and the one before, the next pause
    /// is a first one again: where some calls are refused at once and the others taken slowly, each pause begins
    /// before any call made since the last one is answered, and the pauses would grow however much LINE takes.
    pub fn end(&mut self, began: Instant) {
        self.answered(began);
        if self.began.is_none_or(|pause| began >= pause) {
            self.next = self.start;
            self.until = None;
        } else if self.awake.is_some_and(|awake| began >= awake) {
            self.next = self.start;
        }
    }

    /// Until when no call starts.
    #[must_use]
    pub fn until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_bucket_is_empty_and_never_holds_more_than_its_burst() {
        let start = Instant::now();
        let mut pace = Pace::new(1_000, 20, start);
        assert_eq!(pace.take(start), Err(Duration::from_millis(1)));
        let later = start + Duration::from_mins(1);
        let taken = (0..100).take_while(|_| pace.take(later).is_ok()).count();
        assert_eq!(taken, 20);
    }

    #[test]
    fn over_a_second_exactly_the_rate_goes_out() {
        let start = Instant::now();
        let mut pace = Pace::new(1_950, 20, start);
        let taken = (0..10_000).filter(|tenth| pace.take(start + Duration::from_micros(tenth * 100)).is_ok()).count();
        assert!((1_948..=1_950).contains(&taken), "{taken}");
    }

    #[test]
    fn pauses_double_until_a_success() {
        let start = Instant::now();
        let mut snooze = Snooze::new(Duration::from_millis(100), Duration::from_millis(300));
        snooze.begin(start);
        snooze.begin(start);
        assert_eq!(snooze.until(start), Some(start + Duration::from_millis(100)));
        let second = start + Duration::from_millis(100);
        snooze.begin(second);
        assert_eq!(snooze.until(second), Some(second + Duration::from_millis(200)));
        let third = second + Duration::from_millis(200);
        snooze.begin(third);
        assert_eq!(snooze.until(third), Some(third + Duration::from_millis(300)));
        snooze.end(second);
        assert!(snooze.until(third).is_some(), "a call from before the pause says nothing");
        snooze.end(third);
        assert_eq!(snooze.until(third), None);
    }

    #[test]
    fn after_a_pause_one_call_goes_first() {
        let start = Instant::now();
        let mut snooze = Snooze::new(Duration::from_millis(100), Duration::from_secs(1));
        snooze.started();
        assert!(!snooze.awaits_probe(), "nothing has been refused");
        snooze.begin(start);
        let later = start + Duration::from_millis(150);
        assert!(snooze.until(later).is_none() && !snooze.awaits_probe());
        snooze.started();
        snooze.answered(start - Duration::from_millis(1));
        assert!(snooze.awaits_probe(), "a call from before the pause says nothing");
        snooze.answered(later);
        assert!(!snooze.awaits_probe());
    }

    #[test]
    fn calls_that_are_taken_between_two_pauses_keep_the_next_one_short() {
        let ms = Duration::from_millis;
        let start = Instant::now();
        let mut snooze = Snooze::new(ms(100), ms(10_000));
        snooze.begin(start);
        let between = start + ms(100);
        snooze.begin(between + ms(1));
        assert_eq!(snooze.until(between + ms(1)), Some(between + ms(201)));
        snooze.end(between);
        assert_eq!(snooze.until(between + ms(1)), Some(between + ms(201)), "this pause goes on");
        snooze.begin(between + ms(202));
        assert_eq!(snooze.until(between + ms(202)), Some(between + ms(302)), "and is not followed by a longer one");
        snooze.end(start);
        snooze.begin(between + ms(303));
        assert_eq!(snooze.until(between + ms(303)), Some(between + ms(503)), "older calls shorten nothing");
    }
}
