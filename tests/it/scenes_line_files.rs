//! What is seen of files that a coordinator sends in LINE: the account that is bound, and what became of a picture.

use gcc_relay::domain::account::Role;

use crate::binding::{GOVERNOR, bind_as};
use crate::line_files::{picture, send, work};
use crate::pages_scenes::{Shown, look_at_all};
use crate::test_app::TestApp;

/// A picture that came by LINE, before and while its office says what it is.
pub async fn sent_in_line(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    bind_as(app, "in-line", Role::Coordinator, "lamphun", GOVERNOR).await;
    send(app, GOVERNOR, picture(10)).await;
    work(app).await;
    let id = app.texts("select id::text from submissions").await.remove(0);
    let coordinator = app.sign_in_as("in-line", Role::Coordinator, Some("lamphun")).await;
    let pages = ["/account".to_owned(), format!("/submissions/{id}"), format!("/submissions/{id}/again")];
    look_at_all(&mut shown, &coordinator, &pages.each_ref().map(String::as_str)).await;
    let chat = format!("{}/groups/{}", app.simulator.url(), GOVERNOR.user_id(app));
    shown.push(("a chat of two".to_owned(), app.send(reqwest::Client::new().get(chat)).await));
    shown
}
