//! The receipt of a bulletin, for the whole tree or one province: the sheet that is printed and filed.
//!
//! It states what is known and nothing more: for which groups LINE accepted the bulletin and when, in which it
//! was seen as somebody's forward, and in which somebody acknowledged it. Groups in which it is not are listed with
//! the reason, never left out.

use crate::domain::group::Tier;
use crate::domain::time::Timestamp;

/// One group's line on the receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLine {
    /// The group's name.
    pub group: String,
    /// The office's name.
    pub office: String,
    /// Which tier.
    pub tier: Tier,
    /// When LINE accepted it; none where it has not.
    pub accepted_at: Option<Timestamp>,
    /// When it was seen in the group as somebody's forward; none where it was not.
    pub seen_at: Option<Timestamp>,
    /// Why not, or where it stands, in the reader's language; empty where it is accepted.
    pub standing: String,
    /// Acknowledgements.
    pub acknowledged: i32,
    /// Of these, without the name of a person.
    pub unnamed: i32,
    /// Whether the group's own steward acknowledged.
    pub by_steward: bool,
    /// What somebody above reported for the office, in the reader's language.
    pub reported: Option<String>,
    /// Seats in the group.
    pub seats: i32,
}

/// The lines of one tier, with their sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptPart {
    /// Which tier.
    pub tier: Tier,
    /// Its lines, in the order given.
    pub lines: Vec<ReceiptLine>,
    /// Of these, accepted by LINE.
    pub accepted: usize,
    /// Of these, seen in the group.
    pub seen: usize,
    /// Of these, acknowledged by somebody.
    pub acknowledged: usize,
}

/// Groups that are summed up instead of listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiptSums {
    /// Groups.
    pub groups: i64,
    /// Of these, accepted by LINE.
    pub accepted: i64,
    /// Of these, seen in the group.
    pub seen: i64,
    /// Of these, acknowledged by somebody.
    pub acknowledged: i64,
    /// Acknowledgements.
    pub taps: i64,
    /// Of these, without the name of a person.
    pub unnamed: i64,
    /// Groups whose own steward acknowledged.
    pub by_steward: i64,
    /// Seats in the groups.
    pub seats: i64,
    /// When LINE accepted the last.
    pub last_accepted_at: Option<Timestamp>,
}

/// The receipt: its lines by tier, and the sums over all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The tiers that there are lines of, from the top.
    pub parts: Vec<ReceiptPart>,
    /// Lines in all.
    pub groups: usize,
    /// Of these, accepted by LINE.
    pub accepted: usize,
    /// Of these, seen in the group.
    pub seen: usize,
    /// Of these, acknowledged by somebody.
    pub acknowledged: usize,
    /// Acknowledgements.
    pub taps: i64,
    /// Of these, without the name of a person.
    pub unnamed: i64,
    /// Groups whose own steward acknowledged.
    pub by_steward: i64,
    /// Seats in all groups.
    pub seats: i64,
    /// When LINE accepted the first.
    pub first_accepted_at: Option<Timestamp>,
    /// When LINE accepted the last.
    pub last_accepted_at: Option<Timestamp>,
}

impl Receipt {
    /// The receipt out of its lines.
    #[must_use]
    pub fn of(lines: &[ReceiptLine]) -> Self {
        let accepted = lines.iter().filter_map(|line| line.accepted_at);
        let mut receipt = Self {
            groups: lines.len(),
            accepted: accepted.clone().count(),
            seen: seen(lines),
            acknowledged: acknowledged(lines),
            taps: lines.iter().map(|line| i64::from(line.acknowledged)).sum(),
            unnamed: lines.iter().map(|line| i64::from(line.unnamed)).sum(),
            by_steward: lines.iter().map(|line| i64::from(line.by_steward)).sum(),
            seats: lines.iter().map(|line| i64::from(line.seats)).sum(),
            first_accepted_at: accepted.clone().min(),
            last_accepted_at: accepted.max(),
            parts: Vec::new(),
        };
        for tier in Tier::ALL {
            let of_tier: Vec<ReceiptLine> = lines.iter().filter(|line| line.tier == tier).cloned().collect();
            if !of_tier.is_empty() {
                let accepted = of_tier.iter().filter(|line| line.accepted_at.is_some()).count();
                receipt.parts.push(ReceiptPart {
                    tier,
                    accepted,
                    seen: seen(&of_tier),
                    acknowledged: acknowledged(&of_tier),
                    lines: of_tier,
                });
            }
        }
        receipt
    }

    /// Adds groups that are summed up instead of listed.
    pub fn add(&mut self, sums: ReceiptSums) {
        let whole = |n: i64| usize::try_from(n).unwrap_or(0);
        self.groups += whole(sums.groups);
        self.accepted += whole(sums.accepted);
        self.seen += whole(sums.seen);
        self.acknowledged += whole(sums.acknowledged);
        self.taps += sums.taps;
        self.unnamed += sums.unnamed;
        self.by_steward += sums.by_steward;
        self.seats += sums.seats;
        self.last_accepted_at = self.last_accepted_at.max(sums.last_accepted_at);
    }

    /// Groups in which it is: LINE accepted it, or it was seen there.
    #[must_use]
    pub fn in_group(&self) -> usize {
        self.accepted + self.seen
    }

    /// Whether it is in every group.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.in_group() == self.groups
    }
}

fn seen(lines: &[ReceiptLine]) -> usize {
    lines.iter().filter(|line| line.seen_at.is_some()).count()
}

fn acknowledged(lines: &[ReceiptLine]) -> usize {
    lines.iter().filter(|line| line.acknowledged > 0).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(tier: Tier, accepted: Option<i64>, acknowledged: i32) -> ReceiptLine {
        ReceiptLine {
            group: "GCC3-ลพ-พาณิชย์".to_owned(),
            office: "สำนักงานพาณิชย์จังหวัดลำพูน".to_owned(),
            tier,
            accepted_at: accepted.map(Timestamp::from_second),
            seen_at: None,
            standing: String::new(),
            acknowledged,
            unnamed: 0,
            by_steward: false,
            reported: None,
            seats: 20,
        }
    }

    #[test]
    fn a_receipt_counts_what_line_accepted_and_who_acknowledged_by_tier() {
        let receipt =
            Receipt::of(&[line(Tier::Gcc2, Some(100), 2), line(Tier::Gcc3, Some(300), 0), line(Tier::Gcc3, None, 0)]);
        assert_eq!((receipt.groups, receipt.accepted, receipt.acknowledged), (3, 2, 1));
        assert_eq!((receipt.taps, receipt.seats), (2, 60));
        assert_eq!(receipt.last_accepted_at, Some(Timestamp::from_second(300)));
        let parts: Vec<_> = receipt.parts.iter().map(|part| (part.tier, part.lines.len(), part.accepted)).collect();
        assert_eq!(parts, [(Tier::Gcc2, 1, 1), (Tier::Gcc3, 2, 1)]);
        assert!(!receipt.is_complete());
    }

    #[test]
    fn a_group_in_which_it_was_seen_counts_as_one_that_has_it() {
        let seen = ReceiptLine { seen_at: Some(Timestamp::from_second(200)), ..line(Tier::Gcc3, None, 0) };
        let receipt = Receipt::of(&[line(Tier::Gcc2, Some(100), 0), seen]);
        assert_eq!((receipt.accepted, receipt.seen, receipt.in_group()), (1, 1, 2));
        assert_eq!((receipt.parts[1].accepted, receipt.parts[1].seen), (0, 1));
        assert!(receipt.is_complete());
    }

    #[test]
    fn groups_that_are_summed_up_count_like_those_that_are_listed() {
        let mut receipt = Receipt::of(&[line(Tier::Gcc2, Some(100), 0)]);
        let last = Some(Timestamp::from_second(400));
        receipt.add(ReceiptSums {
            groups: 5,
            accepted: 4,
            seen: 1,
            acknowledged: 1,
            taps: 2,
            unnamed: 0,
            by_steward: 0,
            seats: 50,
            last_accepted_at: last,
        });
        assert_eq!((receipt.groups, receipt.accepted, receipt.acknowledged), (6, 5, 1));
        assert_eq!((receipt.taps, receipt.seats, receipt.last_accepted_at), (2, 70, last));
        assert!(receipt.is_complete(), "one was seen in its group");
    }

    #[test]
    fn a_receipt_of_nothing_is_empty() {
        assert_eq!(Receipt::of(&[]), Receipt::default());
    }
}
