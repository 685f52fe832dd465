//! The pages, as far as the server makes them.

use serde_json::{Value, json};

use super::{GROUP, clock, config, start, text};
use crate::GroupConfig;

#[tokio::test]
async fn the_list_finds_groups_by_name_and_tier_and_says_what_came_last() {
    let mut config = config(&clock());
    config.groups.push(GroupConfig::joined("C2", "GCC2 ลำพูน", 40, "opm"));
    let (_simulator, caller) = start(config).await;
    caller.push(&text("ขอให้ทุกส่วนราชการทราบ"), 1).await;
    let all = String::from_utf8(caller.get("/").await.body.to_vec()).unwrap();
    assert!(all.contains("ขอให้ทุกส่วนราชการทราบ") && all.contains("GCC2 ลำพูน"));
    assert!(all.find("GCC1 ศูนย์กลาง").unwrap() < all.find("GCC2 ลำพูน").unwrap());
    let second = String::from_utf8(caller.get("/?tier=2&q=").await.body.to_vec()).unwrap();
    assert!(!second.contains("GCC1 ศูนย์กลาง") && second.contains("GCC2 ลำพูน"));
    let none = String::from_utf8(caller.get("/?q=%3Cb%3E").await.body.to_vec()).unwrap();
    assert!(none.contains("ไม่พบกลุ่ม") && !none.contains("<b>"));
}

#[tokio::test]
async fn a_chat_page_runs_own_scripts_only() {
    let (_simulator, caller) = start(config(&clock())).await;
    let page = caller.get(&format!("/groups/{GROUP}")).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    assert!(page.header("content-security-policy").contains("font-src 'self'"));
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains("onclick"));
    for asset in ["simulator.css", "flex.css", "flex.js", "chat.js", "groups.js", "thai-400.woff2"] {
        assert_eq!(caller.get(&format!("/assets/{asset}")).await.status, 200, "{asset}");
    }
    assert_eq!(caller.get("/groups/C404").await.status, 404);
}

#[tokio::test]
async fn a_chat_streams_the_very_messages_and_who_wrote_what() {
    let (_simulator, caller) = start(config(&clock())).await;
    let body = text("ข่าว");
    caller.push(&body, 1).await;
    let said = json!({ "type": "message", "member": 2, "text": "รับทราบครับ" });
    assert_eq!(caller.post(&format!("/groups/{GROUP}/happenings"), &said).await.status, 200);
    let event = caller.first_event(&format!("/groups/{GROUP}/live")).await;
    let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let entries: Value = serde_json::from_str(data).unwrap();
    assert_eq!(entries[0]["kind"], "account");
    assert_eq!(entries[0]["messages"], body["messages"]);
    assert_eq!((&entries[1]["member"], &entries[1]["text"]), (&json!(2), &json!("รับทราบครับ")));
    assert!(event.contains("id: 1"));
}
