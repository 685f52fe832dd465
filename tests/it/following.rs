//! The spans by which one bulletin is followed in the log, from the request to what is recorded of each delivery.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::test_app::{TestApp, Who};

/// A span as it began.
#[derive(Clone, Debug)]
struct Begun {
    name: &'static str,
    within: Option<&'static str>,
    fields: BTreeMap<&'static str, String>,
}

/// Every span and every event of the program, as a subscriber sees them.
#[derive(Clone, Default)]
struct Captured {
    spans: Arc<Mutex<Vec<Begun>>>,
    events: Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>,
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Captured {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if !attributes.metadata().target().starts_with("gcc_relay") {
            return;
        }
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let within = context.span(id).and_then(|span| span.parent()).map(|parent| parent.name());
        let name = attributes.metadata().name();
        self.spans.lock().expect("not poisoned").push(Begun { name, within, fields: fields.0 });
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target().starts_with("gcc_relay") {
            let mut fields = Fields::default();
            event.record(&mut fields);
            self.events.lock().expect("not poisoned").push(fields.0);
        }
    }
}

impl Captured {
    /// The spans called `name` that are about this bulletin.
    fn about(&self, name: &str, bulletin: &str) -> Vec<Begun> {
        let spans = self.spans.lock().expect("not poisoned");
        let about = |span: &&Begun| span.fields.get("bulletin.id").is_some_and(|id| id == bulletin);
        spans.iter().filter(|span| span.name == name).filter(about).cloned().collect()
    }
}

#[tokio::test]
async fn a_bulletin_is_followed_by_its_id_from_the_request_to_the_record() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "forwarding": "automatic" })).await;
    let captured = Captured::default();
    let listening = tracing::subscriber::set_default(Registry::default().with(captured.clone()));
    app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
    app.run().await;
    drop(listening);

    let published = captured.about("publish", &id);
    assert_eq!(published.len(), 1, "{published:?}");
    assert_eq!(published[0].within, Some("request"));
    let requests = captured.spans.lock().expect("not poisoned").clone();
    let route = "/api/v1/bulletins/{id}/publish";
    assert!(requests.iter().any(|span| span.name == "request" && span.fields["http.route"] == route), "{requests:?}");

    let receipt = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries")).await.expect(200);
    let ids_where = |wanted: fn(&Value) -> bool| {
        let items = receipt["items"].as_array().expect("a list").iter().filter(|item| wanted(&item["state"]));
        let mut ids: Vec<&str> = items.map(|item| item["id"].as_str().expect("an id")).collect();
        ids.sort_unstable();
        ids
    };
    let all = ids_where(|_| true);
    // LINE is not called for a group that is not linked
    let accepted = ids_where(|state| state == "accepted");
    assert!(accepted.len() > 1 && all.len() > accepted.len(), "{receipt}");
    for (name, of) in [("claim", &all), ("call", &accepted), ("record", &all)] {
        let spans = captured.about(name, &id);
        let mut deliveries: Vec<String> = spans.iter().map(|span| span.fields["delivery.id"].clone()).collect();
        deliveries.sort();
        assert_eq!(deliveries, *of, "{name}");
        for span in spans {
            let fields: Vec<&str> = span.fields.keys().copied().collect();
            assert_eq!(fields, ["bulletin.id", "channel.id", "delivery.id"], "{name}");
        }
    }

    // ids only: no LINE group, no text, no token
    let told = format!("{:?} {:?}", requests, captured.events.lock().expect("not poisoned"));
    for secret in ["Clpn", "token-of-the-tests", "การ", "Bearer"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}
