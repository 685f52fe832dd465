//! What outlives the process.

use std::time::Duration;

use super::{GROUP, clock, config, start, text};
use crate::{ChannelChange, Fault, FaultRule, GroupEvent};

#[tokio::test]
async fn chats_keys_consumption_and_faults_are_there_after_a_restart() {
    let (clock, directory) = (clock(), tempfile::tempdir().unwrap());
    let configured = || {
        let mut config = config(&clock);
        config.data_dir = Some(directory.path().to_owned());
        config
    };
    let (simulator, caller) = start(configured()).await;
    let control = simulator.control().clone();
    let first = caller.push(&text("ข่าว\nบรรทัดสอง"), 1).await;
    control.happen(GROUP, GroupEvent::Message { member: 2, text: "รับทราบ".to_owned() }).await.unwrap();
    control.change_channel("opm", ChannelChange { rate: Some(3_000), ..Default::default() }).unwrap();
    let rule = FaultRule::always(Fault::Status { status: 503 }).times(2);
    control.set_faults(vec![rule.clone()]).unwrap();
    assert_eq!(caller.push(&text("อื่น"), 2).await.status, 503);
    let chat = control.chat(GROUP);
    simulator.stop().await;

    let (simulator, caller) = start(configured()).await;
    assert_eq!(simulator.control().chat(GROUP), chat);
    assert_eq!(simulator.control().faults(), [rule.times(1)]);
    assert_eq!(simulator.control().channels()[0].used, 5);
    assert_eq!(caller.push(&text("อื่น"), 2).await.status, 503);
    clock.advance(Duration::from_hours(23));
    let again = caller.push(&text("ข่าว\nบรรทัดสอง"), 1).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.header("x-line-accepted-request-id"), first.header("x-line-request-id"));
    assert_eq!(again.json()["sentMessages"], first.json()["sentMessages"]);
    let next = caller.push(&text("ใหม่"), 3).await.json();
    let id = |answer: &serde_json::Value| answer["sentMessages"][0]["id"].as_str().unwrap().parse::<u64>().unwrap();
    assert!(id(&next) > id(&first.json()));
}
