//! What is seen of sign-in at a provider, in every state of it.

use crate::browser::Browser;
use crate::desk::{Desk, Who};
use crate::pages_scenes::{Shown, look};
use crate::people_provider::{accept, bind, invite, press};

pub async fn at_a_provider() -> Vec<Shown> {
    let (desk, _provider) = Desk::with_provider(false).await;
    let mut shown = Vec::new();
    let stranger = Browser::new(&desk);
    look(&mut shown, &stranger, "/sign-in").await;
    shown.push(("on the way to the provider".into(), stranger.submit("/sign-in/provider", &[]).await));
    shown.push(("nobody whom the provider knows".into(), press(&stranger).await));
    let link = invite(&desk, Who::Steward).await;
    look(&mut shown, &stranger, &link).await;
    let operator = desk.sign_in(Who::Operator).await;
    look(&mut shown, &operator, "/account").await;
    shown.push(("a wrong password".into(), operator.submit("/account/provider", &[("old", "x")]).await));
    let operator = bind(&desk, Who::Operator).await;
    look(&mut shown, &operator, "/account").await;
    press(&stranger).await.location();
    look(&mut shown, &operator, "/account").await;
    shown.push(("bound to another account".into(), accept(&Browser::new(&desk), &link).await));
    let (_, id) = desk.account(Who::Operator).await;
    let admin = desk.sign_in(Who::Admin).await;
    look(&mut shown, &admin, &format!("/accounts/{id}")).await;
    shown
}
