//! Chats of two: who can be pushed to, what it is counted, and what people do there.

use serde_json::json;

use super::{GROUP, clock, config, start};
use crate::{ChannelChange, GroupEvent, GroupEventError, Quota};

fn greeting(to: &str) -> serde_json::Value {
    json!({ "to": to, "messages": [{ "type": "text", "text": "สวัสดี" }] })
}

#[tokio::test]
async fn only_a_friend_is_pushed_to_and_counts_as_one_message() {
    let (simulator, caller) = start(config(&clock())).await;
    let control = simulator.control();
    control
        .change_channel("opm", ChannelChange { quota: Some(Quota::Limited(10)), ..ChannelChange::default() })
        .unwrap();
    let user = control.user_id(GROUP, 2);
    assert_eq!(caller.push(&greeting(&user), 1).await.status, 400, "a member of a group is no friend by that");
    control.happen(GROUP, GroupEvent::Follow { member: 2 }).await.unwrap();
    assert_eq!(caller.push(&greeting(&user), 2).await.status, 200);
    assert_eq!((control.channels()[0].used, control.counts().direct, control.counts().accepted), (1, 1, 0));
    assert_eq!(control.accepted(Some(&user)).len(), 1);
}

#[tokio::test]
async fn to_whoever_blocked_the_account_a_push_is_answered_and_shows_nothing() {
    let (simulator, caller) = start(config(&clock())).await;
    let control = simulator.control();
    let user = control.user_id(GROUP, 2);
    control.happen(GROUP, GroupEvent::Follow { member: 2 }).await.unwrap();
    control.happen(GROUP, GroupEvent::Unfollow { member: 2 }).await.unwrap();
    assert_eq!(caller.push(&greeting(&user), 1).await.status, 200);
    assert_eq!((control.channels()[0].used, control.accepted(Some(&user)).len()), (0, 0));
    let write = GroupEvent::DirectMessage { member: 2, text: "x".to_owned() };
    let refused = control.happen(GROUP, write).await.unwrap_err();
    assert!(matches!(refused, crate::ControlError::GroupEvent(GroupEventError::NoFriend)), "{refused}");
}

#[tokio::test]
async fn a_person_may_be_a_member_of_two_groups() {
    let (simulator, _) = start(config(&clock())).await;
    let control = simulator.control();
    let user = control.user_id(GROUP, 2);
    control.put_person(GROUP, 4, &user).unwrap();
    assert_eq!(control.user_id(GROUP, 4), user);
    control.happen(GROUP, GroupEvent::Follow { member: 4 }).await.unwrap();
    control.happen(GROUP, GroupEvent::DirectMessage { member: 2, text: "สวัสดี".to_owned() }).await.unwrap();
    assert!(control.chat(&user).iter().any(|line| line.ends_with("สวัสดี")), "{:?}", control.chat(&user));
}
