//! The retry key of a delivery: what LINE may know of it, and so what may be done with it.
//!
//! LINE takes a message once for each key, for 24 hours after the key was first used (*Retrying an API request*). So a delivery
//! whose outcome is open is only ever sent again under the same key, while LINE is sure to know it; one that was refused for
//! certain gets another key when its own grows old.

use std::time::Duration;

use uuid::Uuid;

use super::time::Timestamp;

/// A key, and what became of its uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryKey {
    /// LINE does not know it.
    Unused(Uuid),
    /// It was used from then on, and whatever was sent under it was refused for certain.
    Refused {
        /// The key.
        key: Uuid,
        /// Its first use.
        since: Timestamp,
    },
    /// It was used from then on, and LINE may have accepted what was sent under it.
    Open {
        /// The key.
        key: Uuid,
        /// Its first use.
        since: Timestamp,
    },
}

/// What may be done with a key now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// It may be sent under.
    Good,
    /// Nothing was accepted under it, and it is too old: another is needed first.
    Renew,
    /// Something may have been accepted under it, and it is too old: never again by itself.
    TooLate,
    /// The same by one clock, but not by the other: nothing is done until they agree.
    ClocksDisagree,
}

impl RetryKey {
    /// As it is kept: the key, its first use, and whether its outcome is open.
    #[must_use]
    pub fn kept(key: Uuid, used_at: Option<Timestamp>, open: bool) -> Self {
        match used_at {
            None => Self::Unused(key),
            Some(since) if open => Self::Open { key, since },
            Some(since) => Self::Refused { key, since },
        }
    }

    /// The key.
    #[must_use]
    pub fn key(self) -> Uuid {
        match self {
            Self::Unused(key) | Self::Refused { key, .. } | Self::Open { key, .. } => key,
        }
    }

    /// Whether LINE may have accepted what was sent under it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// What may be done with it, by the clock that is behind and by the one that is ahead; `lifetime` is how long LINE is sure
    /// to know a key.
    #[must_use]
    pub fn permitted_use(self, earlier: Timestamp, later: Timestamp, lifetime: Duration) -> KeyUse {
        match self {
            Self::Refused { since, .. } if later >= since + lifetime => KeyUse::Renew,
            Self::Open { since, .. } if earlier >= since + lifetime => KeyUse::TooLate,
            Self::Open { since, .. } if later >= since + lifetime => KeyUse::ClocksDisagree,
            Self::Unused(_) | Self::Refused { .. } | Self::Open { .. } => KeyUse::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[rstest]
    #[case::unused(None, false, 0, KeyUse::Good)]
    #[case::refused(Some(0), false, 23, KeyUse::Good)]
    #[case::refused_and_old(Some(0), false, 24, KeyUse::Renew)]
    #[case::open(Some(0), true, 23, KeyUse::Good)]
    #[case::open_and_old(Some(0), true, 24, KeyUse::TooLate)]
    fn what_line_may_know_decides(
        #[case] used: Option<u64>,
        #[case] open: bool,
        #[case] hours: u64,
        #[case] expected: KeyUse,
    ) {
        let start = Timestamp::from_second(1_600_000_000);
        let used = used.map(|hours| start + Duration::from_hours(hours));
        let now = start + Duration::from_hours(hours);
        assert_eq!(RetryKey::kept(Uuid::nil(), used, open).permitted_use(now, now, DAY), expected);
    }

    #[test]
    fn an_open_key_is_old_when_both_clocks_say_so_and_a_refused_one_when_one_does() {
        let since = Timestamp::from_second(1_600_000_000);
        let (earlier, later) = (since + Duration::from_hours(23), since + Duration::from_hours(25));
        let key = Uuid::nil();
        assert_eq!(RetryKey::Open { key, since }.permitted_use(earlier, later, DAY), KeyUse::ClocksDisagree);
        assert_eq!(RetryKey::Refused { key, since }.permitted_use(earlier, later, DAY), KeyUse::Renew);
    }
}
