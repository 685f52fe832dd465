//! What became of a bulletin at the local authorities of each district: one by one, by district, and which have no receipt.

use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};
use crate::test_relay::{SMALL_TREE, TestRelay};

/// The small tree with local authorities: two below the district of Lamphun, of which one has a LINE group, one of Lamphun below no
/// district, one below the district of Chiang Mai.
pub fn with_local_authorities() -> String {
    let rows = [
        "lpn-la1,lpn-dist,3,อบต.เหมืองง่า,la1,องค์การบริหารส่วนตำบลเหมืองง่า,local_authority,51,gcc,Clpnla1,20,25,automatic,,",
        "lpn-la2,lpn-dist,3,ทต.อุโมงค์,la2,เทศบาลตำบลอุโมงค์,local_authority,51,gcc,,20,25,automatic,,",
        "lpn-pao,lpn,3,อบจ.ลำพูน,pao,องค์การบริหารส่วนจังหวัดลำพูน,local_authority,51,gcc,Clpnpao,20,25,automatic,,",
        "cmi-la1,cmi-far,3,อบต.อมก๋อย,la3,องค์การบริหารส่วนตำบลอมก๋อย,local_authority,50,gcc,,20,25,automatic,,",
    ];
    format!("{SMALL_TREE}{}\n", rows.join("\n"))
}

async fn app() -> TestApp {
    TestApp::on(TestRelay::with_tree(&with_local_authorities()).await).await
}

fn codes(list: &Value) -> Vec<&str> {
    list["items"].as_array().expect("a list").iter().map(|item| item["group"].as_str().expect("a code")).collect()
}

#[tokio::test]
async fn a_district_sees_the_receipt_of_each_of_its_local_authorities_and_who_has_none() {
    let app = app().await;
    let id = app.relayed().await;
    let district = app.key(gcc_relay::domain::account::Role::Coordinator, Some("lamphun-d1")).await;
    let list = app.get(&district, &format!("bulletins/{id}/local-authorities")).await.expect(200);
    assert_eq!(codes(&list), ["lpn-la1", "lpn-la2"]);
    let first = &list["items"][0];
    assert_eq!((&first["state"], &first["missing"]), (&json!("accepted"), &json!(false)));
    assert_eq!((&first["district"], &first["acknowledged"]), (&json!("lamphun-d1"), &json!(0)));
    let second = &list["items"][1];
    assert_eq!((&second["state"], &second["missing"]), (&json!("unreachable"), &json!(true)));
    let missing = app.get(&district, &format!("bulletins/{id}/local-authorities?missing=true")).await.expect(200);
    assert_eq!(codes(&missing), ["lpn-la2"]);
    // whoever is called by the district and reads it aloud has it
    let spread = json!({ "bulletin_id": id, "office": "la2", "medium": "wired_loudspeaker", "area": "510103" });
    app.post(&district, "disseminations", spread).await.expect(201);
    let missing = app.get(&district, &format!("bulletins/{id}/local-authorities?missing=true")).await.expect(200);
    assert_eq!(codes(&missing), Vec::<&str>::new());
    let sums = app.get(&district, &format!("bulletins/{id}/local-authorities/districts")).await.expect(200);
    let own = json!({
        "district": "lamphun-d1", "district_name": "อำเภอเมืองลำพูน", "province": "51", "groups": 2, "accepted_or_seen": 1,
        "acknowledged": 0, "reported": 0, "read_back": 0, "disseminated": 1, "missing": 0,
    });
    assert_eq!(sums["items"], json!([own]));
}

#[tokio::test]
async fn everybody_sees_the_local_authorities_of_the_own_part_of_the_tree() {
    let app = app().await;
    let id = app.relayed().await;
    let path = format!("bulletins/{id}/local-authorities");
    for (who, sees) in [
        (Who::Admin, vec!["cmi-la1", "lpn-la1", "lpn-la2", "lpn-pao"]),
        (Who::Steward, vec!["lpn-la1", "lpn-la2", "lpn-pao"]),
        (Who::Agency, vec![]),
    ] {
        assert_eq!(codes(&app.get(&who, &path).await.expect(200)), sees, "{who:?}");
    }
    let sums = app.get(&Who::Admin, &format!("{path}/districts")).await.expect(200);
    let districts: Vec<_> =
        sums["items"].as_array().expect("a list").iter().map(|sum| (&sum["district"], &sum["groups"])).collect();
    let (far, near) = (json!("chiangmai-far"), json!("lamphun-d1"));
    assert_eq!(districts, [(&far, &json!(1)), (&near, &json!(2)), (&Value::Null, &json!(1))]);
    let narrowed = app.get(&Who::Steward, &format!("{path}?district=lamphun-d1&limit=1")).await.expect(200);
    assert_eq!(codes(&narrowed), ["lpn-la1"]);
    let cursor = narrowed["next_cursor"].as_str().expect("a cursor");
    let next = app.get(&Who::Steward, &format!("{path}?district=lamphun-d1&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!(codes(&next), ["lpn-la2"]);
    app.get(&Who::Steward, &format!("{path}?district=chiangmai-far")).await.problem(404);
    let draft = app.write().await;
    app.get(&Who::Admin, &format!("bulletins/{draft}/local-authorities")).await.problem(404);
}

#[tokio::test]
async fn what_was_reported_on_behalf_of_a_local_authority_counts_and_stands_apart() {
    let app = app().await;
    let id = app.relayed().await;
    let steward = app.sign_in(Who::Steward).await;
    let page = steward.open(&format!("/local-authorities/{id}?show=missing&district=lamphun-d1")).await;
    assert!(page.text.contains("เทศบาลตำบลอุโมงค์") && !page.text.contains("องค์การบริหารส่วนตำบลเหมืองง่า"), "{}", page.text);
    let delivery = app.delivery_of(&id, "lpn-la2").await;
    let told = [("what", "acknowledged"), ("comment", "โทรศัพท์แจ้งแล้ว")];
    let answer = steward.submit(&format!("/deliveries/{delivery}/report"), &told).await;
    assert!(answer.status == 303, "{}", answer.text);
    let page = steward.open(&format!("/local-authorities/{id}?show=missing&district=lamphun-d1")).await;
    assert!(!page.text.contains("เทศบาลตำบลอุโมงค์"), "{}", page.text);
    let file = steward.open(&format!("/local-authorities/{id}?csv=receipts")).await;
    assert!(file.header("content-type").starts_with("text/csv") && file.text.contains("lpn-pao"), "{}", file.text);
    let sums = steward.open(&format!("/local-authorities/{id}?csv=districts")).await;
    assert!(sums.text.lines().count() == 3, "{}", sums.text);
}

#[tokio::test]
async fn a_district_writes_to_its_own_local_authorities_alone() {
    let app = app().await;
    let district = app.key(gcc_relay::domain::account::Role::Steward, Some("lamphun-d1")).await;
    let letter = crate::test_app::letter(json!({ "audience": { "office_kinds": ["local_authority"] } }));
    let draft = app.post(&district, "bulletins", letter).await.expect(201);
    assert_eq!(draft["origin"], "lpn-dist");
    let id = draft["id"].as_str().expect("an id");
    let published = app.post(&district, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
    assert_eq!(published["deliveries"], 3, "the district's own group and two below it");
    let list = app.get(&Who::Admin, &format!("bulletins/{id}/local-authorities")).await.expect(200);
    let addressed: Vec<_> =
        list["items"].as_array().expect("a list").iter().map(|item| !item["state"].is_null()).collect();
    assert_eq!(addressed, [false, true, true, false]);
}
