//! What offices that publish are called in public, and posters that anybody may download.

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::browser::Browser;
use crate::submissions::{file, infographic, material};
use crate::test_app::{Answer, TestApp, Who};

async fn put(app: &TestApp, who: &Who, office: &str, body: &Value) -> Answer {
    app.call(who, Method::PUT, &format!("offices/{office}/profile"), Some(body)).await
}

#[tokio::test]
async fn a_profile_stands_below_the_bulletins_of_its_office() {
    let app = TestApp::new().await;
    let empty = app.get(&Who::Agency, "offices/lamphun/profile").await.expect(200);
    assert_eq!((&empty["version"], &empty["links"], &empty["name"]), (&json!(0), &json!({}), &Value::Null));
    let profile = json!({
        "name": "จังหวัดลำพูน เมืองแห่งความสุข", "unit": "คณะทำงานประชาสัมพันธ์จังหวัด",
        "links": { "facebook": "https://www.facebook.com/lamphun", "x": "https://x.com/lamphun", "website": "https://www.lamphun.go.th/" },
    });
    let made = put(&app, &Who::Steward, "lamphun", &profile).await.expect(200);
    assert_eq!((&made["version"], &made["links"]["x"]), (&json!(1), &json!("https://x.com/lamphun")));
    let id =
        app.post(&Who::Steward, "bulletins", crate::test_app::letter(json!({ "origin": "lpn" }))).await.expect(201);
    let id = id["id"].as_str().expect("an id").to_owned();
    app.post(&Who::Steward, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
    let bulletin = app.get(&Who::Steward, &format!("bulletins/{id}")).await.expect(200);
    let address: reqwest::Url = bulletin["public_url"].as_str().expect("an address").parse().expect("an address");
    let page = Browser::new(&app).open(address.path()).await.text;
    for shown in ["เมืองแห่งความสุข", "คณะทำงานประชาสัมพันธ์จังหวัด", "https://www.facebook.com/lamphun", "เว็บไซต์"]
    {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    let told = "select count(*) from audit where act = 'profile_change' and actor = 'key:steward'";
    assert_eq!(app.count(told).await, 1);
}

#[tokio::test]
async fn a_profile_leads_only_to_hosts_of_the_service_that_it_names() {
    let app = TestApp::new().await;
    let elsewhere =
        json!({ "links": { "facebook": "https://facebook.com.example.org/x", "line": "http://line.me/x" } });
    let refused = put(&app, &Who::Admin, "lamphun", &elsewhere).await;
    assert_eq!(refused.pointers(422), ["/links/facebook", "/links/line"]);
    let unknown = json!({ "links": { "myspace": "https://myspace.com/x" } });
    assert_eq!(put(&app, &Who::Admin, "lamphun", &unknown).await.status, 422);
    assert_eq!(app.count("select count(*) from office_profiles").await, 0);
}

#[tokio::test]
async fn nobody_overwrites_a_profile_that_another_changed_meanwhile() {
    let app = TestApp::new().await;
    let with = |unit: &str, version: i32| json!({ "unit": unit, "version": version });
    put(&app, &Who::Admin, "lamphun", &with("ก", 0)).await.expect(200);
    assert_eq!(put(&app, &Who::Publisher, "lamphun", &with("ข", 0)).await.problem_name(409), "changed-since");
    put(&app, &Who::Publisher, "lamphun", &with("ข", 1)).await.expect(200);
    let steward = app.sign_in(Who::Steward).await;
    let stale = [("version", "1"), ("unit", "ค")];
    let refused = steward.submit("/offices/lamphun/profile", &stale).await;
    assert!(refused.status == 409 && refused.text.contains("value=\"ข\""), "{}", refused.text);
    let fresh = [("version", "2"), ("unit", "ค"), ("youtube", "https://www.youtube.com/@lamphun")];
    steward.submit("/offices/lamphun/profile", &fresh).await.location();
    let now = app.get(&Who::Agency, "offices/lamphun/profile").await.expect(200);
    assert_eq!((&now["unit"], &now["version"]), (&json!("ค"), &json!(3)));
    let wrong = steward.submit("/offices/lamphun/profile", &[("version", "3"), ("x", "https://example.org/x")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("id=\"x-fault\""), "{}", wrong.text);
}

#[tokio::test]
async fn a_poster_is_listed_for_everybody_with_its_checksum_while_its_bulletin_stands() {
    let app = TestApp::new().await;
    let picture = file(&app, &Who::Agency, &infographic(300, 400, 1)).await;
    let sent = material(json!({ "files": [{ "file": picture, "alt": "ราคาลำไยรายสัปดาห์" }] }));
    let id = app.post(&Who::Agency, "submissions", sent).await.expect(201)["id"].as_str().expect("an id").to_owned();
    let mark = async |who: &Who, poster: bool| {
        let path = format!("submissions/{id}/files/{picture}/poster");
        app.post(who, &path, json!({ "poster": poster })).await
    };
    assert_eq!(mark(&Who::Publisher, true).await.problem_name(409), "not-accepted");
    app.post(&Who::Steward, &format!("submissions/{id}/propose"), json!({})).await.expect(200);
    let accepted = app.post(&Who::Publisher, &format!("submissions/{id}/accept"), json!({})).await.expect(200);
    for _ in 0..2 {
        assert_eq!(mark(&Who::Publisher, true).await.expect(200)["posters"], json!([picture]));
    }
    let listed = async || app.get(&Who::Agency, "posters").await.expect(200)["items"].clone();
    assert_eq!(listed().await, json!([]), "its bulletin is not published yet");
    let visitor = Browser::new(&app);
    assert!(!visitor.open("/posters").await.text.contains(&picture));
    let draft = accepted["bulletin"].as_str().expect("a draft").to_owned();
    app.release(&draft).await;
    let poster = listed().await[0].clone();
    assert_eq!(
        (&poster["sha256"], &poster["media_type"], &poster["alt"]),
        (&json!(picture), &json!("image/jpeg"), &json!("ราคาลำไยรายสัปดาห์"))
    );
    let page = visitor.open("/posters").await;
    assert!(page.status == 200 && page.text.contains(&picture), "{}", page.text);
    let address: reqwest::Url = poster["url"].as_str().expect("an address").parse().expect("an address");
    assert!(page.text.contains(address.path()));
    let request = app.request(&Who::Nobody, Method::GET, address.path());
    let bytes = request.send().await.expect("an answer").bytes().await.expect("bytes");
    assert_eq!(
        json!(hex::encode(Sha256::digest(&bytes))),
        poster["sha256"],
        "what is downloaded is what the checksum says"
    );
    assert_eq!(json!(bytes.len()), poster["bytes"]);
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    app.post(&Who::Admin, &format!("bulletins/{draft}/withdraw"), reason).await.expect(200);
    assert_eq!(listed().await, json!([]), "a withdrawn bulletin has no posters");
    let publisher = app.sign_in(Who::Publisher).await;
    publisher.submit(&format!("/submissions/{id}/posters"), &[("file", &picture), ("poster", "no")]).await.location();
    assert_eq!(app.count("select count(*) from posters").await, 0);
    assert_eq!(app.count("select count(*) from audit where act in ('poster_mark', 'poster_unmark')").await, 2);
}
