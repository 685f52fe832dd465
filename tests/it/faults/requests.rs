//! Requests that nobody thought of: made from the OpenAPI document itself, good ones and spoilt ones, by every role.
//!
//! Whatever comes, each answer is one that the document names, of the shape that it says, and never a failure of the
//! server. And what the document allows is taken reasonably often, or it says too little of what the code demands.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::string::string_regex;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::test_cluster::{scaled, seed};
use crate::api_document::{differences, document, named, operations};
use crate::test_app::{Answer, TestApp, Who};

/// Operations that are not asked: each holds its answer open, or needs what no document can say.
const LEFT_OUT: &[(&str, &str)] = &[
    ("POST /line/webhook/{channel}", "is signed"),
    ("GET /metrics", "is served by the program"),
    ("POST /api/v1/images", "takes a picture"),
    ("GET /api/v1/openapi.json", "is the document itself"),
];

/// A share of fewer requests than this says nothing.
const MEANS_SOMETHING: u32 = 20;

/// Makes values as schemas ask for them.
struct Maker<'a> {
    document: &'a Value,
    chance: StdRng,
    runner: TestRunner,
    /// Names of things that are there, by the schema or parameter that asks for them.
    known: BTreeMap<&'static str, Vec<String>>,
    now: jiff::Timestamp,
}

impl<'a> Maker<'a> {
    fn new(document: &'a Value, seed: u64, now: jiff::Timestamp) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let runner = TestRunner::new_with_rng(Config::default(), rng);
        Self { document, chance: StdRng::seed_from_u64(seed), runner, known: BTreeMap::new(), now }
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.chance.random_range(0..n) == 0
    }

    fn pick<'b, T>(&mut self, of: &'b [T]) -> Option<&'b T> {
        if of.is_empty() { None } else { of.get(self.chance.random_range(0..of.len())) }
    }

    fn known(&mut self, name: &str) -> Option<String> {
        let known = self.known.get(name).cloned().unwrap_or_default();
        self.pick(&known).cloned()
    }

    /// A value of the schema.
    fn value(&mut self, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or_default();
            if !self.one_in(10)
                && let Some(known) = self.known(name)
            {
                return json!(known);
            }
            return self.value(named(self.document, reference));
        }
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let choice = self.pick(choices).expect("a choice");
            return self.value(choice);
        }
        if let Some(words) = schema["enum"].as_array() {
            return self.pick(words).expect("a word").clone();
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        match *self.pick(&types).unwrap_or(&"object") {
            "null" => Value::Null,
            "boolean" => json!(self.chance.random::<bool>()),
            "integer" | "number" => self.number(schema),
            "string" => json!(self.text(schema)),
            "array" => {
                let least = schema["minItems"].as_u64().unwrap_or(0);
                let most = schema["maxItems"].as_u64().unwrap_or(3).min(least + 2);
                let length = self.chance.random_range(least..=most);
                Value::Array((0..length).map(|_| self.value(&schema["items"])).collect())
            }
            _ => self.object(schema),
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str()) || self.one_in(4) {
                let value = self.value(property);
                object.insert(name.clone(), value);
            }
        }
        Value::Object(object)
    }

    fn number(&mut self, schema: &Value) -> Value {
        let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
        let edge = if schema["format"] == "int64" { i64::MAX } else { i64::from(i32::MAX) };
        let (least, most) = (least.unwrap_or(-edge), most.unwrap_or(edge));
        match self.chance.random_range(0..6) {
            0 => json!(least),
            1 => json!(most),
            2 => json!(1.clamp(least, most)),
            _ => json!(self.chance.random_range(least..=most)),
        }
    }

    fn text(&mut self, schema: &Value) -> String {
        match schema["format"].as_str() {
            Some("date-time") => {
                // mostly ahead, as what is planned is
                let hours: i64 = self.chance.random_range(-24..24 * 60);
                return (self.now + jiff::SignedDuration::from_hours(hours)).to_string();
            }
            Some("uuid") => return uuid::Uuid::from_u128(self.chance.random()).to_string(),
            Some("uri") => return self.matching("https?://[a-z]{1,9}(\\.[a-z]{2,5}){1,2}(/[!-~ก-ฮ]{0,20})?"),
            _ => {}
        }
        let (least, most) = (schema["minLength"].as_u64().unwrap_or(0), schema["maxLength"].as_u64().unwrap_or(200));
        for _ in 0..20 {
            let text = match schema["pattern"].as_str() {
                Some(pattern) => self.matching(pattern.trim_start_matches('^').trim_end_matches('$')),
                None => self.matching("\\PC{0,24}"),
            };
            if (least..=most).contains(&(text.chars().count() as u64)) {
                return text;
            }
        }
        "x".repeat(usize::try_from(least.max(1)).expect("short"))
    }

    fn matching(&mut self, pattern: &str) -> String {
        let strategy = string_regex(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        strategy.new_tree(&mut self.runner).expect("a text").current()
    }

    /// A body with something wrong in it.
    fn corrupt(&mut self, body: Value) -> Value {
        let odd = [
            json!(null),
            json!(-1),
            json!(1e300),
            json!(""),
            json!("\u{0}"),
            json!("ก".repeat(30_000)),
            json!([]),
            json!({}),
            json!([[[{ "a": [] }]]]),
            json!("2569-08-01T09:00:00+07:00"),
            json!(true),
        ];
        let odd = self.pick(&odd).expect("something").clone();
        let Value::Object(mut fields) = body else { return odd };
        if fields.is_empty() || self.one_in(4) {
            fields.insert("unheard_of".to_owned(), odd);
        } else {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = self.pick(&names).expect("a name").clone();
            if self.one_in(3) {
                fields.remove(&name);
            } else {
                fields.insert(name, odd);
            }
        }
        Value::Object(fields)
    }
}

/// What is asked of the server.
struct Asked {
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Value>,
    spoilt: bool,
}

fn ask(maker: &mut Maker<'_>, pattern: &str, operation: &Value) -> Asked {
    let (mut path, mut query, mut headers) = (pattern.to_owned(), Vec::new(), Vec::new());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a name");
        let value = match (pattern, name) {
            ("/api/v1/deliveries/{id}" | "/api/v1/deliveries/{id}/retry", "id") => {
                maker.known("DeliveryId").map(Value::from)
            }
            ("/api/v1/channels/{code}/park" | "/api/v1/channels/{code}/resume", "code") => Some(json!("gcc")),
            ("/api/v1/offices/{code}", "code") | (_, "office") => Some(json!("lamphun")),
            (_, "code" | "group" | "under") => maker.known("Code").map(Value::from),
            // nobody waits here
            (_, "wait") => Some(json!(0)),
            _ => None,
        };
        let value = match value {
            Some(value) if !maker.one_in(5) => value,
            _ => maker.value(&parameter["schema"]),
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match parameter["in"].as_str() {
            Some("path") => {
                let part: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
                let part =
                    if matches!(part.as_str(), "" | "." | "..") { "x".to_owned() } else { part.replace('+', "%20") };
                path = path.replace(&format!("{{{name}}}"), &part);
            }
            Some("query") if name == "wait" || maker.one_in(3) => query.push((name.to_owned(), text)),
            Some("header") if maker.one_in(2) && !value.is_null() => {
                let plain: String = text.chars().filter(|c| ('!'..='~').contains(c)).collect();
                headers.push((name.to_owned(), plain));
            }
            _ => {}
        }
    }
    if maker.one_in(15) {
        query.push(("unheard_of".to_owned(), "1".to_owned()));
    }
    if !query.is_empty() {
        path = format!("{path}?{}", serde_urlencoded::to_string(&query).expect("plain"));
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let spoilt = maker.one_in(4);
    let body = (!schema.is_null()).then(|| {
        let body = maker.value(schema);
        if spoilt { maker.corrupt(body) } else { body }
    });
    Asked { path, headers, body, spoilt }
}

/// What is wrong with an answer by the document.
fn faults(document: &Value, operation: &Value, answer: &Answer) -> Vec<String> {
    if answer.status >= 500 {
        return vec![format!("the server failed with {}: {}", answer.status, answer.text)];
    }
    let said = &operation["responses"][answer.status.to_string()];
    if said.is_null() {
        return vec![format!("{} is not named by the document: {}", answer.status, answer.text)];
    }
    let kind = answer.header("content-type");
    let plain = kind.split(';').next().unwrap_or_default();
    let Some(content) = said["content"].as_object() else {
        let empty = answer.text.is_empty();
        return if empty { Vec::new() } else { vec![format!("a body of {kind} that is not named")] };
    };
    let Some(content) = content.get(kind).or(content.get(plain)) else {
        return vec![format!("{} as {kind} is not named", answer.status)];
    };
    if !plain.ends_with("json") {
        return Vec::new();
    }
    match serde_json::from_str(&answer.text) {
        Ok(value) => differences(document, &content["schema"], &value, "answer"),
        Err(error) => vec![format!("is no JSON: {error}")],
    }
}

/// Things in every state, so that requests meet something.
async fn prepare_data(app: &TestApp, maker: &mut Maker<'_>) {
    let (draft, submitted, held) = (app.write().await, app.write().await, app.held().await);
    app.post(&Who::Admin, &format!("bulletins/{submitted}/submit"), json!({})).await;
    let scheduled = app.write().await;
    let at = app.now() + Duration::from_hours(24);
    app.post(&Who::Admin, &format!("bulletins/{scheduled}/publish"), json!({ "at": at })).await;
    let lost = app
        .texts(
            "select delivery_id(published_at, bulletin_no, group_id)::text
        from deliveries join bulletins on no = bulletin_no order by random() limit 8",
        )
        .await;
    maker.known.insert("BulletinId", vec![draft, submitted, held.clone(), held, scheduled]);
    maker.known.insert("DeliveryId", lost);
    let codes = ["gcc1", "lpn", "lpn-com", "cmi", "cmi-far", "moi"].map(str::to_owned);
    maker.known.insert("Code", codes.to_vec());
}

/// How often what the document allows was taken, by operation.
#[derive(Default)]
struct Share {
    taken: u32,
    of: u32,
}

#[tokio::test]
async fn whatever_is_asked_the_answer_is_one_that_the_document_names() {
    let app = TestApp::new().await;
    let document = document();
    let mut maker = Maker::new(&document, seed(), app.now().into());
    let (mut wrong, mut shares) = (Vec::new(), BTreeMap::<String, Share>::new());
    for round in 0..scaled(8, 150) {
        if round % 4 == 0 {
            prepare_data(&app, &mut maker).await;
        }
        for (method, pattern, operation) in operations(&document) {
            let name = format!("{method} {pattern}");
            if LEFT_OUT.iter().any(|(left_out, _)| *left_out == name) {
                continue;
            }
            let who = if maker.one_in(3) { *maker.pick(&Who::ALL).expect("somebody") } else { Who::Admin };
            let asked = ask(&mut maker, &pattern, operation);
            let answer = send(&app, who, &method, &asked).await;
            let found = faults(&document, operation, &answer);
            wrong.extend(
                found.into_iter().map(|fault| format!("{who:?} {method} {} {:?}: {fault}", asked.path, asked.body)),
            );
            if who == Who::Admin && asked.body.is_some() && !asked.spoilt {
                let share = shares.entry(name).or_default();
                share.of += 1;
                share.taken += u32::from(!matches!(answer.status, 400 | 415 | 422));
            }
        }
        // what was sent is worked on as it would be
        app.run().await;
    }
    for (name, share) in &shares {
        println!("{:>3} % of {:>3} taken: {name}", share.taken * 100 / share.of, share.of);
        let enough = share.of < MEANS_SOMETHING || share.taken * 5 >= share.of;
        assert!(enough, "{name}: the document allows what is refused, {} of {}", share.of - share.taken, share.of);
    }
    assert!(wrong.is_empty(), "{} of these: {wrong:#?}", wrong.len());
}

async fn send(app: &TestApp, who: Who, method: &Method, asked: &Asked) -> Answer {
    let mut request = app.request(&who, method.clone(), &asked.path);
    for (name, text) in &asked.headers {
        request = request.header(name, text);
    }
    if let Some(body) = &asked.body {
        request = request.json(body);
    }
    app.send(request).await
}
