//! What offices send upward: nothing yet, files of every kind, each step, what was returned, the like, and more than a page of it.

use serde_json::json;

use crate::browser::Browser;
use crate::pages_scenes::{Shown, look, look_at_all};
use crate::submissions::{document_of, file, infographic, material};
use crate::test_app::{TestApp, Who};

const CLIP: &[u8] = include_bytes!("files/clip.mp4");

/// Posters, more than a page of them: of each kind.
async fn many_posters(app: &TestApp, shown: &mut Vec<Shown>) {
    for n in 0..31 {
        let bytes = if n == 30 { b"%PDF-1.4\n%%EOF\n".to_vec() } else { infographic(60, 80, n) };
        let poster = file(app, &Who::Agency, &bytes).await;
        let sent = material(json!({ "files": [{ "file": poster, "alt": format!("โปสเตอร์ {n}") }] }));
        let made = app.post(&Who::Agency, "submissions", sent).await.expect(201);
        let id = made["id"].as_str().expect("an id");
        app.post(&Who::Steward, &format!("submissions/{id}/propose"), json!({})).await.expect(200);
        let accepted = app.post(&Who::Admin, &format!("submissions/{id}/accept"), json!({})).await.expect(200);
        let path = format!("submissions/{id}/files/{poster}/poster");
        app.post(&Who::Admin, &path, json!({ "poster": true })).await.expect(200);
        app.release(accepted["bulletin"].as_str().expect("a draft")).await;
    }
    look(shown, &Browser::new(app), "/posters").await;
}

pub async fn sending_up(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let (agency, steward) = (app.sign_in(Who::Agency).await, app.sign_in(Who::Steward).await);
    let (operator, publisher) = (app.sign_in(Who::Operator).await, app.sign_in(Who::Publisher).await);
    look_at_all(&mut shown, &agency, &["/submissions", "/submissions/new", "/submissions/new?text=yes"]).await;
    look_at_all(&mut shown, &publisher, &["/submissions", "/submissions/topics"]).await;
    let upload = async |bytes: &[u8]| agency.submit_with_file("/submissions/files", &[], "file", bytes).await;
    for bad in [b"".as_slice(), b"<html>", &infographic(60, 900, 1)] {
        shown.push(("a bad upload".into(), upload(bad).await));
    }
    let form = upload(&infographic(300, 400, 1)).await.location().to_owned();
    look_at_all(&mut shown, &agency, &[&form]).await;
    look(&mut shown, &operator, &form).await;
    shown.push(("nothing typed".into(), agency.submit("/submissions/new", &[("title", "")]).await));
    shown.push(("of no office".into(), operator.submit("/submissions/new", &[("office", "nowhere")]).await));
    shown.push(("of one of several".into(), operator.submit("/submissions/new", &[("office", "พาณิชย์")]).await));
    let typed = [("topic", "farmers"), ("title", "ลำไย"), ("outcome", "ราคาเพิ่มขึ้น"), ("files", "0")];
    let least = agency.submit("/submissions/new", &typed).await.location().to_owned();
    look_at_all(&mut shown, &agency, &[&least]).await;
    look_at_all(&mut shown, &steward, &[&least]).await;
    let picture = file(app, &Who::Agency, &infographic(300, 400, 1)).await;
    let clip = file(app, &Who::Agency, CLIP).await;
    let pdf = file(app, &Who::Agency, &document_of(2)).await;
    let blank = file(app, &Who::Agency, b"%PDF-1.4\n%%EOF\n").await;
    look(&mut shown, &agency, &format!("/submissions/new?files={blank}")).await;
    let silent = json!({ "outcome": null, "files": [{ "file": pdf, "alt": "รายงาน" }] });
    let made = app.post(&Who::Agency, "submissions", material(silent)).await.expect(201);
    look(&mut shown, &agency, &format!("/submissions/{}", made["id"].as_str().expect("an id"))).await;
    let mut paths = Vec::new();
    for id in [&picture, &clip, &pdf, &picture, &blank] {
        let all = json!({ "source": "สำนักงานเกษตรจังหวัด", "files": [{ "file": id, "alt": "ลำไย" }] });
        let made = app.post(&Who::Agency, "submissions", material(all)).await.expect(201);
        paths.push(format!("/submissions/{}", made["id"].as_str().expect("an id")));
    }
    for path in &paths {
        look(&mut shown, &steward, path).await;
    }
    let step = format!("{}/step", paths[0]);
    shown.push(("no reason".into(), steward.submit(&step, &[("act", "return"), ("seen", "1")]).await));
    shown.push(("another was quicker".into(), steward.submit(&step, &[("act", "check"), ("seen", "0")]).await));
    steward.submit(&step, &[("act", "return"), ("remark", "โปรดระบุตัวเลข"), ("seen", "1")]).await.location();
    let again = format!("{}/again", paths[0]);
    look_at_all(&mut shown, &agency, &[&paths[0], &again]).await;
    let wrong = agency.submit_with_file("/submissions/files", &[("again", &paths[0][13..])], "file", b"x").await;
    shown.push(("a bad upload of what was returned".into(), wrong));
    shown.push(("nothing typed again".into(), agency.submit(&again, &[("title", "")]).await));
    for (act, seen) in [("check", "1"), ("propose", "2")] {
        let to = steward
            .submit(&format!("{}/step", paths[1]), &[("act", act), ("remark", "ตรวจแล้ว"), ("seen", seen)])
            .await
            .location()
            .to_owned();
        look(&mut shown, &steward, &to).await;
    }
    look(&mut shown, &publisher, &paths[1]).await;
    let draft = publisher.submit(&format!("{}/accept", paths[1]), &[("seen", "3")]).await.location().to_owned();
    look_at_all(&mut shown, &publisher, &[&draft, &paths[1]]).await;
    look(&mut shown, &steward, &paths[1]).await;
    // a poster, before and after its bulletin is out, and profiles of issuers
    look(&mut shown, &Browser::new(app), "/posters").await;
    for (path, file) in [(&paths[1], &clip)] {
        publisher.submit(&format!("{path}/posters"), &[("file", file), ("poster", "yes")]).await.location();
        look(&mut shown, &publisher, path).await;
    }
    look(&mut shown, &publisher, "/issuers").await;
    app.release(draft.split('/').nth(2).expect("an id")).await;
    many_posters(app, &mut shown).await;
    let profile = [("version", "0"), ("name", "จังหวัดลำพูน"), ("unit", "คณะทำงาน"), ("x", "https://x.com/lamphun")];
    for (office, fields) in [("lamphun", profile.as_slice()), ("pmo", &[("version", "0"), ("unit", "ก")])] {
        publisher.submit(&format!("/offices/{office}/profile"), fields).await.location();
    }
    shown.push(("a stale profile".into(), publisher.submit("/offices/lamphun/profile", &profile).await));
    shown.push((
        "a bad profile".into(),
        publisher.submit("/offices/lamphun/profile", &[("website", "x"), ("line", "x")]).await,
    ));
    look_at_all(&mut shown, &publisher, &["/issuers", "/offices/lamphun/profile"]).await;
    look(&mut shown, &steward, "/issuers").await;
    for files in [json!([{ "file": clip, "alt": "วีดิทัศน์" }]), json!([{ "file": picture, "alt": "ลำไย" }])]
    {
        let carrying = app.write_with(json!({ "attachments": files })).await;
        look(&mut shown, &publisher, &format!("/bulletins/{carrying}/edit")).await;
        app.release(&carrying).await;
        let bulletin = app.get(&Who::Publisher, &format!("bulletins/{carrying}")).await.expect(200);
        let address: reqwest::Url = bulletin["public_url"].as_str().expect("an address").parse().expect("an address");
        look(&mut shown, &publisher, address.path()).await;
        // the office says where else it can be found
        let profile = [("version", "1"), ("x", "https://x.com/pmo"), ("line", "https://lin.ee/pmo")];
        publisher.submit("/offices/pmo/profile", &profile).await;
        look(&mut shown, &publisher, address.path()).await;
    }
    shown.push(("a bad topic".into(), publisher.submit("/submissions/topics", &[("code", "A!")]).await));
    let retired = [("code", "water"), ("thai", "น้ำ"), ("english", "Water"), ("retired", "yes")];
    publisher.submit("/submissions/topics", &retired).await.location();
    look(&mut shown, &publisher, "/submissions/topics").await;
    for _ in 0..50 {
        app.submission("lamphun-commerce", &[]).await;
    }
    look_at_all(&mut shown, &steward, &["/submissions", "/submissions?state=received"]).await;
    shown
}
