use super::*;
use crate::domain::ids::GroupId;
use crate::relay::draft_rules::{DraftFault, check_fields};
use crate::relay::drafts::blank;
use rstest::rstest;
use serde_json::{Value, json};

fn now() -> Timestamp {
    Timestamp::from_second(1_521_770_400)
}

fn apply(input: Value) -> Result<Draft, Vec<String>> {
    let input: DraftInput = serde_json::from_value(input).expect("the fields have their types");
    let mut errors = Vec::new();
    let draft = input.apply(blank(GroupId(1)), now(), &mut errors);
    let faults = check_fields(&draft, now());
    let told: Vec<String> =
        errors.into_iter().map(|error| error.pointer).chain(faults.iter().map(DraftFault::pointer)).collect();
    if told.is_empty() { Ok(draft) } else { Err(told) }
}

fn with(field: &str, value: Value) -> Value {
    let mut input = json!({ "subject": "การประชุม", "body": "ขอเชิญประชุม" });
    input[field] = value;
    input
}

#[test]
fn subject_and_text_are_enough() {
    let draft = apply(json!({ "subject": "การประชุม", "body": "ขอเชิญประชุม" })).expect("enough");
    assert_eq!((draft.kind, draft.urgency), (Kind::News, Urgency::Routine));
    assert!(draft.acknowledgement.requested);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let told = apply(json!({
        "subject": "เอกสารลับ",
        "kind": "withdrawal",
        "document_date": "32 มีนาคม 2561",
        "audience": { "tiers": [4], "provinces": [] },
        "links": ["ftp://x.go.th", { "label": "", "url": "https://x.go.th" }],
        "expires_at": "2018-03-01T00:00:00Z",
    }))
    .expect_err("much is wrong");
    for pointer in [
        "/subject",
        "/body",
        "/kind",
        "/document_date",
        "/audience/tiers/0",
        "/audience/provinces",
        "/links/0",
        "/expires_at",
    ] {
        assert!(told.contains(&pointer.to_owned()), "{pointer} in {told:?}");
    }
}

#[rstest]
#[case("2018-03-23")]
#[case("๒๓ มีนาคม ๒๕๖๑")]
#[case("23 มี.ค. 61")]
fn a_letters_date_is_read_in_any_of_its_forms(#[case] text: &str) {
    let draft = apply(with("document_date", json!(text))).expect("a date");
    assert_eq!(draft.document_date.as_deref(), Some("2018-03-23"));
}

#[test]
fn a_buddhist_year_in_a_common_date_is_refused_and_not_guessed_at() {
    assert_eq!(apply(with("document_date", json!("2561-03-23"))).expect_err("543 years on"), ["/document_date"]);
}

#[test]
fn a_plain_address_is_labelled_with_its_host() {
    let links = apply(with("links", json!(["https://www.moi.go.th/a b"]))).expect("a link").links;
    assert_eq!((links[0].label.as_str(), links[0].url.as_str()), ("www.moi.go.th", "https://www.moi.go.th/a%20b"));
}

#[test]
fn a_correction_names_what_it_corrects_and_news_do_not() {
    assert_eq!(apply(with("kind", json!("correction"))).expect_err("of what?"), ["/about"]);
    let about = json!("019630d5-0000-7000-8000-000000000000");
    assert_eq!(apply(with("about", about)).expect_err("no correction"), ["/about"]);
}

#[test]
fn a_change_leaves_what_it_does_not_name_and_null_puts_the_default_back() {
    let base = apply(with("document_number", json!("มท 0206.2/ว 1620"))).expect("a draft");
    let base = Draft { urgency: Urgency::Urgent, ..base };
    let change: DraftInput =
        serde_json::from_value(json!({ "document_number": null, "acknowledgement": false })).expect("typed");
    let mut errors = Vec::new();
    let changed = change.apply(base, now(), &mut errors);
    assert_eq!(errors, []);
    assert_eq!((changed.urgency, changed.document_number), (Urgency::Urgent, None));
    assert_eq!(changed.subject, "การประชุม");
    assert!(!changed.acknowledgement.requested);
}
