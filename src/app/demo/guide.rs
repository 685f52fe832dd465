//! What to look at and what to try, with addresses and commands that work as they are written.

use std::fmt::Write as _;

use secrecy::{ExposeSecret as _, SecretString};

use super::keys::DemoKey;
use super::{accounts, bound_steward};
use crate::app::AppContext;
use crate::app::simulator::SimulatorOptions;
use crate::domain::ids::BulletinId;
use crate::domain::national::simulated_link;
use crate::store::bulletins::get_bulletin;

/// Groups whose chats are shown, one of each tier.
const CHATS: [&str; 3] = ["gcc1", "gcc2-lamphun", "gcc3-lamphun-commerce"];

/// Where the story of the letters is seen.
const OFFICE_PAGES: [(&str, &str); 6] = [
    ("/establishment", "groups set up and reported"),
    ("/requests", "what is to be done by when"),
    ("/coordinators", "who coordinates"),
    ("/submissions", "what was sent up"),
    ("/disseminations", "where it was spread"),
    ("/register", "stamps and endorsements"),
];

pub(super) async fn describe(
    context: &AppContext,
    options: &SimulatorOptions,
    password: &SecretString,
    keys: &[DemoKey],
    bulletin: BulletinId,
) -> anyhow::Result<String> {
    let token = get_bulletin(&mut *context.db.acquire().await?, bulletin).await?.public_token;
    let base = context.config.server.public_url.as_str();
    let mut text = String::from("Sign in\n");
    let password = password.expose_secret();
    let _ = writeln!(text, "  {base}/sign-in   password of all: {password}   (a demo asks for no codes)");
    for account in &accounts::ALL {
        let _ = writeln!(text, "  {:<13}{}", account.username, account.whose);
    }
    text.push_str("\nLook at\n");
    let _ = writeln!(text, "  the API's document             {base}/docs");
    let _ = writeln!(text, "  the letter's page              {base}/b/{token}");
    for code in CHATS {
        let chat = simulated_link(&code.parse()?);
        let _ = writeln!(text, "  chat of {code:<23}http://{}/groups/{}", options.listen, chat.as_str());
    }
    let _ = writeln!(text, "  the governor's chat of two     {}", bound_steward::chat_address(options));
    let _ = writeln!(text, "  all chats                      http://{}/", options.listen);
    text.push_str("\nWhat offices do (sign in as coordinator, commerce or operator)\n");
    for (path, what) in OFFICE_PAGES {
        let _ = writeln!(text, "  {what:<31}{base}{path}");
    }
    text.push_str("\nAPI keys, made for this start\n");
    for key in keys {
        let _ = writeln!(text, "  {:<10}{}  {}", key.name, key.key.expose_secret(), key.whose);
    }
    write_commands(&mut text, context, keys, bulletin);
    let _ = write!(
        text,
        "\nIn most provinces people forward by hand in LINE, by and by, and the account hears it; in the others stewards forward on\n\
         their page, all but the governor of Ranong, whose office operations call and report for. A bulletin comes every ten minutes;\n\
         {base}/cost says what they cost. The governor of Lamphun has bound LINE: his chat of two reminds him, in office hours and\n\
         at any hour of what is ด่วนที่สุด, and ส่งต่อ forwards, there and under a card in the chat of gcc1 as member {member}. Pictures, videos and\n\
         PDFs that he attaches there become material of the province, below {base}/submissions. All bulletins are made up.\n\nServing until Ctrl-C.\n",
        member = bound_steward::MEMBER,
    );
    Ok(text)
}

fn write_commands(text: &mut String, context: &AppContext, keys: &[DemoKey], bulletin: BulletinId) {
    let api = format!("http://{}/api/v1", context.config.server.listen);
    text.push_str("\nTry, in another terminal and this folder\n");
    for key in keys {
        let _ = writeln!(text, "  {}=\"Authorization: Bearer $(cat {})\"", key.name.to_uppercase(), key.file.display());
    }
    text.push_str("  JSON=\"Content-Type: application/json\"\n");
    let _ = write!(
        text,
        r#"
  # the receipts of the letter: of all, and as Lamphun's own system sees them
  curl -sSw '\n' -H "$ADMIN" {api}/bulletins/{bulletin}/status
  curl -sSw '\n' -H "$AGENCY" {api}/bulletins/{bulletin}/status

  # a bulletin of your own; the stewards let it in tier by tier, each once LINE has it above
  ID=$(curl -sSw '\n' -H "$ADMIN" -H "$JSON" -d '{{"subject":"ทดสอบระบบ","body":"ขอทดสอบการส่งข่าวสารของรัฐบาล","urgency":"urgent"}}' {api}/bulletins | grep -o '"id":"[^"]*"' | head -1 | cut -d '"' -f 4)
  curl -sSw '\n' -H "$ADMIN" -H "$JSON" -d '{{}}' {api}/bulletins/$ID/publish; sleep 1
  curl -sSw '\n' -H "$GOVERNOR" -H "$JSON" -d '{{"into":["gcc2-lamphun"]}}' {api}/bulletins/$ID/forward; sleep 1
  curl -sSw '\n' -H "$COMMERCE" -H "$JSON" -d '{{"into":["gcc3-lamphun-commerce"]}}' {api}/bulletins/$ID/forward
  curl -sSw '\n' -H "$ADMIN" "{api}/bulletins/$ID/status?under=gcc2-lamphun"
"#
    );
}
