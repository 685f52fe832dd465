//! Looking after accounts, keys and the audit; inviting stewards; an agency's own pages.

use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::relay::upkeep::UpkeepSteps;
use gcc_relay::store::accounts::{find_account, update_codes};
use gcc_relay::store::audit::seal_entries;
use reqwest::Method;
use serde_json::json;

use crate::browser::{Browser, PASSWORD};
use crate::test_app::{Answer, RULES, TestApp, Who};

/// The links on a page or in a file, as paths.
fn welcomes(answer: &Answer) -> Vec<String> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let found = answer.text.match_indices("/welcome/").map(|(at, mark)| {
        let rest = &answer.text[at + mark.len()..];
        format!("/welcome/{}", rest.split(ends).next().unwrap_or_default())
    });
    found.collect()
}

async fn id_of(app: &TestApp, username: &str) -> String {
    find_account(&mut *app.db().await, username).await.expect("a query").expect("an account").id.to_string()
}

#[tokio::test]
async fn an_office_is_known_by_its_whole_name_though_others_have_it_in_theirs() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let fields = [("username", "lamphun"), ("name", "ผู้ว่าฯ"), ("role", "steward"), ("office", "จังหวัดลำพูน")];
    assert_eq!(admin.submit("/accounts/new", &fields).await.status, 200);
    let of = "select o.code from accounts a join offices o on o.id = a.office_id where username = 'lamphun'";
    assert_eq!(app.texts(of).await, ["lamphun"]);
}

#[tokio::test]
async fn an_account_is_made_with_a_link_that_is_shown_once() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let fields =
        [("username", " Lamphun.Governor "), ("name", "ผู้ว่าราชการจังหวัดลำพูน"), ("role", "steward"), ("office", "ลำพูน")];
    let several = admin.submit("/accounts/new", &fields).await;
    assert_eq!(several.status, 422, "several offices have that in their name");
    assert!(several.text.contains(r#"name="office_pick" value="lamphun""#), "{}", several.text);
    assert!(several.text.contains("value=\"ผู้ว่าราชการจังหวัดลำพูน\""), "what was typed is still there");
    let fields = [&fields[..], &[("office_pick", "lamphun")]].concat();
    let made = admin.submit("/accounts/new", &fields).await;
    assert_eq!(made.status, 200, "{}", made.text);
    assert_eq!(made.header("cache-control"), "no-store");
    let link = welcomes(&made).remove(0);
    let page = Browser::new(&app).open(&link).await;
    assert!(page.text.contains("ผู้ว่าราชการจังหวัดลำพูน") && page.text.contains("lamphun.governor"), "{}", page.text);
    let taken = admin.submit("/accounts/new", &fields).await;
    assert_eq!(taken.status, 422);
    assert!(taken.text.contains("มีผู้ใช้ชื่อนี้แล้ว"));
    let owner = Browser::new(&app);
    owner.submit(&link, &[("password", PASSWORD), ("again", PASSWORD)]).await.location();
    assert!(owner.open("/account").await.text.contains("จังหวัดลำพูน และหน่วยงานในสังกัด"));
    let list = admin.open("/accounts?q=GOVERNOR&role=steward&state=works").await;
    assert!(list.text.contains("lamphun.governor") && !list.text.contains("the-admin"), "{}", list.text);
    let secret = link.trim_start_matches("/welcome/");
    let everything = app.texts("select l::text from account_links l union all select a::text from audit a").await;
    assert!(everything.iter().all(|row| !row.contains(secret)), "only the hash is kept");
}

#[tokio::test]
async fn faults_of_an_account_are_told_by_the_field() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let good =
        [("username", "good"), ("name", "ชื่อ"), ("role", "operator"), ("office", ""), ("from", ""), ("until", "")];
    for (field, typed, said) in [
        ("username", "ลำพูน", "ชื่อผู้ใช้ใช้ได้เฉพาะ"),
        ("name", " ", "ต้องไม่เว้นว่าง"),
        ("role", "king", "โปรดเลือกหน้าที่"),
        ("role", "steward", "หน้าที่นี้ต้องระบุหน่วยงาน"),
        ("office", "nowhere", "ไม่พบหน่วยงานนี้"),
        ("from", "soon", "อ่านวันที่ไม่ได้"),
    ] {
        let fields = good.map(|(name, value)| (name, if name == field { typed } else { value }));
        let answer = admin.submit("/accounts/new", &fields).await;
        assert_eq!(answer.status, 422, "{field}");
        assert!(answer.text.contains(said), "{field}: {}", answer.text);
    }
    let order = good.map(|(name, value)| {
        (
            name,
            match name {
                "from" => "2026-02-01",
                "until" => "2026-01-01",
                _ => value,
            },
        )
    });
    assert!(admin.submit("/accounts/new", &order).await.text.contains("วันสุดท้ายต้องไม่อยู่ก่อนวันแรก"));
    assert_eq!(app.count("select count(*) from accounts").await, 1);
}

#[tokio::test]
async fn an_account_is_changed_ended_and_let_in_again() {
    let app = TestApp::new().await;
    let (admin, operator) = (app.sign_in(Who::Admin).await, app.sign_in(Who::Operator).await);
    let path = format!("/accounts/{}", id_of(&app, "the-operator").await);
    let fields = [("name", "ศูนย์ปฏิบัติการ"), ("role", "agency"), ("office", "lamphun"), ("until", "2018-03-23")];
    admin.submit(&path, &fields).await.location();
    assert!(operator.open("/account").await.text.contains("ศูนย์ปฏิบัติการ"), "it holds from the next request on");
    assert!(admin.open(&path).await.text.contains("2018-03-23"), "the last day is shown as it was typed");
    app.clock.advance(Duration::from_hours(24));
    assert!(operator.open("/home").await.location().starts_with("/sign-in"), "its days are over");

    let steward = app.sign_in(Who::Steward).await;
    let admin = app.sign_in(Who::Admin).await;
    let path = format!("/accounts/{}", id_of(&app, "the-steward").await);
    admin.submit(&format!("{path}/disable"), &[]).await.location();
    assert!(steward.open("/home").await.location().starts_with("/sign-in"));
    assert_eq!(
        app.count(
            "select count(*) from sessions s join accounts a on a.id = s.account_id where username = 'the-steward'"
        )
        .await,
        0
    );
    admin.submit(&format!("{path}/enable"), &[]).await.location();
    app.sign_in(Who::Steward).await;
    let acts = app
        .texts("select act from audit where subject = 'user:the-steward' and actor = 'user:the-admin' order by id")
        .await;
    assert_eq!(acts, ["account_disable", "account_enable"]);
}

#[tokio::test]
async fn codes_of_a_lost_telephone_are_taken_away() {
    let app = TestApp::new().await;
    let approver = app.sign_in_with_code(Who::Approver).await;
    let admin = app.sign_in(Who::Admin).await;
    let path = format!("/accounts/{}/codes/remove", id_of(&app, "the-approver").await);
    admin.submit(&path, &[]).await.location();
    assert!(approver.open("/home").await.location().starts_with("/sign-in"));
    let setup = Browser::new(&app).submit("/sign-in", &[("username", "the-approver"), ("password", PASSWORD)]).await;
    assert!(setup.text.contains("<svg"), "new ones are set up");
}

#[tokio::test]
async fn nobody_takes_their_own_administration_away() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let id = id_of(&app, "the-admin").await;
    update_codes(&mut *app.db().await, id.parse().expect("an id"), None).await.expect("a query");
    for act in ["disable", "codes/remove"] {
        assert_eq!(admin.submit(&format!("/accounts/{id}/{act}"), &[]).await.status, 409);
    }
    let answer = admin.submit(&format!("/accounts/{id}"), &[("name", "x"), ("role", "operator")]).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    admin.submit(&format!("/accounts/{id}"), &[("name", "ผู้ดูแลคนใหม่"), ("role", "admin")]).await.location();
}

#[tokio::test]
async fn an_administrator_of_an_office_stays_in_its_part_of_the_tree() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let fields = [("username", "lamphun-admin"), ("name", "ผู้ดูแลลำพูน"), ("role", "admin"), ("office", "lamphun")];
    let link = welcomes(&admin.submit("/accounts/new", &fields).await).remove(0);
    let local = Browser::new(&app);
    local.submit(&link, &[("password", PASSWORD), ("again", PASSWORD)]).await.location();
    app.account(Who::Agency).await;
    let list = local.open("/accounts").await.text;
    assert!(list.contains("the-agency") && list.contains("lamphun-admin") && !list.contains("the-admin"), "{list}");
    let other = id_of(&app, "the-admin").await;
    assert_eq!(local.open(&format!("/accounts/{other}")).await.status, 404);
    assert_eq!(local.submit(&format!("/accounts/{other}/link"), &[]).await.status, 404);
    for (office, said) in [("", "ในขอบเขตของท่าน"), ("chiangmai", "ไม่พบหน่วยงานนี้")]
    {
        let fields = [("username", "x1"), ("name", "x"), ("role", "admin"), ("office", office)];
        let answer = local.submit("/accounts/new", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains(said), "{}", answer.text);
        let answer = local.submit("/keys", &fields[1..]).await;
        assert_eq!(answer.status, 422);
    }
    let mine = id_of(&app, "the-agency").await;
    let out = [("name", "x"), ("role", "agency"), ("office", "chiangmai")];
    assert_eq!(local.submit(&format!("/accounts/{mine}"), &out).await.status, 422, "nor does it send one away");
    assert_eq!(local.open("/audit").await.status, 403, "the audit is about everybody");
    let look = local.open("/accounts/invite?look=yes").await.text;
    assert!(look.contains("จะออกลิงก์ทั้งหมด 3 ลิงก์"), "{look}");
}

#[tokio::test]
async fn all_stewards_are_invited_at_once_after_a_look_at_how_many() {
    let app = TestApp::new().await;
    app.account(Who::Steward).await;
    let admin = app.sign_in(Who::Admin).await;
    let look = admin.open("/accounts/invite?look=yes").await.text;
    assert!(look.contains("จะออกลิงก์ทั้งหมด 6 ลิงก์"), "lamphun has its account already: {look}");
    assert_eq!(app.count("select count(*) from account_links").await, 0, "looking makes nothing");
    let unsure = admin.submit("/accounts/invite", &[("confirmed", "5"), ("form", "csv")]).await;
    assert_eq!(unsure.status, 409, "not what was confirmed");
    assert_eq!(app.count("select count(*) from account_links").await, 0);
    let file = admin.submit("/accounts/invite", &[("confirmed", "6"), ("form", "csv")]).await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert!(file.text.starts_with("\u{feff}ชื่อผู้ใช้,ตำแหน่ง"), "{}", file.text);
    assert!(file.text.contains("lamphun-commerce,พาณิชย์จังหวัดลำพูน,สำนักงานพาณิชย์จังหวัดลำพูน,http"), "{}", file.text);
    let links = welcomes(&file);
    assert_eq!(links.len(), 6);
    for link in &links {
        assert_eq!(Browser::new(&app).open(link).await.status, 200);
    }
    let kept = app.texts("select l::text from account_links l").await;
    assert!(links.iter().all(|link| !kept.iter().any(|row| row.contains(&link[9..]))), "only hashes are kept");
    let commerce = Browser::new(&app);
    let link = file.text.lines().find(|line| line.starts_with("lamphun-commerce,")).expect("its line");
    let link =
        format!("/welcome/{}", link.split("/welcome/").nth(1).and_then(|rest| rest.split(',').next()).expect("it"));
    commerce.submit(&link, &[("password", PASSWORD), ("again", PASSWORD)]).await.location();
    assert!(admin.open("/accounts/invite?look=yes").await.text.contains("ไม่มีผู้ที่ต้องเชิญ"));
    let audit = app.texts("select detail::text from audit where act = 'stewards_invite'").await;
    assert_eq!(audit, [r#"{"new": 6, "again": 0, "deputies": false}"#]);

    let again = [("again", "yes"), ("confirmed", "5"), ("form", "slips")];
    let slips = admin.submit("/accounts/invite", &again).await;
    assert_eq!(slips.status, 200, "{}", slips.text);
    assert_eq!(slips.text.matches(r#"<article class="slip">"#).count(), 5);
    assert!(slips.text.contains("นายอำเภอเมืองลำพูน") && !slips.text.contains("<!--sheets-->"), "{}", slips.text);
    assert!(!slips.text.contains("style="), "the pages' policy forbids it");
    assert_eq!(links.len(), 6);
    for old in links.iter().filter(|old| **old != link) {
        assert_eq!(Browser::new(&app).open(old).await.status, 410, "the older links stop working");
    }
}

#[tokio::test]
async fn deputies_and_one_part_of_the_tree_are_invited_where_asked_for() {
    let app = TestApp::new().await;
    sqlx::query("insert into stewards (group_id, deputy, name, valid_from) select id, true, 'สมชาย', now() from groups where code = 'lpn'")
        .execute(&mut *app.db().await)
        .await
        .expect("a deputy");
    let admin = app.sign_in(Who::Admin).await;
    let fields = [("office", "lamphun"), ("deputies", "yes"), ("confirmed", "4"), ("form", "csv")];
    let file = admin.submit("/accounts/invite", &fields).await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert!(file.text.contains("lamphun.deputy,ผู้ปฏิบัติหน้าที่แทนผู้ว่าราชการจังหวัดลำพูน"), "{}", file.text);
    assert!(!file.text.contains("chiangmai") && !file.text.contains("สมชาย"), "{}", file.text);
    let look = admin.open("/accounts/invite?look=yes&office=lamphun&deputies=yes").await.text;
    assert!(look.contains("ไม่มีผู้ที่ต้องเชิญ"), "{look}");
}

#[tokio::test]
async fn an_agency_makes_sees_and_revokes_its_own_keys() {
    let app = TestApp::new().await;
    let agency = app.sign_in(Who::Agency).await;
    app.key(Role::Publisher, Some("lamphun-commerce")).await;
    let made = agency.submit("/keys", &[("name", "ระบบสารบรรณ"), ("role", "admin"), ("office", "chiangmai")]).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let key = made.text.split("value=\"gccr_").nth(1).and_then(|rest| rest.split('"').next()).expect("a key");
    let key = format!("gccr_{key}");
    app.get(&key, "groups/lpn-com").await.expect(200);
    app.get(&key, "groups/cmi").await.problem(404);
    app.get(&key, "channels").await.problem(403);
    let list = agency.open("/keys").await.text;
    assert!(list.contains("ระบบสารบรรณ") && !list.contains(&key), "{list}");
    assert!(list.contains("23 มี.ค. 2561"), "when it was used: {list}");
    // of the four keys of the test app that are of an office, two are its own
    assert_eq!(list.matches("gccr_").count(), 3, "{list}");
    assert_eq!(list.matches("/revoke").count(), 2, "a publisher's is not its to revoke: {list}");
    let prefix = &key[5..13];
    let id = app.texts("select id::text from api_keys where name = 'ระบบสารบรรณ'").await.remove(0);
    agency.submit(&format!("/keys/{id}/revoke"), &[]).await.location();
    app.get(&key, "groups").await.problem(401);
    assert!(app.texts("select subject from audit where act = 'key_revoke'").await.contains(&format!("key:{prefix}")));
    let publishers =
        app.texts("select id::text from api_keys where role = 'publisher' and office_id is not null").await.remove(0);
    assert_eq!(agency.submit(&format!("/keys/{publishers}/revoke"), &[]).await.status, 403);
}

#[tokio::test]
async fn an_office_does_not_make_keys_without_end() {
    let app = TestApp::new().await;
    let agency = app.sign_in(Who::Agency).await;
    for _ in 0..49 {
        app.key(Role::Agency, Some("lamphun-commerce")).await;
    }
    let answer = agency.submit("/keys", &[("name", "ระบบ")]).await;
    assert_eq!(answer.status, 422, "the test app's own key was the fiftieth");
    assert!(answer.text.contains("ครบ ๕๐ รายการ"), "{}", answer.text);
}

#[tokio::test]
async fn the_examples_work_as_they_stand_with_the_agencys_key() {
    let app = TestApp::new().await;
    app.relayed().await;
    let page = app.sign_in(Who::Agency).await.open("/docs/examples").await;
    assert_eq!(page.status, 200);
    let mut tried = 0;
    for (at, _) in page.text.match_indices("/api/v1/") {
        let path = page.text[at..].split("&#34;").next().expect("an end").replace("&#38;", "&");
        let path = path.replace("wait=60", "wait=0");
        let answer = app.call(&Who::Agency, Method::GET, &path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        tried += 1;
    }
    assert!(tried >= 8, "{tried}: {}", page.text);
    assert!(page.text.contains("การปฏิบัติการสื่อสารงานของรัฐบาล"), "they use a real bulletin");
}

#[tokio::test]
async fn an_agency_sees_how_bulletins_stand_in_its_own_part_of_the_tree() {
    let app = TestApp::new().await;
    let agency = app.sign_in(Who::Agency).await;
    assert!(agency.open("/status").await.text.contains("ยังไม่มีประกาศสำหรับหน่วยงานของท่าน"));
    let held = app.held().await;
    let list = agency.open("/status").await.text;
    assert!(list.contains("ส่งเข้ากลุ่มแล้ว 0 จาก 1 กลุ่ม") && !list.contains("GCC1"), "{list}");
    let path = format!("/status/{held}");
    let one = agency.open(&path).await.text;
    assert!(one.contains("รอกลุ่มระดับบน") && one.contains("รอ LINE รับข้อความของกลุ่มระดับบนก่อน"), "{one}");
    assert!(!one.contains("GCC2-จังหวัดลำพูน"), "what is above is not its own: {one}");
    app.post(&Who::Steward, &format!("bulletins/{held}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    let one = agency.open(&path).await.text;
    assert!(one.contains("รอพาณิชย์จังหวัดลำพูนส่งต่อเข้ากลุ่ม (ระบบจะดำเนินการเองเมื่อ 23 มี.ค. 2561"), "{one}");
    app.after(Duration::from_mins(31)).await;
    let one = agency.open(&path).await.text;
    assert!(one.contains("ส่งเข้ากลุ่มแล้ว 1 จาก 1 กลุ่ม"), "{one}");
    for word in ["delivered", "อ่านแล้ว", "ส่งถึงแล้ว"] {
        assert!(!one.contains(word), "{word}");
    }
    let narrowed = agency.open(&format!("{path}?state=failed")).await.text;
    assert!(narrowed.contains("ไม่มีกลุ่มที่อยู่ในสถานะนี้"), "{narrowed}");
    let steward = app.sign_in(Who::Steward).await.open("/status").await.text;
    assert!(steward.contains("GCC2") && steward.contains("GCC3") && !steward.contains("GCC1"), "{steward}");
    let admin = app.sign_in(Who::Admin).await.open("/status").await.text;
    assert!(admin.contains("GCC1") && admin.contains("ส่งเข้ากลุ่มแล้ว 1 จาก 1 กลุ่ม"), "{admin}");
}

#[tokio::test]
async fn the_audit_is_read_by_who_what_whom_and_when() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    app.sign_in(Who::Steward).await;
    app.held().await;
    let rows = async |query: &str| {
        let page = admin.open(&format!("/audit?{query}")).await;
        page.text.split("<tbody>").nth(1).map_or(0, |table| table.matches("<tr>").count())
    };
    assert_eq!(rows("actor=the-steward").await, 1, "whoever bears the name");
    assert_eq!(rows("act=sign_in").await, 2);
    assert_eq!(rows("act=sign_in&subject=user:the-admin").await, 1);
    assert_eq!(rows("from=2018-03-23&until=2018-03-23&act=sign_in").await, 2);
    assert_eq!(rows("from=2018-03-24").await, 0);
    let signed_in = admin.open("/audit?act=sign_in").await.text;
    for said in
        ["<option value=\"sign_in\" selected>เข้าสู่ระบบ</option>", "เข้าสู่ระบบ<br><code class=\"quiet\">sign_in</code>"]
    {
        assert!(signed_in.contains(said), "{said}: {signed_in}");
    }
    assert_eq!(admin.open("/audit?from=soon").await.status, 422);
    sqlx::query("insert into audit (at, actor, act, subject, detail) select now(), 'many', 'x', 'y', '{}' from generate_series(1, 120)")
        .execute(&mut *app.db().await)
        .await
        .expect("entries");
    let (mut seen, mut next) = (0, Some("/audit?actor=many".to_owned()));
    while let Some(path) = next {
        let page = admin.open(&path).await.text;
        seen += page.matches("<code>many</code>").count();
        let link = page.split("<a class=\"button\" href=\"/audit?").nth(1).and_then(|rest| rest.split('"').next());
        next = link.map(|link| format!("/audit?{}", link.replace("&#38;", "&").replace("&amp;", "&")));
    }
    assert_eq!(seen, 120, "every entry once");
    assert!(admin.open("/audit?act=x").await.text.contains("><code>x</code></td>"), "what nobody knows, as it is");
}

#[tokio::test]
async fn a_change_of_the_audit_is_found_at_its_place() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    app.held().await;
    let seal = async || {
        let mut tx = app.engine.db.begin().await.expect("a transaction");
        seal_entries(&mut tx, 1_000).await.expect("sealed");
        tx.commit().await.expect("committed");
        app.count("select max(sealed_no) from audit").await
    };
    let sealed = seal().await;
    let whole = admin.submit("/audit/check", &[]).await.text;
    assert!(whole.contains(&format!("บันทึกสมบูรณ์ ตรวจแล้ว {sealed} รายการ")), "{whole}");
    for tampering in
        ["update audit set actor = 'somebody else' where sealed_no = 2", "delete from audit where sealed_no = 2"]
    {
        let mut db = app.db().await;
        for command in ["begin", "alter table audit disable trigger audit_append_only", tampering, "commit"] {
            sqlx::query(command).execute(&mut *db).await.expect("the owner of the database may do anything");
        }
        let broken = admin.submit("/audit/check", &[]).await.text;
        let place = if tampering.starts_with("update") { 2 } else { 3 };
        assert!(broken.contains(&format!("ที่รายการลำดับที่ {place}")), "{broken}");
    }
}

#[tokio::test]
async fn ended_sessions_and_links_that_expired_long_ago_are_forgotten() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    admin.submit("/accounts/new", &[("username", "late"), ("name", "x"), ("role", "operator")]).await;
    let left = async || {
        (app.count("select count(*) from sessions").await, app.count("select count(*) from account_links").await)
    };
    UpkeepSteps::new(app.engine.clone()).run_once().await;
    assert_eq!(left().await, (1, 1));
    app.clock.advance(RULES.link_lifetime + Duration::from_hours(1));
    UpkeepSteps::new(app.engine.clone()).run_once().await;
    assert_eq!(left().await, (0, 1), "a link that has expired can still be told from one that never was");
    app.clock.advance(Duration::from_hours(31 * 24));
    UpkeepSteps::new(app.engine.clone()).run_once().await;
    assert_eq!(left().await, (0, 0));
}
