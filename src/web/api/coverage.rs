//! Coverage: how much of the tree can be reached, by tier and by province.

use std::collections::BTreeMap;

use axum::Json;
use serde::{Deserialize, Serialize};

use crate::domain::group::Tier;
use crate::domain::ids::BulletinId;
use crate::store::coverage::{CoverageRow, find_last_bulletin, list_coverage};
use crate::web::access::Caller;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::problem::Problem;

/// How much of the tree can be reached.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Coverage {
    /// By tier, from the top.
    tiers: Vec<TierCoverage>,
    /// By province, by name; groups of no province are in none.
    provinces: Vec<ProvinceCoverage>,
}

/// How much of one tier can be reached.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TierCoverage {
    /// 1, 2 or 3.
    tier: i16,
    /// GCC1, GCC2 or GCC3.
    label: &'static str,
    /// The numbers.
    #[serde(flatten)]
    reach: Reach,
}

/// How much of one province can be reached.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProvinceCoverage {
    /// Its name.
    province: String,
    /// The numbers.
    #[serde(flatten)]
    reach: Reach,
}

/// The numbers of a part of the tree.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Reach {
    /// Groups planned: those in use.
    groups: i64,
    /// Of these, linked to a LINE group.
    linked: i64,
    /// Of these, once linked, from which the account is gone.
    lost: i64,
    /// Seats: members of the LINE groups.
    seats: i64,
    /// People who should be in them.
    head_count: i64,
    /// The last bulletin here; null where none has come.
    last_bulletin: Option<LastBulletin>,
}

/// The newest published bulletin (news or correction), here.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct LastBulletin {
    /// Which.
    id: BulletinId,
    /// Its deliveries here.
    deliveries: i64,
    /// Of these, accepted by LINE.
    accepted: i64,
    /// Of these, heard as somebody's forward.
    seen: i64,
    /// Of these, the share accepted, 0 to 1.
    share: f64,
}

impl Reach {
    fn add(&mut self, cover: &CoverageRow, last: Option<BulletinId>) {
        self.groups += cover.groups;
        self.linked += cover.linked;
        self.lost += cover.lost;
        self.seats += cover.seats;
        self.head_count += cover.head_count;
        let Some(id) = last.filter(|_| cover.last_deliveries > 0) else { return };
        let sum =
            self.last_bulletin.get_or_insert(LastBulletin { id, deliveries: 0, accepted: 0, seen: 0, share: 0.0 });
        sum.deliveries += cover.last_deliveries;
        sum.accepted += cover.last_accepted;
        sum.seen += cover.last_seen;
        #[expect(clippy::cast_precision_loss, reason = "counts of groups are far below 2^52")]
        let share = sum.accepted as f64 / sum.deliveries as f64;
        sum.share = (share * 10_000.0).round() / 10_000.0;
    }
}

impl Coverage {
    fn of(covers: &[CoverageRow], last: Option<BulletinId>) -> Self {
        let tier_of = |tier: Tier| {
            let mut reach = Reach::default();
            covers.iter().filter(|cover| cover.tier == tier.number()).for_each(|cover| reach.add(cover, last));
            TierCoverage { tier: tier.number(), label: tier.label(), reach }
        };
        let mut provinces: BTreeMap<&str, Reach> = BTreeMap::new();
        for cover in covers {
            if let Some(province) = &cover.province {
                provinces.entry(province).or_default().add(cover, last);
            }
        }
        Self {
            tiers: Tier::ALL.map(tier_of).into(),
            provinces: provinces
                .into_iter()
                .map(|(province, reach)| ProvinceCoverage { province: province.to_owned(), reach })
                .collect(),
        }
    }
}

/// Nothing narrows the coverage but the key's office.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CoverageQuery {}

/// How much of the tree can be reached, by tier and province.
#[utoipa::path(get, path = "/coverage", tag = "tree", responses((status = 200, body = Coverage)))]
pub async fn get_coverage(
    caller: Caller,
    Parameters(CoverageQuery {}): Parameters<CoverageQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Coverage>, Problem> {
    let last = find_last_bulletin(&mut db).await?;
    let covers = list_coverage(&mut db, caller.scope.groups(), last).await?;
    Ok(Json(Coverage::of(&covers, last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn cover(tier: i16, province: Option<&str>, groups: i64, accepted: i64) -> CoverageRow {
        CoverageRow {
            tier,
            province: province.map(str::to_owned),
            groups,
            linked: groups,
            lost: 0,
            seats: groups * 10,
            head_count: groups * 12,
            last_deliveries: groups,
            last_accepted: accepted,
            last_seen: 0,
        }
    }

    #[test]
    fn provinces_add_up_over_tiers_and_tiers_over_provinces() {
        let last = Some(BulletinId::new(Timestamp::from_second(0)));
        let covers = [
            cover(1, None, 1, 1),
            cover(2, Some("ลำพูน"), 1, 1),
            cover(3, Some("ลำพูน"), 63, 31),
            cover(3, None, 20, 20),
        ];
        let coverage = Coverage::of(&covers, last);
        let groups: Vec<i64> = coverage.tiers.iter().map(|tier| tier.reach.groups).collect();
        assert_eq!(groups, [1, 1, 83]);
        let [lamphun] = coverage.provinces.as_slice() else { panic!("one province") };
        assert_eq!((lamphun.reach.groups, lamphun.reach.seats), (64, 640));
        let last = lamphun.reach.last_bulletin.as_ref().expect("it went there");
        assert!((last.share - 0.5).abs() < f64::EPSILON);
    }

    #[test]
    fn a_tree_without_bulletins_has_no_last_one() {
        let coverage = Coverage::of(&[cover(2, None, 3, 0)], None);
        assert!(coverage.tiers[1].reach.last_bulletin.is_none());
        assert_eq!(coverage.tiers.len(), 3);
    }
}
