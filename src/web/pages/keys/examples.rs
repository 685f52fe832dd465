//! The API by example: commands that work as they stand with the visitor's own key, on a bulletin that it sees.

use askama::Template;
use axum::extract::State;
use axum::response::IntoResponse;

use crate::domain::account::Permission;
use crate::store::bulletins::{Filter, list_bulletins};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;

/// Bulletins looked at to find a published one.
const RECENT: i64 = 20;

struct Example {
    about: String,
    command: String,
}

#[derive(Template)]
#[template(path = "keys/examples.html")]
struct Examples {
    subject: Option<String>,
    commands: Vec<Example>,
    may_make_keys: bool,
}

/// The page.
pub async fn show_examples(
    State(app): State<App>,
    visitor: Visitor,
    Conn(mut db): Conn,
) -> Result<impl IntoResponse, Problem> {
    let t = visitor.words;
    let filter = Filter { scope: visitor.caller.scope.to_filter(), ..Filter::default() };
    let recent = list_bulletins(&mut db, &filter, RECENT).await?;
    let bulletin = recent.into_iter().find(|bulletin| bulletin.published_at.is_some());
    let base = format!("{}/api/v1", app.settings.public_url);
    let get = |path: &str| format!("curl -sS -H \"Authorization: Bearer $KEY\" \"{base}/{path}\"");
    let mut commands = vec![Example { about: t.say("keys-example-list"), command: get("bulletins?limit=5") }];
    if let Some(bulletin) = &bulletin {
        let id = bulletin.id;
        let status = get(&format!("bulletins/{id}/status"));
        commands.extend([
            Example { about: t.say("keys-example-status"), command: status.clone() },
            Example {
                about: t.say("keys-example-wait"),
                command: format!(
                    "ETAG=$({} | sed -n 's/^etag: *//Ip' | tr -d '\\r')\n{}",
                    status.replacen("curl -sS", "curl -sS -D - -o /dev/null", 1),
                    get(&format!("bulletins/{id}/status?wait=60")).replacen(
                        "curl -sS",
                        "curl -sS -H \"If-None-Match: $ETAG\"",
                        1
                    ),
                ),
            },
            Example {
                about: t.say("keys-example-deliveries"),
                command: get(&format!("bulletins/{id}/deliveries?limit=20")),
            },
            Example {
                about: t.say("keys-example-failed"),
                command: get(&format!("bulletins/{id}/deliveries?state=failed")),
            },
        ]);
    }
    commands.extend([
        Example { about: t.say("keys-example-changes"), command: get("deliveries") },
        Example { about: t.say("keys-example-groups"), command: get("groups?limit=20") },
        Example { about: t.say("keys-example-coverage"), command: get("coverage") },
    ]);
    let page = Examples {
        subject: bulletin.map(|bulletin| bulletin.subject),
        commands,
        may_make_keys: visitor.may(Permission::ManageKeys),
    };
    Ok(HtmlPage::of(&visitor, page))
}
