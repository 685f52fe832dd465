//! What is seen of setting up groups: offices with nothing and with everything, and reports in every state of their two ways.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::relay::engine::Engine;
use gcc_relay::relay::mails::send_mails;
use gcc_relay::relay::settings::{EstablishmentRules, Settings};
use serde_json::json;

use crate::establishment::{ask, with_a_group_elsewhere};
use crate::mail_server::{Conduct, MailServer};
use crate::pages_scenes::{Shown, look, look_at_all};
use crate::test_app::{TestApp, Who};
use crate::test_relay::TestRelay;

/// A desk without mail: nothing is sent, nothing is asked.
async fn without_mail() -> Vec<Shown> {
    let mut relay = TestRelay::new().await;
    let establishment = EstablishmentRules { mail: None, ..relay.engine.settings.establishment.clone() };
    relay.engine.settings = Arc::new(Settings { establishment, ..(*relay.engine.settings).clone() });
    let app = TestApp::on(relay).await;
    let mut shown = Vec::new();
    let steward = app.sign_in(Who::Steward).await;
    look(&mut shown, &steward, "/establishment/offices/lamphun").await;
    let to = steward.submit("/establishment/offices/lamphun/reports", &[]).await.location().to_owned();
    look(&mut shown, &steward, &to).await;
    shown
}

/// Offices and reports in every state.
pub async fn setting_up(app: &TestApp) -> Vec<Shown> {
    let mut shown = without_mail().await;
    let elsewhere = with_a_group_elsewhere().await;
    look(&mut shown, &elsewhere.sign_in(Who::Steward).await, "/establishment/offices/lamphun-commerce").await;
    let server = MailServer::start().await;
    let engine = Engine { mailer: Some(server.mailer()), ..app.engine.clone() };
    let (admin, steward) = (app.sign_in(Who::Admin).await, app.sign_in(Who::Steward).await);
    let office = "/establishment/offices/lamphun";
    look_at_all(&mut shown, &admin, &["/establishment", "/establishment?q=nowhere", office]).await;
    ask(app).await;
    look(&mut shown, &steward, office).await;
    let refused = admin.submit(&format!("{office}/verify"), &[("group", "lpn"), ("remark", &"ก".repeat(600))]).await;
    shown.push(("a remark that is too long".to_owned(), refused));
    let refused = steward.submit(&format!("{office}/created"), &[("group", "nowhere")]).await;
    shown.push(("a group that is not there".to_owned(), refused));
    for conduct in [Some(Conduct::Lose), Some(Conduct::Message("554 no")), Some(Conduct::Accept), None] {
        let to = steward.submit(&format!("{office}/reports"), &[("mail", "yes")]).await.location().to_owned();
        look(&mut shown, &steward, &to).await;
        if let Some(conduct) = conduct {
            server.next([conduct]);
            send_mails(&engine).await.expect("sent");
        }
        look(&mut shown, &steward, &to).await;
        let report = to.split('?').next().expect("a path").to_owned();
        let refused = steward.submit(&format!("{report}/paper"), &[("sent_on", "")]).await;
        shown.push(("a paper without a day".to_owned(), refused));
        steward.submit(&format!("{report}/paper"), &[("sent_on", "2018-03-23"), ("number", "ลพ ๑")]).await.location();
        look(&mut shown, &steward, &report).await;
        for fields in [
            [("mailed_on", "2018-03-23"), ("mailed_to", "x")],
            [("mailed_on", "2099-01-01"), ("mailed_to", "a@b.example.org")],
        ] {
            let refused = steward.submit(&format!("{report}/own-mail"), &fields).await;
            shown.push(("a mail of one's own that is refused".to_owned(), refused));
        }
        let mailed = [("mailed_on", "2018-03-23"), ("mailed_to", "gcc@opm.example.org")];
        steward.submit(&format!("{report}/own-mail"), &mailed).await.location();
        look(&mut shown, &steward, &report).await;
    }
    look_at_all(&mut shown, &admin, &["/establishment", office]).await;
    ask(app).await;
    app.clock.advance(Duration::from_hours(24 * 5));
    let admin = app.sign_in(Who::Admin).await;
    look(&mut shown, &admin, office).await;
    let retire = "update groups set retired = true where code = 'cmi-far'";
    sqlx::query(retire).execute(&mut *app.db().await).await.expect("retired");
    look(&mut shown, &admin, "/establishment/offices/chiangmai-far").await;
    app.post(&Who::Admin, "establishment/lamphun/created", json!({ "groups": ["lpn"] })).await.expect(200);
    shown
}
