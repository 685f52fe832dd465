//! What the board is read from: who blocks whom, where the minutes went, how far it came in each province.

use std::time::Duration;

use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::outcome::ParkReason;
use gcc_relay::domain::time::Timestamp;
use gcc_relay::relay::forward::{ForwardTarget, forward};
use gcc_relay::store::board::blocked::{Blocked, list_blocked};
use gcc_relay::store::board::failures::{list_causes, list_causes_of};
use gcc_relay::store::board::hops::{list_slowest, list_tier_hops};
use gcc_relay::store::board::provinces::{count_provinces, list_offices_of_province, refresh_sums, sum_provinces};
use gcc_relay::store::board::traffic::{list_loads, list_traffic, list_traffic_under};
use gcc_relay::store::channels::{park_channel, resume_channel};

use crate::test_relay::{TestRelay, right};

async fn blocked(relay: &TestRelay, bulletin: Option<BulletinId>) -> Vec<Blocked> {
    list_blocked(&mut *relay.db().await, bulletin, None, 100, relay.now()).await.expect("a list")
}

async fn forward_into(relay: &TestRelay, bulletin: BulletinId, group: &str) {
    let into = ForwardTarget::Groups(vec![relay.group(group).await.0]);
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    forward(&mut tx, bulletin, &into, None, &right(), relay.now()).await.expect("forwarded");
    tx.commit().await.expect("committed");
    relay.run().await;
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.5
}

#[tokio::test]
async fn a_held_province_blocks_its_offices_until_it_is_let_in() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let held_at = relay.now();
    for list in [blocked(&relay, Some(id)).await, blocked(&relay, None).await] {
        let [lamphun] = list.as_slice() else { panic!("only Lamphun: {list:?}") };
        assert_eq!((lamphun.group.as_str(), lamphun.state, lamphun.linked), ("lpn", State::Held, true));
        assert_eq!((lamphun.waiting_groups, lamphun.waiting_seats), (2, 50));
        assert_eq!(lamphun.since, Some(held_at));
        assert_eq!(lamphun.steward_title.as_deref(), Some("ผู้ว่าราชการจังหวัดลำพูน"));
    }
    let elsewhere = relay.group("cmi").await.0;
    assert!(
        list_blocked(&mut *relay.db().await, Some(id), Some(&[elsewhere]), 9, relay.now())
            .await
            .expect("a list")
            .is_empty()
    );
    forward_into(&relay, id, "lpn").await;
    assert!(blocked(&relay, Some(id)).await.is_empty());
    assert!(blocked(&relay, None).await.is_empty());
}

#[tokio::test]
async fn a_parked_channel_blocks_all_below_it_and_a_lost_group_blocks_nobody() {
    let relay = TestRelay::new().await;
    park_channel(&mut *relay.db().await, relay.channel, ParkReason::Operator, relay.now()).await.expect("parked");
    let id = relay.publish_automatic().await;
    relay.run().await;
    let list = blocked(&relay, None).await;
    assert_eq!((list[0].group.as_str(), list[0].parked), ("gcc1", Some(ParkReason::Operator)));
    assert_eq!(list[0].waiting_groups, 7);
    resume_channel(&mut *relay.db().await, relay.channel, None, relay.now()).await.expect("resumed");
    relay.line().remove_silently("Ccmi").expect("it was there");
    relay.run().await;
    assert!(blocked(&relay, None).await.is_empty());
    let gone: Vec<_> =
        blocked(&relay, Some(id)).await.into_iter().map(|b| (b.group, b.state, b.waiting_groups)).collect();
    assert_eq!(gone, [("cmi".to_owned(), State::Unreachable, 0)]);
}

#[tokio::test]
async fn the_minutes_of_a_hop_are_told_apart_by_what_they_went_on() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    // the governor takes ten minutes; then the channel is parked for five
    relay.clock.advance(Duration::from_mins(10));
    park_channel(&mut *relay.db().await, relay.channel, ParkReason::Operator, relay.now()).await.expect("parked");
    forward_into(&relay, id, "lpn").await;
    relay.clock.advance(Duration::from_mins(5));
    resume_channel(&mut *relay.db().await, relay.channel, None, relay.now()).await.expect("resumed");
    relay.clock.advance(Duration::from_mins(1));
    relay.run().await;
    let mut db = relay.db().await;
    let slowest = list_slowest(&mut db, id, None, 1).await.expect("hops").pop().expect("a hop");
    assert_eq!(slowest.group, "lpn");
    assert!(near(slowest.person.expect("known"), 600.0), "{slowest:?}");
    assert!(near(slowest.parked, 300.0) && near(slowest.queue, 60.0) && near(slowest.line, 0.0), "{slowest:?}");
    assert!(near(slowest.since_publish, 960.0), "{slowest:?}");
    let tiers = list_tier_hops(&mut db, id, None).await.expect("hops");
    let second = tiers.iter().find(|tier| tier.tier == 2).expect("a tier");
    assert_eq!((second.hops, second.unknown), (3, 0));
    assert!(near(second.person, 200.0) && near(second.parked, 100.0), "{second:?}");
}

#[tokio::test]
async fn a_hop_whose_beginning_is_not_known_is_counted_as_unknown() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    // nobody forwards: the offices are passed to after an hour, and the governor forwards later
    relay.after(Duration::from_hours(2)).await;
    forward_into(&relay, id, "lpn").await;
    relay.after(Duration::from_mins(31)).await;
    let tiers = list_tier_hops(&mut *relay.db().await, id, None).await.expect("hops");
    let third = tiers.iter().find(|tier| tier.tier == 3).expect("a tier");
    assert!(third.unknown > 0, "{third:?}");
}

#[tokio::test]
async fn provinces_are_counted_and_a_months_sums_follow_the_counters() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let mut db = relay.db().await;
    let cells = count_provinces(&mut db, id, None).await.expect("counts");
    let of = |province: &str| {
        let cells = cells.iter().filter(|cell| cell.province.as_deref() == Some(province));
        cells.fold((0, 0), |(groups, accepted), cell| (groups + cell.groups, accepted + cell.accepted))
    };
    assert_eq!((of("50"), of("51")), ((3, 2), (3, 0)));
    let since = Timestamp::from_second(0);
    let sums = async |scope: Option<Vec<i32>>| {
        let all = sum_provinces(&mut *relay.db().await, since, scope.as_deref()).await.expect("sums");
        all.into_iter().map(|sum| (sum.province.unwrap_or_default(), sum.groups, sum.accepted)).collect::<Vec<_>>()
    };
    let text = |all: &[(&str, i64, i64)]| all.iter().map(|(p, g, a)| ((*p).to_owned(), *g, *a)).collect::<Vec<_>>();
    let before = sums(None).await;
    assert_eq!(before, text(&[("", 2, 2), ("50", 3, 2), ("51", 3, 0)]), "upkeep summed them up");
    forward_into(&relay, id, "lpn").await;
    let after = text(&[("", 2, 2), ("50", 3, 2), ("51", 3, 2)]);
    assert_eq!(sums(None).await, after);
    assert_eq!(sums(Some(vec![relay.group("lpn").await.0])).await, text(&[("51", 3, 2)]));
    assert_eq!(refresh_sums(&mut db, since).await.expect("done"), 0, "nothing is behind");
    let offices = list_offices_of_province(&mut db, id, Some("51"), None).await.expect("offices");
    assert_eq!(offices.iter().map(|office| office.code.as_str()).next(), Some("lamphun"));
    assert_eq!(offices.len(), 3);
}

#[tokio::test]
async fn what_failed_is_grouped_by_its_cause() {
    let relay = TestRelay::new().await;
    let (one, other) = (relay.publish_automatic().await, relay.publish_automatic().await);
    relay.run().await;
    let mut db = relay.db().await;
    let causes = list_causes_of(&mut db, one, None).await.expect("causes");
    let [cause] = causes.as_slice() else { panic!("one cause: {causes:?}") };
    assert_eq!((cause.state, cause.reason), (State::Unreachable, Some(Reason::NotLinked)));
    assert_eq!((cause.deliveries, cause.groups, cause.seats), (1, 1, 10));
    let all = list_causes(&mut db, relay.now() - Duration::from_hours(1), None).await.expect("causes");
    assert_eq!((all[0].deliveries, all[0].groups, all[0].bulletins), (2, 1, 2));
    assert!(list_causes(&mut db, relay.now() + Duration::from_secs(1), None).await.expect("causes").is_empty());
    let _ = other;
}

#[tokio::test]
async fn open_bulletins_are_listed_with_their_counts_and_channels_with_their_load() {
    let relay = TestRelay::new().await;
    let open = relay.publish_as_configured().await;
    relay.run().await;
    relay.clock.advance(Duration::from_secs(1));
    let newer = relay.publish_automatic().await;
    relay.run().await;
    let mut db = relay.db().await;
    let traffic = list_traffic(&mut db, 1).await.expect("traffic");
    assert_eq!(traffic.iter().map(|row| row.id).collect::<Vec<_>>(), [newer, open], "open ones are always there");
    assert_eq!((traffic[1].groups, traffic[1].held, traffic[1].open), (8, 1, 3));
    let scope = [relay.group("lpn").await.0];
    let part = list_traffic_under(&mut db, &scope, 10).await.expect("traffic");
    assert_eq!((part[1].groups, part[1].held, part[1].open), (3, 1, 3));
    let loads = list_loads(&mut db).await.expect("loads");
    assert_eq!((loads[0].ready, loads[0].later, loads[0].all), (0, 3, 8));
}
