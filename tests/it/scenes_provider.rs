//! What is seen of sign-in at a provider, in every state of it.

use crate::browser::Browser;
use crate::pages_scenes::{Shown, look};
use crate::people_provider::{accept, bind, invite, press};
use crate::test_app::{TestApp, Who};

pub async fn at_a_provider() -> Vec<Shown> {
    let (app, _provider) = TestApp::with_provider(false).await;
    let mut shown = Vec::new();
    let stranger = Browser::new(&app);
    look(&mut shown, &stranger, "/sign-in").await;
    shown.push(("on the way to the provider".into(), stranger.submit("/sign-in/provider", &[]).await));
    shown.push(("nobody whom the provider knows".into(), press(&stranger).await));
    let link = invite(&app, Who::Steward).await;
    look(&mut shown, &stranger, &link).await;
    let operator = app.sign_in(Who::Operator).await;
    look(&mut shown, &operator, "/account").await;
    shown.push(("a wrong password".into(), operator.submit("/account/provider", &[("old", "x")]).await));
    let operator = bind(&app, Who::Operator).await;
    look(&mut shown, &operator, "/account").await;
    press(&stranger).await.location();
    look(&mut shown, &operator, "/account").await;
    shown.push(("bound to another account".into(), accept(&Browser::new(&app), &link).await));
    let (_, id) = app.account(Who::Operator).await;
    let admin = app.sign_in(Who::Admin).await;
    look(&mut shown, &admin, &format!("/accounts/{id}")).await;
    shown
}
