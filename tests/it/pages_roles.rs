//! Who may open which page and send which form: every route for people with every role, in both directions.
//!
//! A row per case: what is opened or sent, and what each of [`Who::ALL`] gets for it. Whoever adds a page adds its rows;
//! [`the_table_names_every_route_for_people`] fails until they are there.

use std::collections::BTreeSet;

use gcc_relay::domain::account::Role;
use gcc_relay::domain::ids::ApiKeyId;
use gcc_relay::store::api_keys::find_key;
use gcc_relay::store::passkeys::insert_passkey;
use gcc_relay::web::routes::{Access, ROUTES};
use serde_json::json;

use crate::browser::{Browser, PASSWORD};
use crate::test_app::{TestApp, Who};

/// One page or form, and the status that each of [`Who::ALL`] gets for it.
struct Row {
    /// Method and path of the route, as the table of routes names it.
    route: &'static str,
    /// What is opened; [`Fixtures`] knows what the `{words}` stand for.
    path: &'static str,
    /// What is typed, as a form sends it.
    fields: &'static [(&'static str, &'static str)],
    expected: [u16; 8],
}

const fn open(route: &'static str, path: &'static str, expected: [u16; 8]) -> Row {
    Row { route, path, fields: &[], expected }
}

const fn send(
    route: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    expected: [u16; 8],
) -> Row {
    Row { route, path, fields, expected }
}

// in the order of `Who::ALL`: admin, publisher, approver, steward, operator, agency, coordinator, nobody;
// nobody is led to the sign-in page, or is asked to sign in again before a form is sent

/// A page for everybody who is signed in.
const ALL: [u16; 8] = [200, 200, 200, 200, 200, 200, 200, 303];
/// A form for everybody who is signed in.
const ALL_SEND: [u16; 8] = [303, 303, 303, 303, 303, 303, 303, 401];
/// A page for administrators.
const ADMIN: [u16; 8] = [200, 403, 403, 403, 403, 403, 403, 303];
/// A form of administrators that leads on.
const ADMIN_SEND: [u16; 8] = [303, 403, 403, 403, 403, 403, 403, 401];
/// A form of administrators that is answered at once.
const ADMIN_ANSWER: [u16; 8] = [200, 403, 403, 403, 403, 403, 403, 401];
/// A page that stewards and agencies of another part of the tree do not see.
const WHOLE: [u16; 8] = [200, 200, 200, 404, 200, 404, 404, 303];

/// Operations' pages and forms.
const OPERATE: [u16; 8] = [200, 403, 403, 403, 200, 403, 403, 303];
const OPERATE_SEND: [u16; 8] = [303, 403, 403, 403, 303, 403, 403, 401];
/// Those who manage the tree: operations, and a coordinator at or above what it is about.
const TREE: [u16; 8] = [200, 403, 403, 403, 200, 403, 200, 303];
const TREE_SEND: [u16; 8] = [303, 403, 403, 403, 303, 403, 303, 401];
/// Operations; it is in another province.
const TREE_ELSEWHERE: [u16; 8] = [200, 403, 403, 403, 200, 403, 404, 303];
const TREE_ELSEWHERE_SEND: [u16; 8] = [303, 403, 403, 403, 303, 403, 404, 401];
/// The same without saying which version was seen: nothing is overwritten.
const TREE_NOT_AS_SEEN: [u16; 8] = [409, 403, 403, 403, 409, 403, 409, 401];
const TREE_ELSEWHERE_NOT_AS_SEEN: [u16; 8] = [409, 403, 403, 403, 409, 403, 404, 401];
/// What is changed of a group in another province, or at the next.
const COMMERCE: &[(&str, &str)] = &[
    ("name", "GCC3-ลพ-พาณิชย์จังหวัด"),
    ("parent", "lpn"),
    ("office", "lamphun-commerce"),
    ("channel", "gcc"),
    ("head_count", "26"),
];
const CHIANG_MAI: &[(&str, &str)] =
    &[("name", "GCC2-เชียงใหม่"), ("parent", "gcc1"), ("office", "chiangmai"), ("channel", "gcc"), ("head_count", "71")];
/// A tree file that is not there.
const NO_UPLOAD: &str = "/tree/uploads/01625095-8900-717a-8aca-9559ea00b0f4";
const NO_UPLOAD_APPLY: &str = "/tree/uploads/01625095-8900-717a-8aca-9559ea00b0f4/apply";
const NO_UPLOAD_UNDO: &str = "/tree/uploads/01625095-8900-717a-8aca-9559ea00b0f4/undo";
/// The steward of the group, and operations.
const STEWARD_SEND: [u16; 8] = [303, 403, 403, 303, 303, 403, 403, 401];
/// Those who manage the group: its steward, a coordinator above or at it, and operations.
const MANAGE: [u16; 8] = [200, 403, 403, 200, 200, 403, 200, 303];
const MANAGE_SEND: [u16; 8] = [303, 403, 403, 303, 303, 403, 303, 401];
const MANAGE_ANSWER: [u16; 8] = [200, 403, 403, 200, 200, 403, 200, 401];
/// Operations; it is in another province.
const MANAGE_ELSEWHERE: [u16; 8] = [200, 403, 403, 404, 200, 403, 404, 303];
/// Those who may write, stewards for their own part of the tree.
const ORIGINATE: [u16; 8] = [200, 200, 403, 200, 403, 403, 403, 303];
const ORIGINATE_SEND: [u16; 8] = [303, 303, 403, 303, 403, 403, 403, 401];
const ORIGINATE_ANSWER: [u16; 8] = [200, 200, 403, 200, 403, 403, 403, 401];
/// The same with a draft that starts at the root, which no steward sees.
const WRITE: [u16; 8] = [200, 200, 403, 404, 403, 403, 403, 303];
const WRITE_SEND: [u16; 8] = [303, 303, 403, 404, 403, 403, 403, 401];
/// The same without saying which version was seen: nothing is overwritten.
const NOT_AS_SEEN: [u16; 8] = [409, 409, 403, 404, 403, 403, 403, 401];
/// Those who do the work of an office.
const WORK: [u16; 8] = [200, 403, 403, 200, 200, 200, 200, 303];
const WORK_SEND: [u16; 8] = [303, 403, 403, 303, 303, 303, 303, 401];
/// The same of the steward's office, which the agency below does not see.
const WORK_ABOVE: [u16; 8] = [200, 403, 403, 200, 200, 404, 200, 303];
const WORK_ABOVE_SEND: [u16; 8] = [303, 403, 403, 303, 303, 404, 303, 401];
/// The same of one in another province.
const WORK_ELSEWHERE: [u16; 8] = [200, 403, 403, 404, 200, 404, 404, 303];
const WORK_ELSEWHERE_SEND: [u16; 8] = [303, 403, 403, 404, 303, 404, 404, 401];
/// The same of what goes to another province only.
const ELSEWHERE: [u16; 8] = [200, 403, 403, 404, 200, 404, 404, 303];
/// What the provincial office did, and not an office below it.
const ABOVE: [u16; 8] = [200, 200, 200, 200, 200, 404, 200, 303];
/// Those who publish.
const PUBLISH: [u16; 8] = [200, 200, 403, 403, 403, 403, 403, 303];
const PUBLISH_SEND: [u16; 8] = [303, 303, 403, 403, 403, 403, 403, 401];
/// What an office sends upward.
const MATERIAL: &[(&str, &str)] = &[("topic", "farmers"), ("title", "ลำไย"), ("outcome", "ราคาเพิ่มขึ้น")];
const MATERIAL_OF_LAMPHUN: &[(&str, &str)] =
    &[("office", "lamphun"), ("topic", "farmers"), ("title", "ลำไย"), ("outcome", "ราคาเพิ่มขึ้น")];
/// What an office did on the day of the small tree, as the form sends it.
const SPREAD_IN_LAMPHUN: &[(&str, &str)] = &[
    ("office", "lamphun"),
    ("medium", "website"),
    ("area", "51"),
    ("date", "2018-03-23"),
    ("time", "07:00"),
    ("times", "1"),
];
const SPREAD_IN_CHIANG_MAI: &[(&str, &str)] = &[
    ("office", "chiangmai"),
    ("medium", "website"),
    ("area", "50"),
    ("date", "2018-03-23"),
    ("time", "07:00"),
    ("times", "1"),
];
/// Those who approve.
const APPROVE_SEND: [u16; 8] = [303, 403, 303, 403, 403, 403, 403, 401];
/// The form of a coordinator.
const COORDINATOR: &[(&str, &str)] =
    &[("first_name", "สมชาย"), ("last_name", "ใจดี"), ("position", "นักวิชาการ"), ("telephone", "๐-๕๓๕๑-๑๑๙๒")];
/// A batch with one of them.
const BATCH: &[(&str, &str)] = &[(
    "rows",
    "หน่วยงาน,ชื่อ,นามสกุล,ตำแหน่ง,สังกัด,เบอร์โทรศัพท์,มือถือ,E-mail,ID Line\nlamphun-commerce,สมชาย,ใจดี,นักวิชาการ,,053511192,,,",
)];
/// A short letter, as the form sends it.
const LETTER: &[(&str, &str)] = &[("kind", "news"), ("urgency", "routine"), ("subject", "เรื่อง"), ("body", "ความ")];

const ROWS: &[Row] = &[
    open("GET /home", "/home", ALL),
    open("GET /account", "/account", ALL),
    send(
        "POST /account/password",
        "/account/password",
        &[("old", PASSWORD), ("password", PASSWORD), ("again", PASSWORD)],
        ALL_SEND,
    ),
    send("POST /account/codes", "/account/codes", &[("old", PASSWORD)], [200, 200, 200, 200, 200, 200, 200, 401]),
    send(
        "POST /account/codes/confirm",
        "/account/codes/confirm",
        &[("code", "-")],
        [422, 422, 422, 422, 422, 422, 422, 401],
    ),
    // only with a second step
    send("POST /account/recovery", "/account/recovery", &[("old", PASSWORD)], [422, 422, 200, 422, 422, 422, 422, 401]),
    // approvers need codes at the test app
    send(
        "POST /account/codes/remove",
        "/account/codes/remove",
        &[("old", PASSWORD)],
        [303, 303, 403, 303, 303, 303, 303, 401],
    ),
    send(
        "POST /account/passkeys",
        "/account/passkeys",
        &[("name", "ก"), ("old", PASSWORD)],
        [200, 200, 200, 200, 200, 200, 200, 401],
    ),
    send(
        "POST /account/passkeys/confirm",
        "/account/passkeys/confirm",
        &[("credential", "[]")],
        [422, 422, 422, 422, 422, 422, 422, 401],
    ),
    // another's passkey
    send(
        "POST /account/passkeys/{id}/remove",
        "/account/passkeys/{passkey}/remove",
        &[("old", PASSWORD)],
        [404, 404, 404, 404, 404, 404, 404, 401],
    ),
    send("POST /account/line", "/account/line", &[("old", PASSWORD)], [403, 403, 403, 200, 403, 403, 200, 401]),
    send("POST /account/line/remove", "/account/line/remove", &[], [403, 403, 403, 303, 403, 403, 303, 401]),
    send("POST /account/provider", "/account/provider", &[("old", PASSWORD)], [200, 200, 200, 200, 200, 200, 200, 401]),
    send("POST /account/provider/remove", "/account/provider/remove", &[("old", PASSWORD)], ALL_SEND),
    send("POST /account/failures/seen", "/account/failures/seen", &[("next", "/home")], ALL_SEND),
    // another's device
    send(
        "POST /account/devices/{handle}/sign-out",
        "/account/devices/{device}/sign-out",
        &[],
        [404, 404, 404, 404, 404, 404, 404, 401],
    ),
    send("POST /account/devices/sign-out-others", "/account/devices/sign-out-others", &[], ALL_SEND),
    open("GET /accounts", "/accounts", ADMIN),
    open("GET /accounts/new", "/accounts/new", ADMIN),
    send(
        "POST /accounts/new",
        "/accounts/new",
        &[("username", "somebody"), ("name", "ผู้ดูแล"), ("role", "operator")],
        ADMIN_ANSWER,
    ),
    open("GET /accounts/invite", "/accounts/invite", ADMIN),
    send(
        "POST /accounts/invite",
        "/accounts/invite",
        &[("office", "lamphun-d1"), ("confirmed", "1"), ("form", "csv")],
        ADMIN_ANSWER,
    ),
    open("GET /accounts/{id}", "/accounts/{account}", ADMIN),
    send("POST /accounts/{id}", "/accounts/{account}", &[("name", "ผู้ดูแล"), ("role", "operator")], ADMIN_SEND),
    send("POST /accounts/{id}/link", "/accounts/{account}/link", &[], ADMIN_ANSWER),
    send("POST /accounts/{id}/disable", "/accounts/{account}/disable", &[], ADMIN_SEND),
    send("POST /accounts/{id}/enable", "/accounts/{account}/enable", &[], ADMIN_SEND),
    send("POST /accounts/{id}/codes/remove", "/accounts/{account}/codes/remove", &[], ADMIN_SEND),
    send("POST /accounts/{id}/passkeys/remove", "/accounts/{account}/passkeys/remove", &[], ADMIN_SEND),
    send("POST /accounts/{id}/provider/remove", "/accounts/{account}/provider/remove", &[], ADMIN_SEND),
    open("GET /keys", "/keys", [200, 403, 403, 403, 403, 200, 403, 303]),
    send("POST /keys", "/keys", &[("name", "ระบบ"), ("role", "operator")], [200, 403, 403, 403, 403, 200, 403, 401]),
    send(
        "POST /keys/{id}/revoke",
        "/keys/{key of lamphun-commerce}/revoke",
        &[],
        [303, 403, 403, 403, 403, 303, 403, 401],
    ),
    send("POST /keys/{id}/revoke", "/keys/{key of lamphun}/revoke", &[], [303, 403, 403, 403, 403, 404, 403, 401]),
    open("GET /requests", "/requests", WORK),
    send("POST /requests/{id}/answer", "/requests/{request}/answer", &[("answer", "done")], WORK_SEND),
    send("POST /requests/{id}/answer", "/requests/{request above}/answer", &[("answer", "done")], WORK_ABOVE_SEND),
    send(
        "POST /requests/{id}/answer",
        "/requests/{request elsewhere}/answer",
        &[("answer", "done")],
        WORK_ELSEWHERE_SEND,
    ),
    open("GET /requests/bulletins/{id}", "/requests/bulletins/{held}", ALL),
    open("GET /requests/bulletins/{id}", "/requests/bulletins/{elsewhere}", WHOLE),
    open("GET /requests/bulletins/{id}/csv", "/requests/bulletins/{held}/csv", ALL),
    open("GET /requests/bulletins/{id}/csv", "/requests/bulletins/{elsewhere}/csv", WHOLE),
    send(
        "POST /bulletins/{id}/requests",
        "/bulletins/{draft}/requests",
        &[("request_kind", "disseminate"), ("text", "เผยแพร่")],
        WRITE_SEND,
    ),
    send("POST /bulletins/{id}/requests/{no}/remove", "/bulletins/{asking draft}/requests/1/remove", &[], WRITE_SEND),
    open("GET /coordinators", "/coordinators", WORK),
    open("GET /coordinators/csv", "/coordinators/csv", WORK),
    open("GET /coordinators/form", "/coordinators/form", WORK),
    send("POST /coordinators/import", "/coordinators/import{later}", BATCH, WORK_SEND),
    open("GET /coordinators/offices/{code}", "/coordinators/offices/lamphun-commerce", WORK),
    open("GET /coordinators/offices/{code}", "/coordinators/offices/lamphun", WORK_ABOVE),
    open("GET /coordinators/offices/{code}", "/coordinators/offices/chiangmai", WORK_ELSEWHERE),
    send("POST /coordinators/offices/{code}", "/coordinators/offices/lamphun-commerce{later}", COORDINATOR, WORK_SEND),
    send("POST /coordinators/offices/{code}", "/coordinators/offices/lamphun{later}", COORDINATOR, WORK_ABOVE_SEND),
    send(
        "POST /coordinators/offices/{code}",
        "/coordinators/offices/chiangmai{later}",
        COORDINATOR,
        WORK_ELSEWHERE_SEND,
    ),
    open("GET /coordinators/offices/{code}/form", "/coordinators/offices/lamphun/form", WORK_ABOVE),
    send("POST /coordinators/{id}/end", "/coordinators/{coordinator}/end", &[("until", "")], WORK_SEND),
    send("POST /coordinators/{id}/end", "/coordinators/{coordinator above}/end", &[("until", "")], WORK_ABOVE_SEND),
    open("GET /coordinators/{id}/data", "/coordinators/{coordinator}/data", WORK),
    open("GET /coordinators/{id}/data", "/coordinators/{coordinator above}/data", WORK_ABOVE),
    open("GET /processing", "/processing", ALL),
    open("GET /docs/examples", "/docs/examples", ALL),
    open("GET /status", "/status", ALL),
    open("GET /status/{id}", "/status/{held}", ALL),
    open("GET /status/{id}", "/status/{elsewhere}", WHOLE),
    open("GET /audit", "/audit", ADMIN),
    send("POST /audit/check", "/audit/check", &[], ADMIN_ANSWER),
    // the board: of the own part of the tree
    open("GET /board", "/board", ALL),
    open("GET /board/live", "/board/live", ALL),
    open("GET /board/csv/{table}", "/board/csv/blocked", ALL),
    open("GET /board/{id}", "/board/{held}", ALL),
    open("GET /board/{id}", "/board/{elsewhere}", WHOLE),
    open("GET /board/{id}/live", "/board/{held}/live", ALL),
    open("GET /board/{id}/csv/{table}", "/board/{held}/csv/tiers", ALL),
    open("GET /board/{id}/csv/{table}", "/board/{elsewhere}/csv/tiers", WHOLE),
    open("GET /board/{id}/provinces/{province}", "/board/{held}/provinces/ลำพูน", ALL),
    open("GET /board/{id}/provinces/{province}", "/board/{held}/provinces/เชียงใหม่", WHOLE),
    open("GET /board/{id}/receipt", "/board/{held}/receipt", ALL),
    open("GET /board/{id}/receipt", "/board/{elsewhere}/receipt", WHOLE),
    open("GET /board/{id}/retry", "/board/{held}/retry?reason=account_removed", OPERATE),
    send("POST /board/{id}/retry", "/board/{held}/retry", &[("reason", "account_removed")], OPERATE_SEND),
    send("POST /board/{id}/undecline", "/board/{declined}/undecline", &[("group", "lpn")], OPERATE_SEND),
    open("GET /groups/{code}", "/groups/lpn-com", ALL),
    open("GET /groups/{code}", "/groups/cmi", WHOLE),
    open("GET /deliveries/{id}", "/deliveries/{delivery to lpn-com}", ALL),
    open("GET /deliveries/{id}", "/deliveries/{delivery to cmi}", WHOLE),
    send("POST /deliveries/{id}/retry", "/deliveries/{lost}/retry", &[], OPERATE_SEND),
    open("GET /cost", "/cost", ALL),
    send("POST /deliveries/{id}/report", "/deliveries/{delivery to lpn-com}/report", &[("what", "seen")], STEWARD_SEND),
    send(
        "POST /deliveries/{id}/report",
        "/deliveries/{delivery to cmi}/report",
        &[("what", "seen")],
        [303, 403, 403, 404, 303, 403, 403, 401],
    ),
    open("GET /channels", "/channels", OPERATE),
    open("GET /channels/{code}/budget", "/channels/{sending}/budget", OPERATE),
    send(
        "POST /channels/{code}/budget",
        "/channels/{sending}/budget",
        &[("messages", "1,000"), ("baht", "")],
        OPERATE_SEND,
    ),
    open("GET /channels/new", "/channels/new", ADMIN),
    // without a secret
    send("POST /channels/new", "/channels/new", &[("code", "new-one")], [422, 403, 403, 403, 403, 403, 403, 401]),
    open("GET /channels/{code}", "/channels/{sending}", OPERATE),
    send("POST /channels/{code}/check", "/channels/{sending}/check", &[], [200, 403, 403, 403, 200, 403, 403, 401]),
    send(
        "POST /channels/{code}/test-webhook",
        "/channels/{sending}/test-webhook",
        &[],
        [200, 403, 403, 403, 200, 403, 403, 401],
    ),
    // nothing new
    send("POST /channels/{code}/rotate", "/channels/{sending}/rotate", &[], [422, 403, 403, 403, 403, 403, 403, 401]),
    send("POST /channels/{code}/rate", "/channels/{sending}/rate", &[("rate", "1000")], ADMIN_SEND),
    send("POST /channels/{code}/reserve", "/channels/{sending}/reserve", &[], OPERATE_SEND),
    send("POST /channels/{code}/park", "/channels/{sending}/park", &[], OPERATE_SEND),
    send("POST /channels/{code}/resume", "/channels/{parked}/resume", &[], OPERATE_SEND),
    send("POST /webhook-failures/{id}/retry", "/webhook-failures/{set aside}/retry", &[], OPERATE_SEND),
    send("POST /group-alerts/{id}/seen", "/group-alerts/{alert}/seen", &[], OPERATE_SEND),
    open("GET /tree", "/tree", ALL),
    open("GET /tree/file", "/tree/file", TREE),
    open("GET /tree/upload", "/tree/upload", TREE),
    // without a file
    send("POST /tree/upload", "/tree/upload", &[], [422, 403, 403, 403, 422, 403, 422, 401]),
    open("GET /tree/uploads/{id}", NO_UPLOAD, [404, 403, 403, 403, 404, 403, 404, 303]),
    send("POST /tree/uploads/{id}/apply", NO_UPLOAD_APPLY, &[], [404, 403, 403, 403, 404, 403, 404, 401]),
    send("POST /tree/uploads/{id}/undo", NO_UPLOAD_UNDO, &[], [404, 403, 403, 403, 404, 403, 404, 401]),
    open("GET /tree/add", "/tree/add?under=lpn", TREE),
    open("GET /tree/add", "/tree/add?under=cmi", TREE_ELSEWHERE),
    // without an office
    send("POST /tree/add", "/tree/add", &[("parent", "lpn")], [422, 403, 403, 403, 422, 403, 422, 401]),
    open("GET /groups/{code}/edit", "/groups/lpn-com/edit", TREE),
    open("GET /groups/{code}/edit", "/groups/cmi/edit", TREE_ELSEWHERE),
    send("POST /groups/{code}/edit", "/groups/lpn-com/edit", COMMERCE, TREE_NOT_AS_SEEN),
    send("POST /groups/{code}/edit", "/groups/cmi/edit", CHIANG_MAI, TREE_ELSEWHERE_NOT_AS_SEEN),
    open("GET /groups/{code}/retire", "/groups/lpn/retire", TREE),
    open("GET /groups/{code}/retire", "/groups/cmi/retire", TREE_ELSEWHERE),
    // as many were not seen before
    send(
        "POST /groups/{code}/retire",
        "/groups/lpn/retire",
        &[("seen", "-")],
        [409, 403, 403, 403, 409, 403, 409, 401],
    ),
    send(
        "POST /groups/{code}/retire",
        "/groups/cmi/retire",
        &[("seen", "-")],
        [409, 403, 403, 403, 409, 403, 404, 401],
    ),
    send("POST /groups/{code}/reinstate", "/groups/lpn-com/reinstate", &[], TREE_SEND),
    send("POST /groups/{code}/reinstate", "/groups/cmi/reinstate", &[], TREE_ELSEWHERE_SEND),
    open("GET /join-slips", "/join-slips", MANAGE),
    // as many were not seen before
    send("POST /join-slips", "/join-slips", &[("confirmed", "-")], [409, 403, 403, 409, 409, 403, 409, 401]),
    open("GET /failures", "/failures", ALL),
    // what waits for the own office
    open("GET /waiting", "/waiting", [303, 403, 403, 200, 303, 403, 403, 303]),
    open("GET /waiting/all", "/waiting/all", [409, 403, 403, 200, 409, 403, 403, 303]),
    send("POST /waiting/all", "/waiting/all", &[("bulletin", "-")], [409, 403, 403, 303, 409, 403, 403, 401]),
    open("GET /waiting/{id}", "/waiting/{held}", [303, 403, 403, 200, 303, 403, 403, 303]),
    send("POST /waiting/{id}/forward", "/waiting/{fresh}/forward", &[("into", "lpn")], STEWARD_SEND),
    send(
        "POST /waiting/{id}/decline",
        "/waiting/{fresh}/decline",
        &[("into", "lpn"), ("reason", "ไม่เกี่ยวข้อง")],
        STEWARD_SEND,
    ),
    send(
        "POST /waiting/{id}/report",
        "/waiting/{fresh}/report",
        &[("group", "lpn-com"), ("what", "seen")],
        STEWARD_SEND,
    ),
    open("GET /waiting/{id}/receipt", "/waiting/{held}/receipt", [409, 403, 403, 200, 409, 403, 403, 303]),
    open("GET /groups/{code}/stewards", "/groups/lpn/stewards", MANAGE),
    open("GET /groups/{code}/stewards", "/groups/cmi/stewards", MANAGE_ELSEWHERE),
    // without a day and a name
    send("POST /groups/{code}/stewards", "/groups/lpn/stewards", &[], [422, 403, 403, 422, 422, 403, 422, 401]),
    send("POST /groups/{code}/stewards", "/groups/cmi/stewards", &[], [422, 403, 403, 404, 422, 403, 404, 401]),
    send("POST /groups/{code}/stewards/end", "/groups/lpn/stewards/end", &[], MANAGE_SEND),
    send("POST /groups/{code}/stewards/end", "/groups/cmi/stewards/end", &[], [303, 403, 403, 404, 303, 403, 404, 401]),
    send("POST /groups/{code}/stewards/{id}/cancel", "/groups/lpn/stewards/{successor}/cancel", &[], MANAGE_SEND),
    open("GET /groups/{code}/settings", "/groups/lpn/settings", MANAGE),
    open("GET /groups/{code}/settings", "/groups/cmi/settings", MANAGE_ELSEWHERE),
    send("POST /groups/{code}/settings", "/groups/lpn/settings", &[("how", "by-hand"), ("minutes", "")], MANAGE_SEND),
    send("POST /groups/{code}/join-code", "/groups/lpn/join-code", &[], MANAGE_ANSWER),
    send(
        "POST /groups/{code}/deputies",
        "/groups/lpn/deputies",
        &[("name", "ก"), ("title", "รองผู้ว่าราชการจังหวัด"), ("from", "2018-03-24"), ("until", "2018-03-26")],
        MANAGE_SEND,
    ),
    send("POST /groups/{code}/deputies/{id}/end", "/groups/lpn/deputies/{deputy}/end", &[], MANAGE_SEND),
    // the work of an office
    open("GET /register", "/register", WORK),
    open("GET /register/new", "/register/new", WORK),
    open("GET /register/new", "/register/new?bulletin={elsewhere}", WORK_ELSEWHERE),
    send("POST /register/new", "/register/new", &[("office", "lamphun-commerce"), ("subject", "เรื่อง")], WORK_SEND),
    send(
        "POST /register/new",
        "/register/new",
        &[("office", "chiangmai"), ("subject", "เรื่อง")],
        [303, 403, 403, 422, 303, 422, 422, 401],
    ),
    send(
        "POST /register/by-itself",
        "/register/by-itself",
        &[("office", "lamphun"), ("when", "seen")],
        WORK_ABOVE_SEND,
    ),
    send(
        "POST /register/by-itself",
        "/register/by-itself",
        &[("office", "chiangmai"), ("when", "seen")],
        WORK_ELSEWHERE_SEND,
    ),
    send("POST /register/years/{year}/close", "/register/years/2560/close", &[("office", "lamphun")], WORK_ABOVE_SEND),
    send(
        "POST /register/years/{year}/close",
        "/register/years/2560/close",
        &[("office", "chiangmai")],
        WORK_ELSEWHERE_SEND,
    ),
    open("GET /register/{id}", "/register/{received at lamphun}", WORK_ABOVE),
    open("GET /register/{id}", "/register/{received at chiangmai}", WORK_ELSEWHERE),
    open("GET /register/{id}/print", "/register/{received at lamphun}/print", WORK_ABOVE),
    open("GET /register/{id}/print", "/register/{received at chiangmai}/print", WORK_ELSEWHERE),
    send(
        "POST /register/{id}/endorsements",
        "/register/{received at lamphun}/endorsements",
        &[("kind", "noted"), ("author", "ผู้ว่าราชการจังหวัด")],
        WORK_ABOVE_SEND,
    ),
    send(
        "POST /register/{id}/endorsements",
        "/register/{received at chiangmai}/endorsements",
        &[("kind", "noted"), ("author", "ผู้ว่าราชการจังหวัด")],
        WORK_ELSEWHERE_SEND,
    ),
    // writing and publishing
    open("GET /bulletins", "/bulletins", ALL),
    open("GET /bulletins/new", "/bulletins/new", ORIGINATE),
    send("POST /bulletins/new", "/bulletins/new", LETTER, ORIGINATE_SEND),
    send("POST /bulletins/preview", "/bulletins/preview", LETTER, ORIGINATE_ANSWER),
    send("POST /bulletins/groups", "/bulletins/groups", &[("group_search", "ลำพูน")], ORIGINATE_ANSWER),
    send("POST /bulletins/image", "/bulletins/image", &[], ORIGINATE_ANSWER),
    open("GET /bulletins/{id}", "/bulletins/{held}", ALL),
    open("GET /bulletins/{id}", "/bulletins/{draft}", WHOLE),
    open("GET /bulletins/{id}/edit", "/bulletins/{draft}/edit", WRITE),
    send("POST /bulletins/{id}/edit", "/bulletins/{draft}/edit", LETTER, NOT_AS_SEEN),
    open("GET /bulletins/{id}/publish", "/bulletins/{draft}/publish", WRITE),
    send("POST /bulletins/{id}/publish", "/bulletins/{draft}/publish", &[], NOT_AS_SEEN),
    send("POST /bulletins/{id}/submit", "/bulletins/{draft}/submit", &[], WRITE_SEND),
    send("POST /bulletins/{id}/recall", "/bulletins/{submitted}/recall", &[], WRITE_SEND),
    send("POST /bulletins/{id}/unschedule", "/bulletins/{scheduled}/unschedule", &[], WRITE_SEND),
    send("POST /bulletins/{id}/delete", "/bulletins/{draft}/delete", &[], WRITE_SEND),
    send("POST /bulletins/{id}/test", "/bulletins/{draft}/test", &[("group", "lpn")], WRITE_SEND),
    send("POST /bulletins/{id}/approve", "/bulletins/{submitted}/approve", &[], APPROVE_SEND),
    send("POST /bulletins/{id}/return", "/bulletins/{submitted}/return", &[("reason", "ขาดเลขที่")], APPROVE_SEND),
    send(
        "POST /bulletins/{id}/withdraw",
        "/bulletins/{fresh}/withdraw",
        &[("reason", "ข้อมูลคลาดเคลื่อน")],
        [303, 303, 403, 404, 303, 403, 403, 401],
    ),
    // what offices send upward
    open("GET /submissions", "/submissions", ALL),
    // a form without a file
    send("POST /submissions/files", "/submissions/files", &[], [400, 403, 403, 400, 400, 400, 400, 401]),
    // there is no such file
    open(
        "GET /submissions/files/{file}/preview",
        "/submissions/files/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08/preview",
        [404, 404, 404, 404, 404, 404, 404, 303],
    ),
    open("GET /submissions/new", "/submissions/new", WORK),
    send("POST /submissions/new", "/submissions/new", MATERIAL_OF_LAMPHUN, WORK_SEND),
    open("GET /submissions/topics", "/submissions/topics", PUBLISH),
    send(
        "POST /submissions/topics",
        "/submissions/topics",
        &[("code", "water"), ("thai", "น้ำ"), ("english", "Water")],
        PUBLISH_SEND,
    ),
    open("GET /submissions/{id}", "/submissions/{sent}", ALL),
    open("GET /submissions/{id}", "/submissions/{sent by lamphun}", ABOVE),
    open("GET /submissions/{id}", "/submissions/{sent by chiangmai}", WHOLE),
    // it has no file
    open(
        "GET /submissions/{id}/files/{file}",
        "/submissions/{sent}/files/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        [404, 404, 404, 404, 404, 404, 404, 303],
    ),
    open("GET /submissions/{id}/again", "/submissions/{returned}/again", WORK),
    send("POST /submissions/{id}/again", "/submissions/{returned}/again", MATERIAL, WORK_SEND),
    // nobody checks what their own office sends
    send(
        "POST /submissions/{id}/step",
        "/submissions/{sent}/step",
        &[("act", "check"), ("seen", "1")],
        [303, 403, 403, 303, 303, 403, 303, 401],
    ),
    send(
        "POST /submissions/{id}/step",
        "/submissions/{sent by chiangmai}/step",
        &[("act", "propose"), ("seen", "1")],
        [303, 403, 403, 404, 303, 404, 404, 401],
    ),
    send("POST /submissions/{id}/accept", "/submissions/{proposed}/accept", &[("seen", "2")], PUBLISH_SEND),
    // how offices spread bulletins further
    open("GET /disseminations", "/disseminations", ALL),
    open("GET /disseminations/new", "/disseminations/new?bulletin={held}", WORK),
    open("GET /disseminations/new", "/disseminations/new?bulletin={elsewhere}", ELSEWHERE),
    send(
        "POST /disseminations/new",
        "/disseminations/new?bulletin={held}",
        SPREAD_IN_LAMPHUN,
        // the agency's own is the only office in reach of whose code that is a part
        [303, 403, 403, 303, 303, 303, 303, 401],
    ),
    send(
        "POST /disseminations/new",
        "/disseminations/new?bulletin={held}",
        SPREAD_IN_CHIANG_MAI,
        [303, 403, 403, 422, 303, 422, 422, 401],
    ),
    open("GET /disseminations/reach/{bulletin}", "/disseminations/reach/{held}", ALL),
    open("GET /disseminations/reach/{bulletin}", "/disseminations/reach/{elsewhere}", WHOLE),
    open("GET /disseminations/script/{bulletin}", "/disseminations/script/{held}", ALL),
    open("GET /disseminations/script/{bulletin}", "/disseminations/script/{elsewhere}", WHOLE),
    send(
        "POST /disseminations/script/{bulletin}",
        "/disseminations/script/{held}",
        &[("area", "510102")],
        // a code is made by an office: operations have no villages
        [422, 403, 403, 303, 422, 303, 303, 401],
    ),
    send(
        "POST /disseminations/script/{bulletin}",
        "/disseminations/script/{elsewhere}",
        &[("area", "500102")],
        [422, 403, 403, 404, 422, 404, 404, 401],
    ),
    open("GET /disseminations/read-back", "/disseminations/read-back", WORK),
    send(
        "POST /disseminations/read-back",
        "/disseminations/read-back",
        &[("code", "RBK-2222-2222"), ("medium", "notice_board"), ("times", "1")],
        [422, 403, 403, 422, 422, 422, 422, 401],
    ),
    open("GET /disseminations/sheet/{bulletin}", "/disseminations/sheet/{held}", ALL),
    open("GET /disseminations/sheet/{bulletin}", "/disseminations/sheet/{elsewhere}", WHOLE),
    open("GET /disseminations/{id}", "/disseminations/{spread in lamphun}", ABOVE),
    open("GET /disseminations/{id}", "/disseminations/{spread in chiangmai}", WHOLE),
    // a form without a file
    send("POST /disseminations/pictures", "/disseminations/pictures", &[], [400, 403, 403, 400, 400, 400, 400, 401]),
    // it has no picture
    open(
        "GET /disseminations/{id}/pictures/{file}",
        "/disseminations/{spread in lamphun}/pictures/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        [404, 404, 404, 404, 404, 404, 404, 303],
    ),
    open("GET /local-authorities/{bulletin}", "/local-authorities/{held}", ALL),
    open("GET /local-authorities/{bulletin}", "/local-authorities/{held}?district=chiangmai-far", WHOLE),
    open("GET /local-authorities/{bulletin}", "/local-authorities/{elsewhere}", WHOLE),
    // a steward publishes for the own office, and for none below or beside it
    open("GET /issuers", "/issuers", ORIGINATE),
    open("GET /offices/{code}/profile", "/offices/lamphun/profile", ORIGINATE),
    open("GET /offices/{code}/profile", "/offices/lamphun-commerce/profile", PUBLISH),
    open("GET /offices/{code}/profile", "/offices/chiangmai/profile", WRITE),
    send(
        "POST /offices/{code}/profile",
        "/offices/lamphun/profile",
        &[("unit", "กลุ่มงานประชาสัมพันธ์")],
        // the form that shows what is there now, as none of them saw the one before
        [303, 409, 403, 409, 403, 403, 403, 401],
    ),
    send(
        "POST /offices/{code}/profile",
        "/offices/lamphun-commerce/profile",
        &[("x", "-")],
        [422, 422, 403, 403, 403, 403, 403, 401],
    ),
    send(
        "POST /offices/{code}/profile",
        "/offices/chiangmai/profile",
        &[("x", "-")],
        [422, 422, 403, 404, 403, 403, 403, 401],
    ),
    // what was not accepted is no poster
    send(
        "POST /submissions/{id}/posters",
        "/submissions/{sent}/posters",
        &[("file", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), ("poster", "yes")],
        [409, 409, 403, 403, 403, 403, 403, 401],
    ),
    send(
        "POST /disseminations/{id}/replace",
        "/disseminations/{spread in lamphun}/replace",
        SPREAD_IN_LAMPHUN,
        [303, 403, 403, 303, 303, 404, 303, 401],
    ),
    send(
        "POST /disseminations/{id}/replace",
        "/disseminations/{spread in chiangmai}/replace",
        SPREAD_IN_CHIANG_MAI,
        [303, 403, 403, 404, 303, 404, 404, 401],
    ),
    open("GET /establishment", "/establishment", WORK),
    open("GET /establishment/csv", "/establishment/csv", WORK),
    open("GET /establishment/offices/{code}", "/establishment/offices/lamphun-commerce", WORK),
    open("GET /establishment/offices/{code}", "/establishment/offices/lamphun", WORK_ABOVE),
    open("GET /establishment/offices/{code}", "/establishment/offices/chiangmai", WORK_ELSEWHERE),
    send(
        "POST /establishment/offices/{code}/created",
        "/establishment/offices/lamphun/created",
        &[("group", "lpn"), ("holds", "yes")],
        WORK_ABOVE_SEND,
    ),
    send(
        "POST /establishment/offices/{code}/created",
        "/establishment/offices/chiangmai/created",
        &[("group", "cmi"), ("holds", "yes")],
        WORK_ELSEWHERE_SEND,
    ),
    send(
        "POST /establishment/offices/{code}/verify",
        "/establishment/offices/lamphun/verify",
        &[("linked", "yes"), ("holds", "yes")],
        OPERATE_SEND,
    ),
    send("POST /establishment/offices/{code}/reports", "/establishment/offices/lamphun/reports", &[], WORK_ABOVE_SEND),
    send(
        "POST /establishment/offices/{code}/reports",
        "/establishment/offices/chiangmai/reports",
        &[],
        WORK_ELSEWHERE_SEND,
    ),
    open("GET /establishment/reports/{id}", "/establishment/reports/{report of lamphun}", WORK_ABOVE),
    open("GET /establishment/reports/{id}", "/establishment/reports/{report of chiangmai}", WORK_ELSEWHERE),
    send(
        "POST /establishment/reports/{id}/paper",
        "/establishment/reports/{report of lamphun}/paper",
        &[("sent_on", "2018-03-23")],
        WORK_ABOVE_SEND,
    ),
    send(
        "POST /establishment/reports/{id}/paper",
        "/establishment/reports/{report of chiangmai}/paper",
        &[("sent_on", "2018-03-23")],
        WORK_ELSEWHERE_SEND,
    ),
    send(
        "POST /establishment/reports/{id}/own-mail",
        "/establishment/reports/{report of lamphun}/own-mail",
        &[("mailed_on", "2018-03-23"), ("mailed_to", "gcc@opm.example.org")],
        WORK_ABOVE_SEND,
    ),
    send(
        "POST /establishment/reports/{id}/own-mail",
        "/establishment/reports/{report of chiangmai}/own-mail",
        &[("mailed_on", "2018-03-23"), ("mailed_to", "gcc@opm.example.org")],
        WORK_ELSEWHERE_SEND,
    ),
    send(
        "POST /establishment/reports/{id}/resend",
        "/establishment/reports/{report of lamphun}/resend",
        &[],
        WORK_ABOVE_SEND,
    ),
    send(
        "POST /establishment/reports/{id}/resend",
        "/establishment/reports/{report of chiangmai}/resend",
        &[],
        WORK_ELSEWHERE_SEND,
    ),
    // last: whoever sends it is out
    send("POST /sign-out", "/sign-out", &[], ALL_SEND),
];

/// What the words in a path stand for: made once where it is only read, and afresh where it is changed.
struct Fixtures<'a> {
    app: &'a TestApp,
    /// A bulletin held at `lpn`.
    held: String,
    /// A bulletin that goes to `cmi-com` only.
    elsewhere: String,
    /// An account of an operator who has signed in on one device.
    account: String,
    /// That device.
    device: String,
    /// A passkey of that account.
    passkey: String,
}

impl<'a> Fixtures<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let elsewhere = app.write_with(json!({ "audience": { "groups": ["cmi-com"] } })).await;
        app.release(&elsewhere).await;
        let held = app.held().await;
        let admin = app.sign_in(Who::Admin).await;
        let fields = [("username", "the-other"), ("name", "ผู้อื่น"), ("role", "operator")];
        let made = admin.submit("/accounts/new", &fields).await;
        let link = made.text.split("/welcome/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
        let other = Browser::new(app);
        other.submit(&format!("/welcome/{link}"), &[("password", PASSWORD), ("again", PASSWORD)]).await.location();
        let account = app.texts("select id::text from accounts where username = 'the-other'").await.remove(0);
        let device = "select handle::text from sessions s join accounts a on a.id = s.account_id
            where a.username = 'the-other'";
        let device = app.texts(device).await.remove(0);
        let owner = account.parse().expect("an id");
        let mut db = app.db().await;
        insert_passkey(&mut db, owner, &[1], &json!({}), "ก", app.now()).await.expect("a query");
        drop(db);
        let passkey = app.texts("select id::text from passkeys").await.remove(0);
        Self { app, held, elsewhere, account, device, passkey }
    }

    async fn received_at(&self, office: &str) -> String {
        let letter = json!({ "office": office, "subject": "เรื่อง" });
        let made = self.app.post(&Who::Admin, "register", letter).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    async fn find(&self, word: &str) -> String {
        match word {
            "held" => self.held.clone(),
            "elsewhere" => self.elsewhere.clone(),
            _ if word.starts_with("report of ") => self.app.establishment_report(&word["report of ".len()..]).await,
            _ if word.starts_with("received at ") => self.received_at(&word["received at ".len()..]).await,
            "account" => self.account.clone(),
            "device" => self.device.clone(),
            "passkey" => self.passkey.clone(),
            "fresh" => self.app.held().await,
            "draft" => self.app.write().await,
            "submitted" => self.submitted().await,
            "scheduled" => self.scheduled().await,
            "declined" => self.declined().await,
            "deputy" => self.deputy().await,
            "successor" => self.app.successor().await,
            "coordinator" => self.app.coordinator("lamphun-commerce").await,
            "coordinator above" => self.app.coordinator("lamphun").await,
            "request" => self.app.request_to("lamphun-commerce").await,
            "request above" => self.app.request_to("lamphun").await,
            "request elsewhere" => self.app.request_to("chiangmai").await,
            "asking draft" => {
                let asked = json!([{ "kind": "for_information", "text": "เพื่อทราบ" }]);
                self.app.write_with(json!({ "requests": asked })).await
            }
            "later" => {
                self.app.clock.advance(std::time::Duration::from_secs(1));
                String::new()
            }
            "lost" => self.app.delivery_of(&self.app.held().await, "cmi-far").await,
            "delivery to lpn-com" => self.app.delivery_of(&self.held, "lpn-com").await,
            "delivery to cmi" => self.app.delivery_of(&self.elsewhere, "cmi").await,
            "alert" => self.app.open_alert().await.to_string(),
            "set aside" => self.app.event_set_aside().await.to_string(),
            "sent" => self.app.submission("lamphun-commerce", &[]).await,
            "sent by lamphun" => self.app.submission("lamphun", &[]).await,
            "sent by chiangmai" => self.app.submission("chiangmai", &[]).await,
            "proposed" => self.app.submission("lamphun-commerce", &["propose"]).await,
            "returned" => self.app.submission("lamphun-commerce", &["return"]).await,
            "spread in lamphun" => self.spread("lamphun", "51").await,
            "spread in chiangmai" => self.spread("chiangmai", "50").await,
            "sending" | "parked" => self.channel(word == "parked").await,
            _ => self.key(word.strip_prefix("key of ").expect("a known word")).await.to_string(),
        }
    }

    /// A record of what an office did with the bulletin that is held.
    async fn spread(&self, office: &str, area: &str) -> String {
        let body = json!({ "bulletin_id": self.held, "office": office, "medium": "website", "area": area });
        let made = self.app.post(&Who::Admin, "disseminations", body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    async fn submitted(&self) -> String {
        let id = self.app.write().await;
        self.app.post(&Who::Admin, &format!("bulletins/{id}/submit"), json!({})).await.expect(200);
        id
    }

    async fn scheduled(&self) -> String {
        let id = self.app.write().await;
        let at = json!({ "at": "2019-01-01T00:00:00Z" });
        self.app.post(&Who::Admin, &format!("bulletins/{id}/publish"), at).await.expect(202);
        id
    }

    async fn declined(&self) -> String {
        let id = self.app.held().await;
        let declined = json!({ "into": ["lpn"], "reason": "ไม่เกี่ยวข้อง" });
        self.app.post(&Who::Steward, &format!("bulletins/{id}/decline"), declined).await.expect(200);
        id
    }

    async fn deputy(&self) -> String {
        let deputy = json!({ "title": "รองผู้ว่าราชการจังหวัด", "until": "2018-04-23T00:00:00Z" });
        self.app.post(&Who::Admin, "groups/lpn/deputies", deputy).await.expect(201)["id"].to_string()
    }

    /// The channel, parked by an operator or not.
    async fn channel(&self, parked: bool) -> String {
        let act = if parked { "park" } else { "resume" };
        self.app.post(&Who::Admin, &format!("channels/gcc/{act}"), json!({})).await;
        "gcc".to_owned()
    }

    async fn key(&self, office: &str) -> ApiKeyId {
        let key = self.app.key(Role::Agency, Some(office)).await;
        find_key(&mut *self.app.db().await, &key[5..13]).await.expect("a query").expect("a key").id
    }

    async fn fill(&self, path: &str) -> String {
        let Some((before, rest)) = path.split_once('{') else { return path.to_owned() };
        let (word, after) = rest.split_once('}').expect("a whole word");
        format!("{before}{}{after}", self.find(word).await)
    }
}

/// A browser for each of [`Who::ALL`], signed in.
async fn browsers(app: &TestApp) -> Vec<Browser<'_>> {
    let mut browsers = Vec::new();
    for who in Who::ALL {
        browsers.push(match who {
            Who::Nobody => Browser::new(app),
            Who::Approver => app.sign_in_with_code(who).await,
            _ => app.sign_in(who).await,
        });
    }
    browsers
}

#[tokio::test]
async fn every_page_and_form_lets_in_whom_it_should_and_nobody_else() {
    let (app, _provider) = TestApp::with_provider(false).await;
    let browsers = browsers(&app).await;
    let fixtures = Fixtures::new(&app).await;
    let mut wrong = Vec::new();
    for row in ROWS {
        for ((who, browser), expected) in Who::ALL.into_iter().zip(&browsers).zip(row.expected) {
            let path = fixtures.fill(row.path).await;
            let answer = if row.route.ends_with("/live") {
                browser.open_without_session(&path).await
            } else if row.route.starts_with("GET ") {
                browser.open(&path).await
            } else {
                browser.submit(&path, row.fields).await
            };
            if answer.status != expected {
                wrong.push(format!("{who:?} {} {}: {} and not {expected}", row.route, row.path, answer.status));
            }
            let to_sign_in = answer.header("location").starts_with("/sign-in");
            let asks_to_sign_in = answer.text.contains(r#"action="/sign-in""#);
            if who == Who::Nobody && !to_sign_in && !asks_to_sign_in {
                wrong.push(format!("nobody is not asked to sign in by {}", row.route));
            }
            if answer.status == 403 && !answer.header("content-type").starts_with("text/html") {
                wrong.push(format!("{who:?} {}: a refusal that is no page", row.route));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_names_every_route_for_people() {
    let routes: BTreeSet<String> = ROUTES
        .iter()
        .filter(|route| matches!(route.access, Access::Person(_)))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let listed: BTreeSet<String> = ROWS.iter().map(|row| row.route.to_owned()).collect();
    let missing: Vec<_> = routes.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(&routes).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "without a row: {missing:#?}; no route: {unknown:#?}");
}

#[test]
fn the_table_agrees_with_what_the_roles_may_do() {
    let mut wrong = Vec::new();
    for row in ROWS {
        let (method, path) = row.route.split_once(' ').expect("a method");
        let route = ROUTES.iter().find(|route| route.method == method && route.path == path);
        let Some(Access::Person(act)) = route.map(|route| route.access) else { continue };
        for (who, expected) in Who::ALL.into_iter().zip(row.expected) {
            let Some((role, _)) = who.role() else { continue };
            // who may do it can still be refused this very thing; who may not is always refused
            if !role.may(act) && expected != 403 {
                wrong.push(format!("{who:?} {}: {expected}", row.route));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
