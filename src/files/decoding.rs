//! Decoding of what was uploaded, which takes much memory: in turns, and off the threads that serve requests.
//!
//! A turn belongs to the work and not to whoever waits for it: a request that is dropped leaves its work running, and no other begins in its
//! place before that has ended.

use std::sync::{Arc, LazyLock};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Uploads decoded at the same time: each may take a few hundred megabytes.
static TURNS: LazyLock<Turns> = LazyLock::new(|| Turns::new(2));

/// The decoder broke down.
#[derive(Debug, thiserror::Error)]
#[error("the decoder broke down")]
pub struct BrokenDown(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Does `work` when its turn comes.
///
/// # Errors
/// [`BrokenDown`] where it panics.
pub async fn decode<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, BrokenDown> {
    TURNS.decode(work).await
}

/// How many may work at the same time.
struct Turns(Arc<Semaphore>);

impl Turns {
    fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most)))
    }

    async fn decode<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, BrokenDown> {
        let turn = Arc::clone(&self.0).acquire_owned().await.map_err(|error| BrokenDown(Box::new(error)))?;
        let done = spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| BrokenDown(Box::new(error)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn work_keeps_its_turn_when_nobody_waits_for_it_any_more() {
        let turns = Arc::new(Turns::new(1));
        let (begun, begins) = channel();
        let (go_on, waits) = channel::<()>();
        let slow = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move {
                let work = move || {
                    begun.send(()).expect("the test listens");
                    waits.recv().expect("the test lets it go on");
                };
                turns.decode(work).await
            }
        });
        spawn_blocking(move || begins.recv()).await.expect("no panic").expect("it has begun");
        slow.abort();
        assert!(slow.await.is_err_and(|error| error.is_cancelled()));
        assert_eq!(turns.0.available_permits(), 0, "it still works");
        go_on.send(()).expect("it still works");
        assert_eq!(turns.decode(|| 7).await.expect("its turn comes"), 7);
    }

    #[tokio::test]
    async fn work_that_panics_is_told_and_gives_its_turn_back() {
        let turns = Turns::new(1);
        assert!(turns.decode(|| panic!("a bad upload")).await.is_err());
        assert_eq!(turns.decode(|| 7).await.expect("its turn comes"), 7);
    }
}
