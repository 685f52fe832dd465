//! `channel watch`: what a channel's webhook hears, one line for each event, by its form alone.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::time::Duration;

use clap::Args;

use super::channel::find;
use crate::app::AppContext;
use crate::domain::ids::{ChannelId, Code};
use crate::store::webhook_events::{SeenEvent, find_number_before, list_seen};

pub(super) const EXAMPLE: &str = "\
Examples:
  gcc-relay channel watch gcc
  gcc-relay channel watch gcc --last 20 --for 10m

Columns: when it came, LINE's type, the group where the relay acts on it, whether LINE named the person, whether it can be
answered, whether it quotes a message, whether LINE delivers it again, what became of it. An event that was kept before is
not printed a second time.";

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Events that may be seen late: their numbers are given before they are committed.
const LATE: i64 = 1_000;

#[derive(Debug, Args)]
pub(super) struct Watch {
    /// The channel
    code: Code,
    /// Begin with the last N events that came
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=10_000))]
    last: u16,
    /// End after this time, such as `10m`; without it Ctrl-C ends it
    #[arg(long = "for", value_name = "DURATION", value_parser = crate::config::read_duration)]
    duration: Option<Duration>,
    /// End after so many events
    #[arg(long, value_name = "N")]
    count: Option<usize>,
}

impl Watch {
    pub(super) async fn run(self, context: &AppContext) -> anyhow::Result<()> {
        let mut db = context.db.acquire().await?;
        let channel = find(&mut db, &self.code).await?.id;
        let start = find_number_before(&mut db, channel, i64::from(self.last)).await?;
        drop(db);
        writeln!(io::stdout(), "time\ttype\tgroup\tperson\treply token\tquotes\tdelivery\tkept as")?;
        let printing = self.print_as_it_comes(context, channel, start);
        let enough = async {
            match self.duration {
                Some(span) => tokio::time::sleep(span.max(PAUSE)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // what came before is printed, however short the time
            biased;
            done = printing => done,
            stopped = tokio::signal::ctrl_c() => Ok(stopped?),
            () = enough => Ok(()),
        }
    }

    async fn print_as_it_comes(&self, context: &AppContext, channel: ChannelId, start: i64) -> anyhow::Result<()> {
        let mut printed = BTreeSet::new();
        let mut n = 0;
        loop {
            let late = printed.last().copied().unwrap_or(start) - LATE;
            printed = printed.split_off(&late);
            let found = list_seen(&mut *context.db.acquire().await?, channel, start.max(late)).await?;
            for event in found {
                if !printed.insert(event.id) {
                    continue;
                }
                writeln!(io::stdout(), "{}", line_of(&event))?;
                n += 1;
                if self.count.is_some_and(|count| n >= count) {
                    return Ok(());
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn line_of(event: &SeenEvent) -> String {
    let group = match (event.place.as_deref(), &event.group) {
        (_, Some(code)) => code.as_str(),
        // what is not acted on keeps no group
        (Some("group"), None) if event.kind == "other" => "a group",
        (Some("group"), None) => "a group not linked",
        (Some("room"), None) => "a room",
        (Some("user"), None) => "a chat of two",
        _ => "-",
    };
    let word = |yes: bool, word: &'static str| if yes { word } else { "-" };
    let kind = if event.kind == "other" { "not kept" } else { &event.kind };
    let kept =
        [Some(kind), event.note.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(": ").replace('_', " ");
    let received_at = event.received_at.to_string();
    [
        received_at.as_str(),
        event.line_type.as_deref().unwrap_or("-"),
        group,
        if event.named { "named" } else { "not named" },
        word(event.answerable, "reply token"),
        word(event.quotes, "quotes"),
        if event.redelivered { "again" } else { "first" },
        &kept,
    ]
    .join("\t")
}
