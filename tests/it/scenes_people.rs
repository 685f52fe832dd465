//! What is seen of people, keys and the audit, in every state of theirs.

use gcc_relay::domain::account::Role;
use gcc_relay::store::passkeys::insert_passkey;
use sqlx::Executor as _;

use crate::binding::{GOVERNOR, bind};
use crate::browser::{Browser, PASSWORD};
use crate::pages_scenes::{Shown, look, look_at_all};
use crate::test_app::{TestApp, Who};
use std::time::Duration;

/// More of a kind than a page lists.
const MANY: usize = 52;
/// Words that fit several offices of the small tree.
const SEVERAL: &str = "จังหวัด";

pub async fn people(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    device_with_codes(app, &mut shown).await;
    codes_before_a_form(app, &mut shown).await;
    passkeys(app, &admin, &mut shown).await;
    the_accounts_of_others(app, &admin, &mut shown).await;
    a_steward_in_line(app, &mut shown).await;
    let fields = [("name", "ก"), ("username", "some-one"), ("role", "steward"), ("office", SEVERAL)];
    shown.push(("an account of one of several offices".into(), admin.submit("/accounts/new", &fields).await));
    shown.push(("a key of one of several offices".into(), admin.submit("/keys", &fields).await));
    look_at_all(
        &mut shown,
        &admin,
        &[
            &format!("/accounts/invite?look=yes&office={SEVERAL}"),
            "/accounts?q=nobody-of-this-name",
            // behind the last one
            "/accounts?cursor=enp6",
        ],
    )
    .await;
    let typing = [("subject", "เรื่อง"), ("body", "ความ")];
    let late = Browser::new(app).submit_typing("/bulletins/preview", &typing).await;
    shown.push(("typing when the session is over".into(), late));
    for n in 0..MANY {
        app.account_called(&format!("one-of-many-{n}"), Role::Operator, None).await;
        app.key(Role::Agency, None).await;
    }
    keys_that_end(app, &admin, &mut shown).await;
    look_at_all(&mut shown, &admin, &["/accounts", "/keys"]).await;
    the_audit(app, &admin, &mut shown).await;
    app.db().await.execute("delete from api_keys").await.expect("no key");
    look(&mut shown, &admin, "/keys").await;
    shown
}

/// A device that is remembered, of somebody whose duty ends and who took TOTP codes without having to.
async fn device_with_codes(app: &TestApp, shown: &mut Vec<Shown>) {
    let (username, _) = app.account_called("the-standin", Role::Operator, None).await;
    let ends = "update accounts set valid_until = '2030-01-01' where username = 'the-standin'";
    app.db().await.execute(ends).await.expect("an end");
    let standin = Browser::new(app);
    let fields = [("username", username.as_str()), ("password", PASSWORD), ("remember", "yes")];
    standin.submit("/sign-in", &fields).await.location();
    let setup = standin.submit("/account/codes", &[("old", PASSWORD)]).await;
    let codes = standin.submit("/account/codes/confirm", &[("code", &app.code_of(&setup.text))]).await;
    shown.push(("recovery codes".into(), codes));
    look(shown, &standin, "/account").await;
    let lost = Browser::new(app);
    let asked = lost.submit("/sign-in", &fields).await;
    shown.push(("asked for the second step".into(), asked));
    let wrong = lost.submit("/sign-in/code", &[("recovery", "aaaa-aaaa-aaaa-aaaa")]).await;
    shown.push(("a recovery code that is none".into(), wrong));
    app.db().await.execute("delete from recovery_codes").await.expect("none left");
    look(shown, &standin, "/account").await;
    let stranger = [("username", username.as_str()), ("password", "a guess")];
    Browser::new(app).submit("/sign-in", &stranger).await;
    look(shown, &standin, "/account?said=failures-seen").await;
}

/// An account with a passkey, as its owner and an administrator see it, and a browser that is asked for it.
async fn passkeys(app: &TestApp, admin: &Browser<'_>, shown: &mut Vec<Shown>) {
    let (owner, mut device) = crate::people_passkeys::owner(app).await;
    look(shown, &owner, "/account").await;
    shown.push(("a passkey without a name".into(), owner.submit("/account/passkeys", &[("old", PASSWORD)]).await));
    let fields = [("name", "ก"), ("old", PASSWORD)];
    shown.push(("a passkey to be made".into(), owner.submit("/account/passkeys", &fields).await));
    shown.push(("a passkey to be used".into(), Browser::new(app).submit("/sign-in/passkey", &[]).await));
    crate::people_passkeys::sign_in(app, &mut device).await.1.location();
    look(shown, &owner, "/account").await;
    let (_, id) = app.account(Who::Steward).await;
    look(shown, admin, &format!("/accounts/{id}")).await;
    let nameless = TestApp::without_passkeys().await;
    let steward = nameless.sign_in(Who::Steward).await;
    look(shown, &steward, "/account").await;
    let (_, id) = nameless.account(Who::Steward).await;
    let mut db = nameless.db().await;
    insert_passkey(&mut db, id, &[1], &serde_json::json!({}), "ก", nameless.now()).await.expect("a query");
    drop(db);
    look(shown, &steward, "/account").await;
    look(shown, &Browser::new(&nameless), "/sign-in").await;
    let (username, _) = nameless.account(Who::Approver).await;
    let fields = [("username", username.as_str()), ("password", PASSWORD)];
    shown.push(("codes without passkeys".into(), Browser::new(&nameless).submit("/sign-in", &fields).await));
}

/// An approver who sets TOTP codes up while a form waits to be sent again.
async fn codes_before_a_form(app: &TestApp, shown: &mut Vec<Shown>) {
    let (username, _) = app.account_called("the-late-approver", Role::Approver, None).await;
    let approver = Browser::new(app);
    let pending_form = ("pending_form", r#"{"path":"/account/failures/seen","fields":[["name","ก"]]}"#);
    let fields = [("username", username.as_str()), ("password", PASSWORD), pending_form];
    let setup = approver.submit("/sign-in", &fields).await;
    let codes = approver.submit("/sign-in/code", &[("code", app.code_of(&setup.text).as_str()), pending_form]).await;
    shown.push(("recovery codes before a form".into(), codes));
}

/// A key that has ended, one that ends soon and works from some addresses only, and one that cannot be made.
async fn keys_that_end(app: &TestApp, admin: &Browser<'_>, shown: &mut Vec<Shown>) {
    let soon = Duration::from_secs(1);
    // later than all others, as the newest are listed first
    app.clock.advance(soon);
    app.key_with(Role::Operator, Some(app.now() + soon), &[]).await;
    app.clock.advance(soon);
    app.key_with(Role::Operator, Some(app.now() + Duration::from_hours(1)), &["192.0.2.0/24"]).await;
    let fields = [("name", "ก"), ("role", "operator"), ("until", "soon"), ("addresses", "x")];
    shown.push(("a key of no day and no address".into(), admin.submit("/keys", &fields).await));
}

/// A steward who gets a code before and after LINE said what the account is called, and is bound by it.
async fn a_steward_in_line(app: &TestApp, shown: &mut Vec<Shown>) {
    let steward = app.sign_in_as("the-bound", Role::Steward, Some("lamphun")).await;
    let get = async || steward.submit("/account/line", &[("old", PASSWORD)]).await;
    app.db().await.execute("update channels set basic_id = null").await.expect("no name");
    shown.push(("a code to bind LINE".into(), get().await));
    app.db().await.execute("update channels set basic_id = '@gcc'").await.expect("a name");
    shown.push(("a code to bind LINE, with its chat".into(), get().await));
    shown.push(("no code without the password".into(), steward.submit("/account/line", &[("old", "x")]).await));
    bind(app, "the-bound", "lamphun", GOVERNOR).await;
    look_at_all(shown, &steward, &["/account", "/waiting"]).await;
}

async fn the_accounts_of_others(app: &TestApp, admin: &Browser<'_>, shown: &mut Vec<Shown>) {
    let (_, standin) = app.account_called("the-standin", Role::Operator, None).await;
    look(shown, admin, &format!("/accounts/{standin}")).await;
    admin.submit(&format!("/accounts/{standin}/disable"), &[]).await.location();
    look(shown, admin, &format!("/accounts/{standin}")).await;
}

/// The audit: whole, asked for a day that is none, and changed behind everybody's back.
async fn the_audit(app: &TestApp, admin: &Browser<'_>, shown: &mut Vec<Shown>) {
    look(shown, admin, "/audit?from=someday").await;
    app.after(Duration::from_mins(1)).await;
    shown.push(("a whole audit".into(), admin.submit("/audit/check", &[]).await));
    let change = "alter table audit disable trigger audit_append_only;
        update audit set actor = 'user:nobody' where id = (select min(id) from audit)";
    sqlx::raw_sql(change).execute(&mut *app.db().await).await.expect("changed");
    shown.push(("a broken audit".into(), admin.submit("/audit/check", &[]).await));
}
