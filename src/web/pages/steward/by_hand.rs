//! Whether groups get their copies by hand: then the way that costs nothing is the first that a page offers.

use crate::domain::bulletin::{Forwarding, ForwardingMode};
use crate::domain::group::Tier;
use crate::domain::way::{GoesIn, Way, WayRules};
use crate::store::bulletins::Bulletin;
use crate::store::groups::{Group, find_group};
use crate::store::{Connection, StoreError};

/// Whether one of these groups, by their codes, gets its copy of the bulletin by hand, in any case or at first.
pub(super) async fn is_by_hand(
    db: &mut Connection,
    rules: &WayRules,
    bulletin: &Bulletin,
    codes: &[String],
) -> Result<bool, StoreError> {
    for code in codes {
        let group = find_group(db, code).await?;
        if group.is_some_and(|group| way_of(rules, bulletin, &group) != Way::Push) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How the group gets its copy: as the bulletin says for all, or as the group's own settings say.
fn way_of(rules: &WayRules, bulletin: &Bulletin, group: &Group) -> Way {
    if bulletin.forwarding == ForwardingMode::Automatic {
        return Way::Push;
    }
    let goes_in = match (group.forwarding, group.forward_within) {
        (Forwarding::Automatic, _) => GoesIn::AtOnce,
        (Forwarding::Stewarded, Some(_)) => GoesIn::AfterAWhile,
        (Forwarding::Stewarded, None) => GoesIn::ByHand,
    };
    let tier = Tier::try_from(group.tier).unwrap_or(Tier::Gcc3);
    rules.of(bulletin.urgency(), tier, bulletin.way.or(group.way), goes_in)
}
