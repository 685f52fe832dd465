use super::*;
use crate::domain::delivery::Reason;
use crate::domain::ids::{BulletinNo, GroupId};
use crate::domain::outcome::ParkReason;

/// A delivery of a provincial group whose turn has come.
pub(in crate::web::view) fn row(state: State) -> rows::Delivery {
    let at = Timestamp::from_second(1_521_770_400);
    rows::Delivery {
        id: DeliveryId::of(at, BulletinNo(578_000_001), GroupId(7)),
        bulletin_id: BulletinId::new(at),
        group_id: GroupId(7),
        group: "gcc2-lamphun".to_owned(),
        group_name: "GCC2-จังหวัดลำพูน".to_owned(),
        office: "lamphun".to_owned(),
        office_name: "จังหวัดลำพูน".to_owned(),
        province: Some("ลำพูน".to_owned()),
        parent_group: Some("gcc1".to_owned()),
        parent_name: Some("GCC1-รัฐบาล".to_owned()),
        channel: "main".to_owned(),
        tier: 2,
        state,
        claimed: false,
        channel_parked: None,
        paused: false,
        reason: None,
        bypassed_parent: false,
        outcome_open: false,
        attempts: 0,
        members: 45,
        acknowledged: 0,
        unnamed: 0,
        steward_at: None,
        reported: None,
        reported_at: None,
        reported_by: None,
        reported_comment: None,
        eligible_at: Some(at),
        release_at: None,
        due_at: None,
        ended_at: None,
        forwarded_by: None,
        declined_because: None,
        subject: "เรื่อง".to_owned(),
        steward_title: Some("ผู้ว่าราชการจังหวัดลำพูน".to_owned()),
        line_request_id: None,
        line_message_ids: None,
        published_at: Some(at),
        heard_at: None,
        heard_verdict: None,
        heard_messages: 0,
        heard_by_steward: None,
        card_taken_at: None,
        card_message_ids: None,
        changed: 1,
    }
}

fn next(row: rows::Delivery) -> (String, Action, Option<Timestamp>) {
    let next = Delivery::of(row).next.expect("somebody's turn");
    (next.who, next.action, next.at)
}

#[test]
fn a_held_delivery_is_its_stewards_turn_until_it_goes_on_by_itself() {
    let release_at = Some(Timestamp::from_second(1_521_774_000));
    let held = rows::Delivery { release_at, ..row(State::Held) };
    assert_eq!(next(held), ("ผู้ว่าราชการจังหวัดลำพูน".to_owned(), Action::Forward, release_at));
    let nobody = rows::Delivery { steward_title: None, ..row(State::Held) };
    assert_eq!(next(nobody).0, "gcc2-lamphun");
}

#[test]
fn a_waiting_delivery_waits_for_the_group_above() {
    assert_eq!(next(row(State::Waiting)), ("gcc1".to_owned(), Action::WaitForParent, None));
    let step = Delivery::of(row(State::Waiting)).next.expect("a step");
    assert_eq!(step.called(), "GCC1-รัฐบาล", "pages do not show codes");
}

#[test]
fn parked_wins_over_sending_and_says_why() {
    let parked = rows::Delivery { claimed: true, channel_parked: Some(ParkReason::QuotaUsedUp), ..row(State::Ready) };
    let shown = Delivery::of(parked.clone());
    assert_eq!((shown.state, shown.reason.expect("a reason").code.as_str()), (DeliveryState::Parked, "quota_used_up"));
    assert_eq!(next(parked).1, Action::FreeQuota);
    let paused = Delivery::of(rows::Delivery { paused: true, ..row(State::Ready) });
    assert_eq!(
        (paused.state, paused.reason.expect("a reason").code.as_str()),
        (DeliveryState::Parked, "bulletin_paused")
    );
}

#[test]
fn a_claimed_delivery_is_sending() {
    assert_eq!(Delivery::of(rows::Delivery { claimed: true, ..row(State::Ready) }).state, DeliveryState::Sending);
}

#[test]
fn an_accepted_delivery_needs_nobody_any_more() {
    let at = Some(Timestamp::from_second(1_521_770_402));
    let accepted = Delivery::of(rows::Delivery { ended_at: at, ..row(State::Accepted) });
    assert_eq!((accepted.next, accepted.times.accepted_at), (None, at));
}

#[test]
fn a_reason_is_told_in_both_languages() {
    let gone = Delivery::of(rows::Delivery { reason: Some(Reason::NotLinked), ..row(State::Unreachable) });
    let reason = gone.reason.expect("a reason");
    assert_eq!(reason.code, "not_linked");
    assert_eq!((reason.text.en, reason.text.th), (Reason::NotLinked.english(), Reason::NotLinked.thai()));
    assert_eq!(gone.next.expect("operators").action, Action::LinkGroup);
}
