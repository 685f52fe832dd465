use super::*;
use crate::domain::actor::Actor;
use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode, Kind, Stage};
use crate::domain::ids::{ChannelId, GroupId};
use std::time::Duration;

fn published_at() -> Timestamp {
    Timestamp::from_second(1_521_770_400)
}

fn bulletin(deliveries: i32) -> Bulletin {
    let at = published_at();
    Bulletin {
        id: BulletinId::new(at),
        kind: Kind::News,
        about: None,
        subject: "เรื่อง".to_owned(),
        body: "ข้อความ".to_owned(),
        urgency_number: 0,
        document_number: None,
        document_date: None,
        origin_id: GroupId(1),
        origin: "gcc1".to_owned(),
        origin_office: "สำนักนายกรัฐมนตรี".to_owned(),
        audience: Audience::default().into(),
        links: Vec::new().into(),
        image_id: None,
        image_alt: None,
        media: Vec::new().into(),
        image_width: None,
        image_height: None,
        submitted_at: None,
        submitted_by: None,
        approved_at: None,
        approved_by: None,
        returned_at: None,
        returned_by: None,
        returned_reason: None,
        forwarding: ForwardingMode::AsConfigured,
        way: None,
        acknowledgement: Acknowledgement::default().into(),
        expires_at: None,
        requests: Vec::new().into(),
        public_token: "token".to_owned(),
        share_code: None,
        stage: Stage::Published,
        created_at: at,
        created_by: Actor::key("x"),
        updated_at: at,
        scheduled_for: None,
        with_digest: false,
        digest_id: None,
        unscheduled_at: None,
        unscheduled_reason: None,
        published_at: Some(at),
        withdrawn_at: None,
        withdrawn_reason: None,
        paused_at: None,
        deliveries: Some(deliveries),
        open: 0,
    }
}

fn counters(tier: i16, channel: i32) -> Counters {
    Counters {
        tier,
        channel_id: ChannelId(channel),
        parked: false,
        groups: 0,
        seats: 0,
        waiting: 0,
        held: 0,
        ready: 0,
        accepted: 0,
        seen: 0,
        failed: 0,
        unreachable: 0,
        declined: 0,
        withdrawn: 0,
        expired: 0,
        acknowledged_groups: 0,
        taps: 0,
        unnamed: 0,
        by_steward: 0,
        reported: 0,
        first_accepted_at: None,
        last_accepted_at: None,
        buckets: Vec::new(),
        acceptances: Vec::new(),
        version: 1,
        changed_at: published_at(),
    }
}

fn status(deliveries: i32, counters: &[Counters], sending: &Sending) -> Status {
    Status::of(&bulletin(deliveries), counters, sending, true).expect("published")
}

#[test]
fn claimed_deliveries_are_sending_and_those_of_a_parked_channel_are_parked() {
    let moving = Counters { groups: 10, ready: 10, ..counters(2, 1) };
    let still = Counters { groups: 5, ready: 5, parked: true, ..counters(2, 2) };
    let status = status(15, &[moving, still], &[(2, 1, 4), (2, 2, 3)]);
    let counts = status.tiers[0].counts;
    assert_eq!((counts.ready, counts.sending, counts.parked), (6, 4, 5));
    assert_eq!(status.unaccounted, 0);
    assert!(!status.settled);
}

#[test]
fn claims_that_ran_ahead_of_the_counters_never_make_a_count_negative() {
    let part = Counters { groups: 3, ready: 2, accepted: 1, ..counters(3, 1) };
    let counts = status(3, &[part], &[(3, 1, 9)]).counts;
    assert_eq!((counts.ready, counts.sending, counts.accepted), (0, 2, 1));
}

#[test]
fn what_no_count_knows_of_is_told() {
    let part = Counters { groups: 3, accepted: 3, ..counters(1, 1) };
    assert_eq!(status(5, &[part], &[]).unaccounted, 2);
}

#[test]
fn a_settled_bulletin_tells_its_times() {
    let last = published_at() + Duration::from_millis(1500);
    let mut part = Counters { groups: 2, accepted: 2, seats: 40, last_accepted_at: Some(last), ..counters(1, 1) };
    (part.buckets, part.acceptances) = (vec![61], vec![2]);
    let status = status(2, &[part], &[]);
    let seconds = status.tiers[0].seconds.expect("two were accepted");
    assert!((seconds.max - 1.5).abs() < f64::EPSILON);
    assert!(seconds.p50 <= seconds.p95 && seconds.p95 <= seconds.max);
    assert_eq!((status.state, status.settled), (State::Settled, true));
    assert_eq!(status.tiers[0].people, 40);
}

#[test]
fn all_twelve_counts_are_always_there_and_tiers_without_groups_are_not() {
    let part = Counters { groups: 1, waiting: 1, ..counters(2, 1) };
    let json = serde_json::to_value(status(1, &[part, counters(3, 1)], &[])).expect("plain");
    assert_eq!(json["counts"].as_object().expect("an object").len(), 12);
    assert_eq!(json["tiers"].as_array().expect("a list").len(), 1);
    assert_eq!(json["tiers"][0]["label"], "GCC2");
    assert!(json["tiers"][0]["seconds"].is_null());
}

#[test]
fn a_draft_has_no_receipts() {
    let draft = Bulletin { published_at: None, stage: Stage::Draft, ..bulletin(0) };
    assert!(Status::of(&draft, &[], &[], true).is_none());
}
