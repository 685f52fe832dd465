//! What offices do with bulletins: nothing yet, a first record, the same again, one that was wrong.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::form_words::Words;
use crate::pages_scenes::{Shown, look, look_at_all};
use crate::submissions::infographic;
use crate::test_app::{TestApp, Who};

async fn record(app: &TestApp, body: Value) -> String {
    let made = app.post(&Who::Coordinator, "disseminations", body).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

pub async fn spreading(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let (coordinator, operator) = (app.sign_in(Who::Coordinator).await, app.sign_in(Who::Operator).await);
    let publisher = app.sign_in(Who::Publisher).await;
    look(&mut shown, &coordinator, "/disseminations").await;
    let id = app.held().await;
    let (form, reach) = (format!("/disseminations/new?bulletin={id}"), format!("/disseminations/reach/{id}"));
    look_at_all(&mut shown, &coordinator, &[&form, &reach]).await;
    // with a picture, and what is wrong with one
    let upload = async |fields: &[(&str, &str)], bytes: &[u8]| {
        coordinator.submit_with_file("/disseminations/pictures", fields, "file", bytes).await
    };
    shown.push(("no picture".into(), upload(&[("bulletin", &id)], b"x").await));
    let with_picture = upload(&[("bulletin", &id)], &infographic(90, 120, 1)).await.location().to_owned();
    look(&mut shown, &coordinator, &with_picture).await;
    let picture = with_picture.rsplit('=').next().expect("an id").to_owned();
    let seen = json!({ "bulletin_id": id, "medium": "website", "area": "51", "pictures": [picture] });
    let seen = record(app, seen).await;
    look(&mut shown, &coordinator, &format!("/disseminations/{seen}")).await;
    look(&mut shown, &coordinator, &format!("/disseminations/{seen}?pictures={picture}")).await;
    shown.push(("no picture in its place".into(), upload(&[("record", &seen)], b"x").await));
    let least = record(app, json!({ "bulletin_id": id, "medium": "website", "area": "51" })).await;
    let village = json!({
        "bulletin_id": id, "medium": "broadcast_tower", "area": "510102", "village": 3, "estimated_reach": 400,
        "outlet": "หอกระจายข่าวหมู่ที่ 3", "evidence": "https://www.lamphun.go.th/news/1",
    });
    let wrong = record(app, village).await;
    let typed = [("medium", "website"), ("area", "51"), ("date", "2018-03-23"), ("time", "07:00"), ("times", "1")];
    coordinator.submit(&form, &typed).await.location();
    look_at_all(&mut shown, &coordinator, &[&form, &format!("/disseminations/{wrong}")]).await;
    look(&mut shown, &operator, &form).await;
    for level in [json!({ "area": "5101" }), json!({ "area": "510102" })] {
        let mut body = json!({ "bulletin_id": id, "medium": "notice_board" });
        body["area"] = level["area"].clone();
        record(app, body).await;
    }
    let correction = json!({ "medium": "broadcast_tower", "area": "510102", "village": 4 });
    let path = format!("disseminations/{wrong}/replace");
    let newer = app.post(&Who::Coordinator, &path, correction).await.expect(200)["id"].clone();
    let newer = newer.as_str().expect("an id");
    for record in [&least, &wrong, newer] {
        look(&mut shown, &coordinator, &format!("/disseminations/{record}")).await;
    }
    look(&mut shown, &operator, &format!("/board/{id}")).await;
    look_at_all(&mut shown, &publisher, &["/disseminations", &format!("/disseminations/{least}"), &reach]).await;
    // what is wrong with what was typed
    let nothing = [("medium", ""), ("area", "5"), ("times", "x"), ("reach", "x"), ("evidence", "x"), ("outlet", "")];
    shown.push(("a record of nothing".into(), coordinator.submit(&form, &nothing).await));
    shown.push(("of no office".into(), operator.submit(&form, &nothing).await));
    let villages = [
        ("medium", "website"),
        ("area", "510102"),
        ("village", "1-99"),
        ("date", "2018-03-23"),
        ("time", "07:00"),
        ("times", "1"),
    ];
    shown.push(("too many villages".into(), coordinator.submit(&form, &villages).await));
    let replace = format!("/disseminations/{newer}/replace");
    shown.push(("a wrong correction".into(), coordinator.submit(&replace, &nothing).await));
    for more in
        [json!({}), json!({ "kind": "drill", "urgency": "routine", "document_number": null, "document_date": null })]
    {
        let id = app.write_with(more).await;
        app.release(&id).await;
        look(&mut shown, &coordinator, &format!("/disseminations/script/{id}?area=510102")).await;
        coordinator.submit(&format!("/disseminations/script/{id}"), &[("area", "510102")]).await.location();
        look(&mut shown, &coordinator, &format!("/disseminations/script/{id}?area=510102")).await;
        look(&mut shown, &coordinator, &format!("/disseminations/sheet/{id}?area=510102")).await;
        look(&mut shown, &publisher, &format!("/disseminations/script/{id}")).await;
        let (script, sheet) = (format!("/disseminations/script/{id}"), format!("/disseminations/sheet/{id}"));
        look_at_all(&mut shown, &coordinator, &[&script, &sheet]).await;
    }
    // a sheet with the bulletin's picture
    let admin = app.sign_in(Who::Admin).await;
    let words = Words::new(app, &admin).await;
    let picture = json!([{ "image": words.known("image"), "alt": "แผนที่" }]);
    let drawn = app.write_with(json!({ "attachments": picture })).await;
    app.release(&drawn).await;
    look(&mut shown, &coordinator, &format!("/disseminations/sheet/{drawn}")).await;
    let code = app.texts("select code from read_back_codes limit 1").await.remove(0);
    let village = Browser::new(app);
    look(&mut shown, &village, "/readback").await;
    for times in ["1", "x"] {
        let fields =
            [("code", if times == "x" { "" } else { code.as_str() }), ("medium", "notice_board"), ("times", times)];
        shown.push((format!("read back {times}"), village.submit("/readback", &fields).await));
    }
    shown.push(("read back nothing".into(), village.submit("/readback", &[("village", "x")]).await));
    look(&mut shown, &coordinator, "/disseminations/read-back").await;
    shown.push(("no code".into(), coordinator.submit(&format!("/disseminations/script/{id}"), &[("area", "x")]).await));
    for n in 0..50 {
        record(app, json!({ "bulletin_id": id, "medium": "other", "area": "51", "times": n % 9 + 1 })).await;
    }
    look(&mut shown, &coordinator, "/disseminations").await;
    local_authorities(app, &mut shown).await;
    shown
}

/// What became of a bulletin at local authorities: none yet, some with a receipt and some without, more than a page of them.
async fn local_authorities(app: &TestApp, shown: &mut Vec<Shown>) {
    let (coordinator, operator) = (app.sign_in(Who::Coordinator).await, app.sign_in(Who::Operator).await);
    let before = app.held().await;
    look(shown, &coordinator, &format!("/local-authorities/{before}")).await;
    look(shown, &coordinator, &format!("/local-authorities/{before}?show=missing")).await;
    let far = (0..105).map(|n| {
        format!(
            "lpn-far{n},lpn-dist,3,อปท. {n},far{n},องค์การบริหารส่วนตำบล {n},local_authority,51,gcc,,20,25,automatic,,\n"
        )
    });
    let tree: String = std::iter::once(crate::local_authorities::with_local_authorities()).chain(far).collect();
    app.import(&tree).await;
    let id = app.relayed().await;
    let path = format!("/local-authorities/{id}");
    for browser in [&coordinator, &operator] {
        look(shown, browser, &path).await;
    }
    look(shown, &coordinator, &format!("{path}?district=lamphun-d1&show=missing")).await;
    look(shown, &coordinator, &format!("{path}?district=lamphun-d1")).await;
}
