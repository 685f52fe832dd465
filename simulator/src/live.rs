//! The chat as it grows: server-sent events, each a JSON array of new entries, numbered by the last.
//!
//! A page starts with the latest entries and goes on live; after a break the browser says where it
//! was. A reader that lags behind looks at the chat again, so that nothing has to be buffered for it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::control::Control;

/// How many entries a page starts with.
const HISTORY: usize = 200;

/// How long the list waits before it says that something changed: a bulletin changes thousands of
/// chats at once, and one look shows them all.
const PAUSE: Duration = Duration::from_millis(700);

/// `GET /live`: an event `changed` whenever any chat has grown, at most one per pause.
pub(super) async fn stream_list(State(control): State<Control>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = control.platform.changes.subscribe();
    let events = stream::unfold(changes, async |mut changes| {
        if let Err(RecvError::Closed) = changes.recv().await {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
        let behind = changes.resubscribe();
        Some((Ok(Event::default().event("changed").data("list")), behind))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

struct Reader {
    control: Control,
    group: String,
    next: usize,
    changes: Receiver<Arc<str>>,
}

/// `GET /groups/{id}/live`.
pub(super) async fn stream_chat(
    State(control): State<Control>,
    Path(group): Path<String>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = control.platform.changes.subscribe();
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<usize>().ok());
    let length = control.platform.state().chat(&group).map_or(0, |known| known.chat.len());
    let next = match seen {
        Some(last) if last < length => last + 1,
        _ => length.saturating_sub(HISTORY),
    };
    let reader = Reader { control, group, next, changes };
    Sse::new(stream::unfold(reader, next_event)).keep_alive(KeepAlive::default())
}

async fn next_event(mut reader: Reader) -> Option<(Result<Event, Infallible>, Reader)> {
    loop {
        if let Some(event) = reader.new_entries() {
            return Some((Ok(event), reader));
        }
        if let Err(RecvError::Closed) = reader.changes.recv().await {
            return None;
        }
    }
}

impl Reader {
    fn new_entries(&mut self) -> Option<Event> {
        let state = self.control.platform.state();
        let chat = &state.chat(&self.group)?.chat;
        if chat.len() < self.next {
            // the platform was reset: whatever the page shows is gone
            self.next = 0;
            return Some(Event::default().event("cleared").data("chat"));
        }
        let entries = chat.view(self.next);
        let event = Event::default().id(chat.len().checked_sub(1)?.to_string()).json_data(&entries).ok()?;
        let fresh = !entries.is_empty();
        self.next = chat.len();
        fresh.then_some(event)
    }
}
