//! What is seen on the board: of every delivery, of groups and channels, and of a tree with more groups than a page has.

use std::fmt::Write as _;
use std::time::Duration;

use gcc_relay::simulator::{ChannelChange, Fault, FaultRule, GroupConfig, Quota};
use serde_json::json;

use crate::browser::{Browser, hidden_in};
use crate::pages_scenes::{Shown, look, look_at_all};
use crate::test_app::{TestApp, Who};

/// More groups than a receipt lists one by one.
const MANY: usize = 510;
/// A delivery of every kind there is.
const DELIVERIES: &str = "select distinct on (group_id, state, reason, forwarded_by is null, bypassed_parent)
        delivery_id(published_at, bulletin_no, group_id)::text
    from deliveries join bulletins on no = bulletin_no order by group_id, state, reason, forwarded_by is null, bypassed_parent";

/// What became of every bulletin at every group, and what can be said of groups and channels.
pub async fn fates(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    for id in app.texts(DELIVERIES).await {
        look(&mut shown, &admin, &format!("/deliveries/{id}")).await;
    }
    let declined = app.held().await;
    let body = json!({ "into": ["lpn"], "reason": "ไม่เกี่ยวข้องกับพื้นที่" });
    app.post(&Who::Steward, &format!("bulletins/{declined}/decline"), body).await.expect(200);
    let delivery = app.delivery_of(&declined, "lpn").await;
    let body = json!({ "into": ["lpn"], "what": "seen", "comment": "แจ้งทางโทรศัพท์" });
    app.post(&Who::Operator, &format!("bulletins/{declined}/report"), body).await.expect(200);
    let steward = "update deliveries set steward_at = ended_at where changed = (select max(changed) from deliveries)";
    sqlx::query(steward).execute(&mut *app.db().await).await.expect("acknowledged");
    // all linked groups of a small audience, at once
    let phone = "update stewards set phone = '1111' where group_id = (select id from groups where code = 'lpn')";
    sqlx::query(phone).execute(&mut *app.db().await).await.expect("a telephone");
    let narrow = json!({ "forwarding": "automatic", "audience": { "groups": ["moi"] } });
    let complete = app.write_with(narrow).await;
    app.release(&complete).await;
    app.run().await;
    look_at_a_pause(app, &admin, &mut shown).await;
    // withdrawn before anybody had it: the notice goes to nobody
    let early = app.write().await;
    app.release(&early).await;
    app.post(&Who::Admin, &format!("bulletins/{early}/withdraw"), json!({ "reason": "ผิดฉบับ" })).await.expect(200);
    for notice in app.texts("select id::text from bulletins where kind = 'withdrawal'").await {
        look(&mut shown, &admin, &format!("/board/{notice}")).await;
    }
    look_at_all(
        &mut shown,
        &admin,
        &[
            &format!("/board/{declined}"),
            &format!("/deliveries/{delivery}"),
            &format!("/board/{complete}/receipt"),
            "/groups/gcc1",
            "/groups/lpn",
            "/failures?state=declined&reason=not_linked",
        ],
    )
    .await;
    sqlx::query("update groups set retired = true where code = 'cmi-far'")
        .execute(&mut *app.db().await)
        .await
        .expect("retired");
    look(&mut shown, &admin, "/groups/cmi-far").await;
    shown
}

/// A delivery that is ready, and then, as LINE had a fault, tried again later.
async fn look_at_a_pause(app: &TestApp, admin: &Browser<'_>, shown: &mut Vec<Shown>) {
    app.faults([FaultRule::always(Fault::Status { status: 500 }).group("Cmoi").times(1)]);
    let id = app.write_with(json!({ "forwarding": "automatic", "audience": { "groups": ["moi"] } })).await;
    app.release(&id).await;
    look(shown, admin, "/board").await;
    app.run().await;
    app.faults([]);
    let delivery = app.delivery_of(&id, "moi").await;
    look(shown, admin, &format!("/deliveries/{delivery}")).await;
    app.after(Duration::from_mins(1)).await;
}

/// A channel with too little left for what is about to go, which nothing stopped yet.
pub async fn short(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    let change = ChannelChange { quota: Some(Quota::Limited(1)), ..ChannelChange::default() };
    app.line().change_channel("gcc", change).expect("changed");
    app.after(Duration::from_mins(10)).await;
    let draft = app.write().await;
    sqlx::query("update channels set quota_used = quota_limit").execute(&mut *app.db().await).await.expect("used up");
    app.event_set_aside().await;
    let unknown = "update groups set members = null, counted_at = null where code = 'moi'";
    sqlx::query(unknown).execute(&mut *app.db().await).await.expect("not known");
    let budget = "update channels set budget_messages = 1000";
    sqlx::query(budget).execute(&mut *app.db().await).await.expect("a budget");
    // a copy went where LINE had not told yet how many members there are
    let unknown = "update day_costs set pushed_unknown = 1";
    sqlx::query(unknown).execute(&mut *app.db().await).await.expect("not known");
    let alerts = "insert into group_alerts (group_id, kind, since, before, now)
        select id, unnest('{renamed,shrunk,lost}'::group_alert_kind[]), now(), '40', '4' from groups where code = 'moi'";
    sqlx::query(alerts).execute(&mut *app.db().await).await.expect("alerts");
    let pages =
        ["/board", "/channels", "/channels/gcc/budget", "/cost", "/failures", "/groups/moi", "/groups/moi/settings"];
    look(&mut shown, &admin, &format!("/bulletins/{draft}/publish")).await;
    look_at_all(&mut shown, &admin, &pages).await;
    // what follows finds the channel without a limit, and a group without its LINE group
    for change in [
        "update channels set budget_messages = null",
        "update groups set line_group_id = null, linked_at = null where code = 'cmi-far'",
        "insert into groups (code, parent_id, tier, name, name_form, office_id, forwarding, created_at, updated_at)
            select 'cmi-new', parent_id, tier, 'GCC3-ชม-ใหม่', 'gcc3-ชม-ใหม่', office_id, forwarding, now(), now()
            from groups where code = 'cmi-com'",
    ] {
        sqlx::query(change).execute(&mut *app.db().await).await.expect("changed");
    }
    let unlinked = app.count("select count(*) from groups where line_group_id is null and not retired").await;
    let confirmed = unlinked.to_string();
    for basic_id in [None, Some("@gcc")] {
        let name = sqlx::query("update channels set basic_id = $1").bind(basic_id);
        name.execute(&mut *app.db().await).await.expect("a name, or none");
        shown.push(("slips".to_owned(), admin.submit("/join-slips", &[("confirmed", confirmed.as_str())]).await));
    }
    shown
}

/// The chart, whole, narrowed and empty, and tree files with faults, looked at, applied and undone.
pub async fn chart(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    app.relayed().await;
    // what was published long before a file came does not keep it from being undone
    app.clock.advance(Duration::from_mins(2));
    look_at_all(&mut shown, &admin, &["/tree", "/tree?q=nowhere", "/tree?province=atlantis", "/tree/upload"]).await;
    let mut faults = "code,parent\n".to_owned();
    for n in 0..300 {
        writeln!(faults, "w{n},nowhere").expect("written");
    }
    let mut many = "code,members\n".to_owned();
    let mut new = "code,parent,tier,name,office,office_name,office_kind\n".to_owned();
    for n in 0..MANY + 100 {
        writeln!(new, "n{n},cmi,3,GCC3-{n},n{n},หน่วย {n},district").expect("written");
    }
    many.push_str("lpn,61\n");
    for file in ["", "code,parent\nlpn,nowhere\n", &faults] {
        let sent = admin.submit_with_file("/tree/upload", &[("channel", "")], "file", file.as_bytes()).await;
        shown.push(("a bad tree file".to_owned(), sent));
    }
    for file in [many, new] {
        let sent = admin.submit_with_file("/tree/upload", &[("channel", "gcc")], "file", file.as_bytes()).await;
        let review = sent.location().to_owned();
        look(&mut shown, &admin, &review).await;
        let version = hidden_in(&admin.open(&review).await.text, "version");
        for (act, fields) in [("apply", &[("version", version.as_str())][..]), ("undo", &[][..])] {
            admin.submit(&format!("{review}/{act}"), fields).await.location();
            look_at_all(&mut shown, &admin, &[&review, "/tree", "/groups/cmi/retire"]).await;
        }
    }
    single_groups(app, &mut shown).await;
    terms_and_channels(app, &mut shown).await;
    let other = "code,members\nlpn,62\n".as_bytes();
    let review = admin.submit_with_file("/tree/upload", &[], "file", other).await.location().to_owned();
    sqlx::query("update groups set members = 62 where code = 'lpn'")
        .execute(&mut *app.db().await)
        .await
        .expect("changed");
    shown.push(("changed meanwhile".to_owned(), admin.submit(&format!("{review}/apply"), &[]).await));
    look(&mut shown, &admin, "/tree/upload").await;
    shown
}

/// Groups that are added, changed and retired one by one, and what is wrong with them.
async fn single_groups(app: &TestApp, shown: &mut Vec<Shown>) {
    let (admin, coordinator) = (app.sign_in(Who::Admin).await, app.sign_in(Who::Coordinator).await);
    app.held().await;
    let pages = ["/tree/add", "/tree/add?under=lpn", "/groups/gcc1/edit", "/groups/lpn/edit", "/groups/lpn/retire"];
    look_at_all(shown, &admin, &pages).await;
    look_at_all(shown, &coordinator, &["/tree/upload", "/groups/lpn-com/retire", "/groups/lpn"]).await;
    for fields in [
        vec![],
        vec![("office", "สำนักงาน"), ("parent", "ลำพูน")],
        vec![("code", "lpn"), ("office", "lamphun"), ("parent", "gcc1"), ("office_name", "จังหวัด")],
        vec![
            ("code", "-"),
            ("office", "x"),
            ("parent", "nowhere"),
            ("office_name", "ก"),
            ("province", "ข"),
            ("head_count", "ค"),
        ],
    ] {
        shown.push(("a group that is refused".to_owned(), admin.submit("/tree/add", &fields).await));
    }
    shown.push(("a group without a name".to_owned(), admin.submit("/groups/lpn/edit", &[("office", "lamphun")]).await));
    let form = admin.open("/groups/lpn-com/edit").await.text;
    let now = ["name", "parent", "head_count"].map(|field| (field, hidden_in(&form, field)));
    let mut same: Vec<(&str, &str)> = now.iter().map(|(field, value)| (*field, value.as_str())).collect();
    same.extend([("office", "lamphun-commerce"), ("channel", "gcc"), ("version", "of long ago")]);
    shown.push(("changed since, to the same".to_owned(), admin.submit("/groups/lpn-com/edit", &same).await));
    let other = [("name", "GCC3"), ("office", "lamphun-commerce"), ("head_count", ""), ("version", "of long ago")];
    shown.push(("changed since".to_owned(), admin.submit("/groups/lpn-com/edit", &other).await));
    let settings = [("how", "after-a-while"), ("minutes", "60"), ("way", "listen"), ("version", "of long ago")];
    shown.push(("settings changed since".to_owned(), admin.submit("/groups/lpn/settings", &settings).await));
    shown.push(("unseen".to_owned(), admin.submit("/groups/lpn/retire", &[("seen", "9")]).await));
    let below = app.count(
        "select count(*) from groups g join groups up on up.id = g.parent_id where up.code = 'lpn' and not g.retired",
    );
    let seen = below.await.to_string();
    admin.submit("/groups/lpn/retire", &[("seen", seen.as_str())]).await.location();
    look(shown, &admin, "/groups/lpn").await;
    shown.push(("below a retired group".to_owned(), admin.submit("/groups/lpn-com/reinstate", &[]).await));
    for code in ["lpn", "lpn-com"] {
        admin.submit(&format!("/groups/{code}/reinstate"), &[]).await.location();
    }
}

/// Terms of office to come, on duty and ended; and a channel that LINE was asked about, with forms that are refused.
async fn terms_and_channels(app: &TestApp, shown: &mut Vec<Shown>) {
    let (admin, operator) = (app.sign_in(Who::Admin).await, app.sign_in(Who::Operator).await);
    app.post(&Who::Admin, "groups/lpn/stewards", json!({ "title": "ผู้ว่าราชการจังหวัด", "phone": "053-511000" }))
        .await
        .expect(201);
    app.post(&Who::Admin, "groups/lpn/stewards", json!({ "deputy": true, "title": "รองผู้ว่าราชการจังหวัด" }))
        .await
        .expect(201);
    let end = json!({ "until": "2018-10-01T00:00:00+07:00" });
    app.post(&Who::Admin, "groups/lpn/stewards/end", end).await.expect(200);
    let next = json!({ "name": "สมหญิง", "phone": "053-511000", "from": "2018-10-01T00:00:00+07:00" });
    app.post(&Who::Admin, "groups/lpn/stewards", next).await.expect(201);
    look_at_all(
        shown,
        &admin,
        &["/groups/lpn/stewards", "/groups/cmi-new/stewards", "/groups/lpn", "/groups/moi/stewards"],
    )
    .await;
    for (path, fields) in [
        ("/groups/lpn/stewards", &[("from", "2561-10-01"), ("until", "x")][..]),
        ("/groups/lpn/stewards", &[("title", "ผู้ว่าราชการจังหวัด"), ("from", "2018-10-01"), ("deputy", "")]),
        ("/groups/lpn/stewards", &[("phone", "x")]),
        ("/groups/lpn/stewards/end", &[("last_day", "2010-01-01")]),
        ("/channels/new", &[]),
        ("/channels/new", &[("code", "gcc"), ("name", "ก"), ("secret", "x"), ("token", "y"), ("rate", "1")]),
        ("/channels/new", &[("code", "x"), ("name", "ก"), ("secret", "ก"), ("token", "y"), ("rate", "1")]),
        ("/channels/gcc/rotate", &[]),
        ("/channels/gcc/rotate", &[("token", "a b")]),
        ("/channels/gcc/rotate", &[("secret", "a b")]),
        ("/channels/gcc/rate", &[("rate", "0")]),
        ("/channels/gcc/check", &[]),
        ("/channels/gcc/test-webhook", &[]),
    ] {
        shown.push((format!("{path} refused or asked"), admin.submit(path, fields).await));
    }
    look_at_all(shown, &admin, &["/channels/new", "/channels/gcc"]).await;
    look(shown, &operator, "/channels/gcc").await;
    app.post(&Who::Admin, "channels/gcc/park", json!({})).await.expect(200);
    look(shown, &admin, "/channels/gcc").await;
    app.post(&Who::Admin, "channels/gcc/resume", json!({})).await.expect(200);
}

/// A country in small: one bulletin to five hundred groups, of which few are linked.
pub async fn wide(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    let mut rows = "code,parent,tier,name,office,office_name,office_kind,province,channel,line_group_id,members,\
        head_count,forwarding,forward_within,steward_title\n"
        .to_owned();
    for n in 0..MANY {
        let row = format!("w{n},cmi,3,GCC3-{n},w{n},หน่วย {n},district,50,gcc,,10,10,automatic,,หัวหน้า {n}");
        writeln!(rows, "{row}").expect("written");
    }
    app.import(&rows).await;
    let id = app.relayed().await;
    look_at_all(
        &mut shown,
        &admin,
        &[
            &format!("/board/{id}"),
            &format!("/board/{id}/receipt"),
            &format!("/status/{id}"),
            &format!("/failures?bulletin={id}"),
            "/failures?state=unreachable&reason=not_linked",
        ],
    )
    .await;
    let found = admin.submit("/bulletins/groups", &[("group_query", "GCC3")]).await;
    shown.push(("more groups than are shown".into(), found));
    shown
}

/// The simulated telephones of many groups, one of which has a single member.
pub async fn crowd_of_chats(app: &TestApp) -> Vec<Shown> {
    for n in 0..110 {
        let group = GroupConfig::joined(&format!("Cmany{n}"), &format!("กลุ่ม {n}"), 1, "gcc");
        app.line().put_group(group).expect("a group");
    }
    let mut shown = Vec::new();
    for path in ["/", "/?tier=7", "/groups/Cmany1"] {
        let answer = app.send(reqwest::Client::new().get(format!("{}{path}", app.simulator.url()))).await;
        shown.push((format!("many chats {path}"), answer));
    }
    shown
}

/// A database in which there is no tree and no channel: there is somebody to sign in, and nothing else.
pub async fn nothing(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    look(&mut shown, &admin, "/groups/lpn").await;
    // registers and records are never emptied but here
    let register = "alter table register_endorsements disable trigger register_endorsements_never_emptied";
    let records = "alter table disseminations disable trigger disseminations_never_emptied";
    let pictures = "alter table dissemination_files disable trigger dissemination_files_never_emptied";
    let marks = "alter table establishment_marks disable trigger establishment_marks_never_emptied";
    for statement in [register, records, pictures, marks, "truncate channels cascade"] {
        sqlx::query(statement).execute(&mut *app.db().await).await.expect("no tree");
    }
    look_at_all(
        &mut shown,
        &admin,
        &[
            "/channels",
            "/board",
            "/failures",
            "/status",
            "/bulletins",
            "/bulletins/new",
            "/keys",
            "/accounts",
            "/audit",
        ],
    )
    .await;
    shown
}
