//! LINE answers 429: for one group, for the whole channel, with words that its own quota does not bear out.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::relay::test_driver::start_dispatcher;
use gcc_relay::simulator::{Endpoint, Fault, FaultRule};
use gcc_relay::store::attempts::list_attempts;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::test_relay::TestRelay;

fn pushes(relay: &TestRelay, status: &str) -> u64 {
    let calls = relay.line().counts().calls;
    calls.get(&Endpoint::Push).and_then(|by_status| by_status.get(status)).copied().unwrap_or(0)
}

#[tokio::test]
async fn a_group_that_line_refuses_while_it_takes_others_is_put_off_by_itself() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::Rate429).group("Cmoi")]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    let refused = relay.delivery(id, "moi").await;
    assert_eq!((refused.state, refused.attempts, refused.reason), (State::Ready, 1, Some(Reason::LineBusy)));
    assert_eq!(refused.due_at, Some(relay.now() + Duration::from_secs(5)));
    assert!(!refused.outcome_open);
    assert!(
        relay
            .states(id)
            .await
            .into_iter()
            .all(|(group, state)| { group == "moi" || group == "cmi-far" || state == State::Accepted })
    );
    assert!(pushes(&relay, "429") < 10, "a handful of calls, not {}", pushes(&relay, "429"));
    let kept = list_attempts(&mut *relay.db().await, refused.id).await.expect("attempts");
    assert_eq!(kept.iter().map(|attempt| attempt.status).collect::<Vec<_>>(), [Some(429), Some(429)]);
    assert!(kept.iter().all(|attempt| attempt.detail.is_some()), "LINE's words are kept: {kept:?}");
    relay.faults([]);
    relay.after(Duration::from_secs(5)).await;
    assert_eq!(relay.states(id).await["moi"], State::Accepted);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn a_channel_that_is_refused_is_tried_with_one_call_at_a_time() {
    let mut relay = TestRelay::new().await;
    let pause = Duration::from_millis(50);
    let settings = Arc::make_mut(&mut relay.engine.settings);
    (settings.snooze_start, settings.snooze_max) = (pause, pause);
    relay.faults([FaultRule::always(Fault::Quota429).endpoint(Endpoint::Push)]);
    // three bulletins are ready at the root at once
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(relay.publish_automatic().await);
    }
    let (began, stop) = (Instant::now(), CancellationToken::new());
    let started = start_dispatcher(&relay.engine, relay.channel, None, Arc::new(Notify::new()), stop.clone()).await;
    let running = started.expect("a dispatcher").expect("ours");
    while pushes(&relay, "429") < 10 {
        tokio::task::yield_now().await;
    }
    // the first three at once, then one after each pause
    assert!(began.elapsed() >= 6 * pause, "ten calls in {:?}", began.elapsed());
    stop.cancel();
    running.await.expect("it ends");
    let root = relay.delivery(ids[0], "gcc1").await;
    let kept = list_attempts(&mut *relay.db().await, root.id).await.expect("attempts");
    assert_eq!(kept.len(), 1, "the first refusal is kept, not each: {kept:?}");
    assert!(kept[0].detail.as_deref().is_some_and(|words| words.contains("monthly limit")), "{kept:?}");
    relay.faults([]);
    relay.run().await;
    for id in ids {
        assert_eq!(relay.states(id).await["gcc1"], State::Accepted);
        relay.assert_exact(id).await;
    }
}
