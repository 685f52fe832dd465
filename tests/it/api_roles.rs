//! Who may do what, and where: every route with every role, in both directions.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI16, Ordering};

use gcc_relay::domain::account::Role;
use gcc_relay::store::api_keys::revoke_key;
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who, letter};

/// One call, and the status that each of [`Who::ALL`] gets for it.
struct Row {
    /// Method and path of the operation, as the document names it.
    operation: &'static str,
    /// What is called; [`Fixtures`] knows what the `{words}` stand for.
    path: &'static str,
    /// A JSON body, or nothing.
    body: &'static str,
    expected: [u16; 8],
}

const fn row(operation: &'static str, path: &'static str, body: &'static str, expected: [u16; 8]) -> Row {
    Row { operation, path, body, expected }
}

/// For everybody with a key.
const READ: [u16; 8] = [200, 200, 200, 200, 200, 200, 200, 401];
/// A steward of the group's office, and those who see the whole tree, but not another agency.
const ABOVE: [u16; 8] = [200, 200, 200, 200, 200, 404, 200, 401];
/// Only those who see the whole tree.
const WHOLE: [u16; 8] = [200, 200, 200, 404, 200, 404, 404, 401];
/// A steward too, but only from a group of the own office.
const ORIGINATE: [u16; 8] = [200, 200, 403, 200, 403, 403, 403, 401];
/// Those who may publish from anywhere; it starts above the steward's group.
const WRITE: [u16; 8] = [200, 200, 403, 404, 403, 403, 403, 401];
/// Those bound to an office that forwards.
const OFFICE: [u16; 8] = [409, 403, 403, 200, 409, 403, 403, 401];
/// The steward of the group, and operations.
const STEWARD: [u16; 8] = [200, 403, 403, 200, 200, 403, 403, 401];
/// Operations; it is another steward's.
const OTHER_STEWARD: [u16; 8] = [200, 403, 403, 404, 200, 403, 403, 401];
/// Those who manage the group: its steward, a coordinator above or at it, and operations.
const MANAGE: [u16; 8] = [200, 403, 403, 200, 200, 403, 200, 401];
/// The same of a group of an office below the steward's.
const MANAGE_BELOW: [u16; 8] = [200, 403, 403, 404, 200, 403, 200, 401];
/// The same of a group in another province.
const MANAGE_ELSEWHERE: [u16; 8] = [200, 403, 403, 404, 200, 403, 404, 401];
/// Those who do the work of an office, of one that all of them see.
const WORK: [u16; 8] = [200, 403, 403, 200, 200, 200, 200, 401];
/// The same of the steward's office, which the agency below does not see.
const WORK_ABOVE: [u16; 8] = [200, 403, 403, 200, 200, 404, 200, 401];
/// The same of one in another province.
const WORK_ELSEWHERE: [u16; 8] = [200, 403, 403, 404, 200, 404, 404, 401];
const APPROVE: [u16; 8] = [409, 403, 200, 403, 403, 403, 403, 401];
/// Administrators only.
const ADMINISTER: [u16; 8] = [200, 403, 403, 403, 403, 403, 403, 401];
const OPERATE: [u16; 8] = [200, 403, 403, 403, 200, 403, 403, 401];
/// Those who manage the tree, of a group below the coordinator's.
const TREE: [u16; 8] = [200, 403, 403, 403, 200, 403, 200, 401];
/// The same of a group in another province.
const TREE_ELSEWHERE: [u16; 8] = [200, 403, 403, 404, 200, 403, 404, 401];
/// A tree file that is not there.
const NO_UPLOAD: &str = "tree/uploads/01625095-8900-717a-8aca-9559ea00b0f4";
const NO_UPLOAD_APPLY: &str = "tree/uploads/01625095-8900-717a-8aca-9559ea00b0f4/apply";
const NO_UPLOAD_UNDO: &str = "tree/uploads/01625095-8900-717a-8aca-9559ea00b0f4/undo";
/// A group whose office is not there.
const NO_OFFICE: &str = r#"{"code": "lpn-new", "parent": "lpn", "name": "GCC3 ใหม่", "office": "nowhere"}"#;
const OPEN: [u16; 8] = [200; 8];

/// [`READ`] and the others, with another status where they say 200.
const fn with(status: u16, mut expected: [u16; 8]) -> [u16; 8] {
    let mut at = 0;
    while at < expected.len() {
        if expected[at] == 200 {
            expected[at] = status;
        }
        at += 1;
    }
    expected
}

const REASON: &str = r#"{"reason": "ข้อมูลคลาดเคลื่อน"}"#;

const NOTED: &str = r#"{"kind": "noted", "author": "ผู้ว่าราชการจังหวัด"}"#;

const DEPUTY: &str = r#"{"title": "รองผู้ว่าราชการจังหวัด", "until": "2018-04-23T00:00:00Z"}"#;

const SUCCESSOR: &str = r#"{"title": "ผู้ว่าราชการจังหวัด", "from": "2018-10-01T00:00:00+07:00"}"#;

const COORDINATOR: &str = r#"{"office": "lamphun-commerce", "first_name": "สมชาย", "last_name": "ใจดี",
    "position": "นักวิชาการพาณิชย์", "telephone": "๐-๕๓๕๑-๑๑๙๒"}"#;
const COORDINATOR_ELSEWHERE: &str = r#"{"office": "chiangmai", "first_name": "สมหญิง", "last_name": "ใจดี",
    "position": "นักประชาสัมพันธ์", "telephone": "๐-๕๓๑๑-๒๓๔๕"}"#;
const SPREAD_IN_LAMPHUN: &str = r#"{"bulletin_id": "{held}", "office": "lamphun", "medium": "website", "area": "51"}"#;
const SPREAD_IN_CHIANG_MAI: &str =
    r#"{"bulletin_id": "{held}", "office": "chiangmai", "medium": "website", "area": "50"}"#;

const PROFILE: &str = r#"{"unit": "กลุ่มงานประชาสัมพันธ์"}"#;

const MATERIAL: &str = r#"{"topic": "farmers", "title": "ลำไย", "outcome": "ราคาเพิ่มขึ้น"}"#;
const MATERIAL_OF_LAMPHUN: &str =
    r#"{"office": "lamphun", "topic": "farmers", "title": "ลำไย", "outcome": "ราคาเพิ่มขึ้น"}"#;
const MATERIAL_OF_CHIANG_MAI: &str =
    r#"{"office": "chiangmai", "topic": "farmers", "title": "ลำไย", "outcome": "ราคาเพิ่มขึ้น"}"#;

/// The same with another status for the agency, whose own office it is.
const fn with_agency(status: u16, mut expected: [u16; 8]) -> [u16; 8] {
    expected[5] = status;
    expected
}
const CREATED: &str = r#"{"groups": ["lpn"]}"#;
const CREATED_BELOW: &str = r#"{"groups": ["lpn-com"]}"#;
const CREATED_ELSEWHERE: &str = r#"{"groups": ["cmi"]}"#;
const SENT_ON_PAPER: &str = r#"{"sent_on": "2018-03-23"}"#;
const SENT_BY_MAIL: &str = r#"{"sent_on": "2018-03-23", "to": "gcc@opm.example.org"}"#;

const ROWS: &[Row] = &[
    row("GET /api/v1/bulletins", "bulletins", "", READ),
    row("POST /api/v1/bulletins", "bulletins", r#"{"subject": "เรื่อง", "body": "ความ"}"#, with(201, ORIGINATE)),
    row("GET /api/v1/bulletins/{id}", "bulletins/{held}", "", READ),
    row("GET /api/v1/bulletins/{id}", "bulletins/{draft}", "", WHOLE),
    row("PATCH /api/v1/bulletins/{id}", "bulletins/{draft}", r#"{"urgency": "urgent"}"#, WRITE),
    row("DELETE /api/v1/bulletins/{id}", "bulletins/{draft}", "", with(204, WRITE)),
    row("GET /api/v1/bulletins/{id}/forecast", "bulletins/{draft}/forecast", "", WHOLE),
    row("POST /api/v1/bulletins/{id}/submit", "bulletins/{draft}/submit", "", WRITE),
    row("POST /api/v1/bulletins/{id}/recall", "bulletins/{submitted}/recall", "", WRITE),
    // the admin wrote it
    row("POST /api/v1/bulletins/{id}/approve", "bulletins/{submitted}/approve", "", APPROVE),
    row("POST /api/v1/bulletins/{id}/return", "bulletins/{submitted}/return", REASON, APPROVE),
    row("POST /api/v1/bulletins/{id}/test", "bulletins/{draft}/test", r#"{"group": "lpn"}"#, with(202, WRITE)),
    // a JSON body is no picture, and that is told only to whom may upload one
    row("POST /api/v1/images", "images", "{}", with(415, ORIGINATE)),
    row("POST /api/v1/bulletins/{id}/publish", "bulletins/{draft}/publish", "", with(202, WRITE)),
    row("POST /api/v1/bulletins/{id}/unschedule", "bulletins/{scheduled}/unschedule", "", WRITE),
    row("GET /api/v1/bulletins/{id}/status", "bulletins/{held}/status", "", READ),
    row("GET /api/v1/bulletins/{id}/status", "bulletins/{held}/status?under=lpn-com", "", READ),
    row("GET /api/v1/bulletins/{id}/status", "bulletins/{held}/status?under=lpn", "", ABOVE),
    row("GET /api/v1/bulletins/{id}/status", "bulletins/{held}/status?under=cmi", "", WHOLE),
    row("GET /api/v1/bulletins/{id}/status", "bulletins/{draft}/status", "", with(409, WHOLE)),
    row("GET /api/v1/bulletins/{id}/events", "bulletins/{held}/events", "", READ),
    row("GET /api/v1/bulletins/{id}/events", "bulletins/{draft}/events", "", with(409, WHOLE)),
    row("GET /api/v1/events", "events", "", READ),
    row("GET /api/v1/bulletins/{id}/deliveries", "bulletins/{held}/deliveries", "", READ),
    row("GET /api/v1/bulletins/{id}/deliveries", "bulletins/{held}/deliveries?group=lpn", "", ABOVE),
    row("GET /api/v1/bulletins/{id}/deliveries", "bulletins/{held}/deliveries?under=cmi", "", WHOLE),
    row("GET /api/v1/bulletins/{id}/deliveries", "bulletins/{draft}/deliveries", "", WHOLE),
    row("POST /api/v1/bulletins/{id}/forward", "bulletins/{fresh}/forward", r#"{"into": ["lpn"]}"#, STEWARD),
    row("POST /api/v1/bulletins/{id}/forward", "bulletins/{fresh}/forward", r#"{"into": "all"}"#, STEWARD),
    row("POST /api/v1/bulletins/{id}/forward", "bulletins/{fresh}/forward", r#"{"into": ["cmi"]}"#, OTHER_STEWARD),
    row(
        "POST /api/v1/bulletins/{id}/forward",
        "bulletins/{fresh}/forward",
        r#"{"into": ["lpn-com"]}"#,
        with(409, OTHER_STEWARD),
    ),
    row(
        "POST /api/v1/bulletins/{id}/decline",
        "bulletins/{fresh}/decline",
        r#"{"into": ["lpn"], "reason": "ไม่เกี่ยวข้อง"}"#,
        STEWARD,
    ),
    row(
        "POST /api/v1/bulletins/{id}/decline",
        "bulletins/{fresh}/decline",
        r#"{"into": ["cmi"], "reason": "ไม่เกี่ยวข้อง"}"#,
        with(409, OTHER_STEWARD),
    ),
    row(
        "POST /api/v1/bulletins/{id}/report",
        "bulletins/{fresh}/report",
        r#"{"into": ["lpn-com"], "what": "seen"}"#,
        STEWARD,
    ),
    row(
        "POST /api/v1/bulletins/{id}/report",
        "bulletins/{fresh}/report",
        r#"{"into": ["lpn"], "what": "acknowledged"}"#,
        OTHER_STEWARD,
    ),
    row("POST /api/v1/bulletins/{id}/undecline", "bulletins/{declined}/undecline", r#"{"into": ["lpn"]}"#, OPERATE),
    row(
        "POST /api/v1/bulletins/{id}/withdraw",
        "bulletins/{fresh}/withdraw",
        REASON,
        [200, 200, 403, 404, 200, 403, 403, 401],
    ),
    row("POST /api/v1/bulletins/{id}/retry", "bulletins/{fresh}/retry", "", OPERATE),
    row("GET /api/v1/deliveries", "deliveries", "", READ),
    row("GET /api/v1/deliveries/{id}", "deliveries/{to lpn-com}", "", READ),
    row("GET /api/v1/deliveries/{id}", "deliveries/{to lpn}", "", ABOVE),
    row("GET /api/v1/deliveries/{id}", "deliveries/{to cmi}", "", WHOLE),
    row("POST /api/v1/deliveries/{id}/retry", "deliveries/{lost}/retry", "", OPERATE),
    row("PATCH /api/v1/bulletins/{id}", "bulletins/{own draft}", r#"{"urgency": "urgent"}"#, ORIGINATE),
    row("DELETE /api/v1/bulletins/{id}", "bulletins/{own draft}", "", with(204, ORIGINATE)),
    row("POST /api/v1/bulletins/{id}/publish", "bulletins/{own draft}/publish", "", with(202, ORIGINATE)),
    // drafts are for those who write
    row("GET /api/v1/bulletins/{id}", "bulletins/{own draft}", "", [200, 200, 200, 200, 200, 404, 404, 401]),
    row("GET /api/v1/bulletins/{id}", "bulletins/{draft below}", "", WHOLE),
    row("GET /api/v1/waiting", "waiting", "", OFFICE),
    row("GET /api/v1/waiting/{id}", "waiting/{held}", "", OFFICE),
    row("GET /api/v1/groups", "groups", "", READ),
    row("GET /api/v1/groups/{code}", "groups/lpn-com", "", READ),
    row("GET /api/v1/groups/{code}", "groups/lpn", "", ABOVE),
    row("GET /api/v1/groups/{code}", "groups/cmi", "", WHOLE),
    row("PATCH /api/v1/groups/{code}", "groups/lpn", r#"{"forward_within": 90}"#, MANAGE),
    row("PATCH /api/v1/groups/{code}", "groups/lpn-com", r#"{"forward_within": 90}"#, MANAGE_BELOW),
    row("PATCH /api/v1/groups/{code}", "groups/cmi", r#"{"forward_within": 90}"#, MANAGE_ELSEWHERE),
    row("PATCH /api/v1/groups/{code}", "groups/lpn-com", r#"{"head_count": 26}"#, TREE),
    row("PATCH /api/v1/groups/{code}", "groups/cmi", r#"{"head_count": 71}"#, TREE_ELSEWHERE),
    row("POST /api/v1/groups", "groups", NO_OFFICE, with(422, TREE)),
    row("GET /api/v1/tree", "tree", "", TREE),
    row("GET /api/v1/tree/uploads", "tree/uploads", "", TREE),
    // a JSON body is no file
    row("POST /api/v1/tree/uploads", "tree/uploads", "{}", with(415, TREE)),
    row("GET /api/v1/tree/uploads/{id}", NO_UPLOAD, "", with(404, TREE)),
    row("POST /api/v1/tree/uploads/{id}/apply", NO_UPLOAD_APPLY, r#"{"version": "x"}"#, with(404, TREE)),
    row("POST /api/v1/tree/uploads/{id}/undo", NO_UPLOAD_UNDO, "", with(404, TREE)),
    row("POST /api/v1/groups/{code}/join-code", "groups/lpn/join-code", "", with(201, MANAGE)),
    row("POST /api/v1/groups/{code}/join-code", "groups/lpn-com/join-code", "", with(201, MANAGE_BELOW)),
    row("GET /api/v1/groups/{code}/stewards", "groups/lpn-com/stewards", "", READ),
    row("GET /api/v1/groups/{code}/stewards", "groups/lpn/stewards", "", ABOVE),
    row("GET /api/v1/groups/{code}/stewards", "groups/cmi/stewards", "", WHOLE),
    // the first takes the day
    row("POST /api/v1/groups/{code}/stewards", "groups/lpn/stewards{no successor}", SUCCESSOR, with(201, MANAGE)),
    row(
        "POST /api/v1/groups/{code}/stewards",
        "groups/lpn-com/stewards{no successor}",
        SUCCESSOR,
        with(201, MANAGE_BELOW),
    ),
    row(
        "POST /api/v1/groups/{code}/stewards",
        "groups/cmi/stewards{no successor}",
        SUCCESSOR,
        with(201, MANAGE_ELSEWHERE),
    ),
    row("POST /api/v1/groups/{code}/stewards/end", "groups/lpn/stewards/end", "", MANAGE),
    row("POST /api/v1/groups/{code}/stewards/end", "groups/lpn-com/stewards/end", "", MANAGE_BELOW),
    row("POST /api/v1/groups/{code}/stewards/end", "groups/cmi/stewards/end", "", MANAGE_ELSEWHERE),
    row("DELETE /api/v1/groups/{code}/stewards/{id}", "groups/lpn/stewards/{successor}", "", with(204, MANAGE)),
    row("POST /api/v1/groups/{code}/deputies", "groups/lpn/deputies", DEPUTY, with(201, MANAGE)),
    row("POST /api/v1/groups/{code}/deputies", "groups/lpn-com/deputies", DEPUTY, with(201, MANAGE_BELOW)),
    row("DELETE /api/v1/groups/{code}/deputies/{id}", "groups/lpn/deputies/{deputy}", "", with(204, MANAGE)),
    row("GET /api/v1/offices", "offices", "", READ),
    row("GET /api/v1/offices/{code}", "offices/lamphun-commerce", "", READ),
    row("GET /api/v1/offices/{code}", "offices/lamphun", "", ABOVE),
    row("GET /api/v1/offices/{code}", "offices/chiangmai", "", WHOLE),
    // bulletins show it to everybody
    row("GET /api/v1/offices/{code}/profile", "offices/chiangmai/profile", "", READ),
    row(
        "PUT /api/v1/offices/{code}/profile",
        "offices/lamphun/profile",
        PROFILE,
        [200, 200, 403, 200, 403, 403, 403, 401],
    ),
    // a steward publishes for the own office, and for none below it
    row(
        "PUT /api/v1/offices/{code}/profile",
        "offices/lamphun-commerce/profile",
        PROFILE,
        [200, 200, 403, 403, 403, 403, 403, 401],
    ),
    row(
        "PUT /api/v1/offices/{code}/profile",
        "offices/chiangmai/profile",
        PROFILE,
        [200, 200, 403, 404, 403, 403, 403, 401],
    ),
    row("GET /api/v1/bulletins/{id}/local-authorities", "bulletins/{held}/local-authorities", "", READ),
    row(
        "GET /api/v1/bulletins/{id}/local-authorities",
        "bulletins/{held}/local-authorities?district=chiangmai-far",
        "",
        WHOLE,
    ),
    row("GET /api/v1/bulletins/{id}/local-authorities", "bulletins/{draft}/local-authorities", "", with(404, READ)),
    row(
        "GET /api/v1/bulletins/{id}/local-authorities/districts",
        "bulletins/{held}/local-authorities/districts",
        "",
        READ,
    ),
    row("GET /api/v1/posters", "posters", "", READ),
    // what was not accepted is no poster
    row(
        "POST /api/v1/submissions/{id}/files/{file}/poster",
        "submissions/{sent}/files/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08/poster",
        r#"{"poster": true}"#,
        [409, 409, 403, 403, 403, 403, 403, 401],
    ),
    row("GET /api/v1/register", "register?office=lamphun-commerce", "", WORK),
    row("GET /api/v1/register", "register?office=lamphun", "", WORK_ABOVE),
    row("GET /api/v1/register", "register?office=chiangmai", "", WORK_ELSEWHERE),
    row("POST /api/v1/register", "register", r#"{"office": "lamphun-commerce", "subject": "เรื่อง"}"#, with(201, WORK)),
    row("POST /api/v1/register", "register", r#"{"office": "lamphun", "subject": "เรื่อง"}"#, with(201, WORK_ABOVE)),
    row(
        "POST /api/v1/register",
        "register",
        r#"{"office": "chiangmai", "subject": "เรื่อง"}"#,
        with(201, WORK_ELSEWHERE),
    ),
    row("GET /api/v1/register.csv", "register.csv?office=lamphun-commerce", "", WORK),
    row("GET /api/v1/register.csv", "register.csv?office=lamphun", "", WORK_ABOVE),
    row("GET /api/v1/register.csv", "register.csv?office=chiangmai", "", WORK_ELSEWHERE),
    row("GET /api/v1/register/years", "register/years?office=lamphun", "", WORK_ABOVE),
    row("GET /api/v1/register/years", "register/years?office=chiangmai", "", WORK_ELSEWHERE),
    row(
        "POST /api/v1/register/years/{year}/close",
        "register/years/{ended year}/close",
        r#"{"office": "lamphun"}"#,
        WORK_ABOVE,
    ),
    row(
        "POST /api/v1/register/years/{year}/close",
        "register/years/{ended year}/close",
        r#"{"office": "chiangmai"}"#,
        WORK_ELSEWHERE,
    ),
    row(
        "POST /api/v1/register/by-itself",
        "register/by-itself",
        r#"{"office": "lamphun", "when": "seen"}"#,
        WORK_ABOVE,
    ),
    row(
        "POST /api/v1/register/by-itself",
        "register/by-itself",
        r#"{"office": "chiangmai", "when": "seen"}"#,
        WORK_ELSEWHERE,
    ),
    row("GET /api/v1/register/{id}", "register/{received at lamphun-commerce}", "", WORK),
    row("GET /api/v1/register/{id}", "register/{received at lamphun}", "", WORK_ABOVE),
    row("GET /api/v1/register/{id}", "register/{received at chiangmai}", "", WORK_ELSEWHERE),
    row(
        "POST /api/v1/register/{id}/endorsements",
        "register/{received at lamphun}/endorsements",
        NOTED,
        with(201, WORK_ABOVE),
    ),
    row(
        "POST /api/v1/register/{id}/endorsements",
        "register/{received at chiangmai}/endorsements",
        NOTED,
        with(201, WORK_ELSEWHERE),
    ),
    row("GET /api/v1/coordinators", "coordinators", "", READ),
    row("GET /api/v1/coordinators", "coordinators?office=lamphun", "", ABOVE),
    row("GET /api/v1/coordinators", "coordinators?office=chiangmai&missing=true", "", WHOLE),
    row("POST /api/v1/coordinators", "coordinators{later}", COORDINATOR, with(201, WORK)),
    row("POST /api/v1/coordinators", "coordinators{later}", COORDINATOR_ELSEWHERE, with(201, WORK_ELSEWHERE)),
    // a JSON body is no file, and that is told only to whom may send one
    row("POST /api/v1/coordinators/import", "coordinators/import", "{}", with(415, WORK)),
    row("GET /api/v1/coordinators/{id}", "coordinators/{coordinator}", "", READ),
    row("GET /api/v1/coordinators/{id}", "coordinators/{coordinator above}", "", ABOVE),
    row("POST /api/v1/coordinators/{id}/end", "coordinators/{coordinator}/end", "", WORK),
    row("POST /api/v1/coordinators/{id}/end", "coordinators/{coordinator above}/end", "", WORK_ABOVE),
    row("GET /api/v1/coordinators/{id}/data", "coordinators/{coordinator}/data", "", WORK),
    row("GET /api/v1/coordinators/{id}/data", "coordinators/{coordinator above}/data", "", WORK_ABOVE),
    row("GET /api/v1/requests", "requests", "", READ),
    row("GET /api/v1/requests", "requests?office=lamphun", "", ABOVE),
    row("GET /api/v1/requests", "requests?bulletin={draft}", "", WHOLE),
    row("GET /api/v1/requests/summary", "requests/summary?bulletin={held}", "", READ),
    row("GET /api/v1/requests/summary", "requests/summary?bulletin={draft}", "", WHOLE),
    row("GET /api/v1/requests/{id}", "requests/{request}", "", READ),
    row("GET /api/v1/requests/{id}", "requests/{request above}", "", ABOVE),
    row("POST /api/v1/requests/{id}/done", "requests/{request}/done", "", WORK),
    row("POST /api/v1/requests/{id}/done", "requests/{request above}/done", "", WORK_ABOVE),
    row("POST /api/v1/requests/{id}/not-applicable", "requests/{request}/not-applicable", REASON, WORK),
    row("POST /api/v1/requests/{id}/not-applicable", "requests/{request above}/not-applicable", REASON, WORK_ABOVE),
    row("POST /api/v1/requests/{id}/done", "requests/{request elsewhere}/done", "", WORK_ELSEWHERE),
    row("GET /api/v1/disseminations", "disseminations", "", READ),
    row("GET /api/v1/disseminations", "disseminations?office=lamphun", "", ABOVE),
    row("GET /api/v1/disseminations", "disseminations?office=chiangmai", "", WHOLE),
    row("POST /api/v1/disseminations", "disseminations", SPREAD_IN_LAMPHUN, with(201, WORK_ABOVE)),
    row("POST /api/v1/disseminations", "disseminations", SPREAD_IN_CHIANG_MAI, with(201, WORK_ELSEWHERE)),
    row("GET /api/v1/disseminations/summary", "disseminations/summary?bulletin={held}", "", READ),
    row("GET /api/v1/disseminations/summary", "disseminations/summary?bulletin={draft}", "", WHOLE),
    row("GET /api/v1/disseminations/{id}", "disseminations/{spread in lamphun}", "", ABOVE),
    row("GET /api/v1/disseminations/{id}", "disseminations/{spread in chiangmai}", "", WHOLE),
    // it has no picture
    row(
        "GET /api/v1/disseminations/{id}/pictures/{file}",
        "disseminations/{spread in lamphun}/pictures/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "",
        [404, 404, 404, 404, 404, 404, 404, 401],
    ),
    row(
        "POST /api/v1/disseminations/{id}/replace",
        "disseminations/{spread in lamphun}/replace",
        r#"{"medium": "website", "area": "51"}"#,
        WORK_ABOVE,
    ),
    row(
        "POST /api/v1/disseminations/{id}/replace",
        "disseminations/{spread in chiangmai}/replace",
        r#"{"medium": "website", "area": "50"}"#,
        WORK_ELSEWHERE,
    ),
    // a JSON body is no file, and that is told only to whom may upload one
    row("POST /api/v1/files", "files", "{}", [415, 415, 403, 415, 415, 415, 415, 401]),
    row("GET /api/v1/submissions", "submissions", "", READ),
    row("GET /api/v1/submissions", "submissions?office=lamphun", "", ABOVE),
    row("GET /api/v1/submissions", "submissions?office=chiangmai", "", WHOLE),
    row("POST /api/v1/submissions", "submissions", MATERIAL_OF_LAMPHUN, with(201, WORK_ABOVE)),
    row("POST /api/v1/submissions", "submissions", MATERIAL_OF_CHIANG_MAI, with(201, WORK_ELSEWHERE)),
    row("GET /api/v1/submissions/topics", "submissions/topics", "", READ),
    row(
        "POST /api/v1/submissions/topics",
        "submissions/topics",
        r#"{"code": "water", "th": "น้ำ", "en": "Water"}"#,
        [200, 200, 403, 403, 403, 403, 403, 401],
    ),
    row("GET /api/v1/submissions/{id}", "submissions/{sent}", "", READ),
    row("GET /api/v1/submissions/{id}", "submissions/{sent by lamphun}", "", ABOVE),
    row("GET /api/v1/submissions/{id}", "submissions/{sent by chiangmai}", "", WHOLE),
    // it has no file
    row(
        "GET /api/v1/submissions/{id}/files/{file}",
        "submissions/{sent}/files/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "",
        [404, 404, 404, 404, 404, 404, 404, 401],
    ),
    row("POST /api/v1/submissions/{id}/send-again", "submissions/{returned}/send-again", MATERIAL, WORK),
    // nobody checks what their own office sends
    row("POST /api/v1/submissions/{id}/check", "submissions/{sent}/check", "", with_agency(403, WORK)),
    row("POST /api/v1/submissions/{id}/check", "submissions/{sent by chiangmai}/check", "", WORK_ELSEWHERE),
    row("POST /api/v1/submissions/{id}/propose", "submissions/{sent}/propose", "", with_agency(403, WORK)),
    row("POST /api/v1/submissions/{id}/propose", "submissions/{sent by chiangmai}/propose", "", WORK_ELSEWHERE),
    row(
        "POST /api/v1/submissions/{id}/return",
        "submissions/{sent}/return",
        REASON,
        [200, 200, 403, 200, 200, 403, 200, 401],
    ),
    row(
        "POST /api/v1/submissions/{id}/return",
        "submissions/{sent by chiangmai}/return",
        REASON,
        [200, 200, 403, 404, 200, 404, 404, 401],
    ),
    row(
        "POST /api/v1/submissions/{id}/accept",
        "submissions/{proposed}/accept",
        "",
        [200, 200, 403, 403, 403, 403, 403, 401],
    ),
    row("GET /api/v1/establishment", "establishment", "", READ),
    row("GET /api/v1/establishment/{office}", "establishment/lamphun-commerce", "", READ),
    row("GET /api/v1/establishment/{office}", "establishment/lamphun", "", ABOVE),
    row("GET /api/v1/establishment/{office}", "establishment/chiangmai", "", WHOLE),
    row("POST /api/v1/establishment/{office}/created", "establishment/lamphun-commerce/created", CREATED_BELOW, WORK),
    row("POST /api/v1/establishment/{office}/created", "establishment/lamphun/created", CREATED, WORK_ABOVE),
    row(
        "POST /api/v1/establishment/{office}/created",
        "establishment/chiangmai/created",
        CREATED_ELSEWHERE,
        WORK_ELSEWHERE,
    ),
    row("POST /api/v1/establishment/{office}/verify", "establishment/lamphun/verify", "", OPERATE),
    row("POST /api/v1/establishment/{office}/reports", "establishment/lamphun-commerce/reports", "", with(201, WORK)),
    row("POST /api/v1/establishment/{office}/reports", "establishment/lamphun/reports", "", with(201, WORK_ABOVE)),
    row(
        "POST /api/v1/establishment/{office}/reports",
        "establishment/chiangmai/reports",
        "",
        with(201, WORK_ELSEWHERE),
    ),
    row(
        "POST /api/v1/establishment/{office}/reports/{id}/paper",
        "establishment/lamphun/reports/{report of lamphun}/paper",
        SENT_ON_PAPER,
        WORK_ABOVE,
    ),
    row(
        "POST /api/v1/establishment/{office}/reports/{id}/paper",
        "establishment/chiangmai/reports/{report of chiangmai}/paper",
        SENT_ON_PAPER,
        WORK_ELSEWHERE,
    ),
    row(
        "POST /api/v1/establishment/{office}/reports/{id}/own-mail",
        "establishment/lamphun/reports/{report of lamphun}/own-mail",
        SENT_BY_MAIL,
        WORK_ABOVE,
    ),
    row(
        "POST /api/v1/establishment/{office}/reports/{id}/own-mail",
        "establishment/chiangmai/reports/{report of chiangmai}/own-mail",
        SENT_BY_MAIL,
        WORK_ELSEWHERE,
    ),
    row(
        "POST /api/v1/establishment/{office}/reports/{id}/resend",
        "establishment/lamphun/reports/{report of lamphun}/resend",
        "",
        WORK_ABOVE,
    ),
    row(
        "POST /api/v1/establishment/{office}/reports/{id}/resend",
        "establishment/chiangmai/reports/{report of chiangmai}/resend",
        "",
        WORK_ELSEWHERE,
    ),
    row("GET /api/v1/channels", "channels", "", OPERATE),
    row("GET /api/v1/channels/{code}", "channels/{sending}", "", OPERATE),
    row("PATCH /api/v1/channels/{code}", "channels/{sending}", r#"{"rate": 100}"#, ADMINISTER),
    row("POST /api/v1/channels/{code}/check", "channels/{sending}/check", r#"{"test_webhook": true}"#, OPERATE),
    row("POST /api/v1/channels/{code}/park", "channels/{sending}/park", "", OPERATE),
    row("POST /api/v1/channels/{code}/resume", "channels/{parked}/resume", "", OPERATE),
    row("GET /api/v1/group-alerts", "group-alerts", "", READ),
    row("GET /api/v1/group-alerts", "group-alerts?group=lpn", "", ABOVE),
    row("POST /api/v1/group-alerts/{id}/seen", "group-alerts/{alert}/seen", "", OPERATE),
    row("GET /api/v1/webhook-failures", "webhook-failures", "", OPERATE),
    row("POST /api/v1/webhook-failures/{id}/retry", "webhook-failures/{set aside}/retry", "", with(202, OPERATE)),
    row("POST /api/v1/channels/{code}/budget", "channels/{sending}/budget", "{}", OPERATE),
    row("POST /api/v1/channels/{code}/reserve", "channels/{sending}/reserve", "", OPERATE),
    row("GET /api/v1/coverage", "coverage", "", READ),
    row("GET /api/v1/cost", "cost", "", READ),
    row("GET /api/v1/openapi.json", "openapi.json", "", OPEN),
    row("GET /b/{token}", "{page}", "", OPEN),
    row("GET /i/{file}", "/i/{image}.jpg", "", OPEN),
    row("GET /f/{file}", "/f/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.jpg", "", [404; 8]),
    row("GET /livez", "/livez", "", OPEN),
    row("GET /readyz", "/readyz", "", OPEN),
    row("GET /metrics", "/metrics", "", OPEN),
    // no key opens it, only LINE's signature
    row("POST /line/webhook/{channel}", "/line/webhook/gcc", r#"{"events": []}"#, [401; 8]),
];

/// The year of the Buddhist era that is closed next: each is closed once.
static ENDED_YEAR: AtomicI16 = AtomicI16::new(2501);

/// What the words in a path stand for: made once where it is only read, and afresh where it is changed.
struct Fixtures<'a> {
    app: &'a TestApp,
    /// A bulletin held at `lpn`.
    held: String,
}

impl Fixtures<'_> {
    async fn find(&self, word: &str) -> String {
        match word {
            "held" => self.held.clone(),
            "page" => self.page().await,
            "fresh" => self.app.held().await,
            "draft" => self.app.write().await,
            "own draft" => self.app.write_with(json!({ "origin": "lpn" })).await,
            "draft below" => self.app.write_with(json!({ "origin": "lpn-com" })).await,
            "deputy" => self.deputy().await,
            "successor" => self.app.successor().await,
            "no successor" => {
                self.app
                    .texts("with gone as (delete from steward_successors returning 1) select 'gone' from gone")
                    .await;
                String::new()
            }
            "request" => self.app.request_to("lamphun-commerce").await,
            "request above" => self.app.request_to("lamphun").await,
            "request elsewhere" => self.app.request_to("chiangmai").await,
            "later" => {
                self.app.clock.advance(std::time::Duration::from_secs(1));
                String::new()
            }
            "coordinator" => self.app.coordinator("lamphun-commerce").await,
            "coordinator above" => self.app.coordinator("lamphun").await,
            "scheduled" => self.scheduled().await,
            "submitted" => self.submitted().await,
            "image" => self.image().await,
            "declined" => self.declined().await,
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
            "ended year" => ENDED_YEAR.fetch_add(1, Ordering::Relaxed).to_string(),
            _ if word.starts_with("report of ") => self.app.establishment_report(&word["report of ".len()..]).await,
            _ if word.starts_with("received at ") => self.received_at(&word["received at ".len()..]).await,
            "lost" => self.app.delivery_of(&self.app.held().await, "cmi-far").await,
            _ => self.app.delivery_of(&self.held, word.strip_prefix("to ").expect("a known word")).await,
        }
    }

    async fn received_at(&self, office: &str) -> String {
        let letter = json!({ "office": office, "subject": "เรื่อง" });
        let made = self.app.post(&Who::Admin, "register", letter).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A record of what an office did with the bulletin that is held.
    async fn spread(&self, office: &str, area: &str) -> String {
        let body = json!({ "bulletin_id": self.held, "office": office, "medium": "website", "area": area });
        let made = self.app.post(&Who::Admin, "disseminations", body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    async fn page(&self) -> String {
        let bulletin = self.app.get(&Who::Admin, &format!("bulletins/{}", self.held)).await.expect(200);
        let url: reqwest::Url = bulletin["public_url"].as_str().expect("an address").parse().expect("an address");
        url.path().to_owned()
    }

    async fn scheduled(&self) -> String {
        let id = self.app.write().await;
        let at = json!({ "at": "2018-03-24T02:00:00Z" });
        self.app.post(&Who::Admin, &format!("bulletins/{id}/publish"), at).await.expect(202);
        id
    }

    async fn submitted(&self) -> String {
        let id = self.app.write().await;
        self.app.post(&Who::Admin, &format!("bulletins/{id}/submit"), json!({})).await.expect(200);
        id
    }

    async fn image(&self) -> String {
        let mut png = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(2, 2).write_to(&mut png, image::ImageFormat::Png).expect("a picture");
        let upload = self.app.request(&Who::Admin, Method::POST, "images").header("content-type", "image/png");
        let made = self.app.send(upload.body(png.into_inner())).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    async fn deputy(&self) -> String {
        let deputy = serde_json::from_str(DEPUTY).expect("JSON");
        self.app.post(&Who::Admin, "groups/lpn/deputies", deputy).await.expect(201)["id"].to_string()
    }

    async fn declined(&self) -> String {
        let id = self.app.held().await;
        let body = json!({ "into": ["lpn"], "reason": "ไม่เกี่ยวข้อง" });
        self.app.post(&Who::Admin, &format!("bulletins/{id}/decline"), body).await.expect(200);
        id
    }

    async fn channel(&self, parked: bool) -> String {
        let act = if parked { "park" } else { "resume" };
        // 409 where it stands so already
        self.app.post(&Who::Admin, &format!("channels/gcc/{act}"), json!({})).await;
        "gcc".to_owned()
    }

    async fn fill(&self, path: &str) -> String {
        let Some((before, rest)) = path.split_once('{') else { return path.to_owned() };
        let (word, after) = rest.split_once('}').expect("a whole word");
        format!("{before}{}{after}", self.find(word).await)
    }
}

#[tokio::test]
async fn every_route_lets_in_whom_it_should_and_nobody_else() {
    let app = TestApp::new().await;
    let fixtures = Fixtures { app: &app, held: app.held().await };
    let mut wrong = Vec::new();
    for row in ROWS {
        let (method, _) = row.operation.split_once(' ').expect("a method");
        for (who, expected) in Who::ALL.into_iter().zip(row.expected) {
            let path = fixtures.fill(row.path).await;
            let body = row.body.replace("{held}", &fixtures.held);
            let body: Option<Value> = (!body.is_empty()).then(|| serde_json::from_str(&body).expect("JSON"));
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let answer = app.call(&who, method, &path, body.as_ref()).await;
            if answer.status != expected {
                wrong.push(format!("{who:?} {} {}: {} and not {expected}", row.operation, row.path, answer.status));
            }
            if answer.status >= 400 {
                answer.problem(answer.status);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_of_roles_names_every_operation_of_the_document() {
    let document = serde_json::to_value(gcc_relay::web::openapi()).expect("plain");
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys() {
            documented.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let listed: BTreeSet<String> = ROWS.iter().map(|row| row.operation.to_owned()).collect();
    assert_eq!(documented, listed);
}

#[tokio::test]
async fn a_key_counts_only_its_own_part_of_the_tree() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let status = format!("bulletins/{id}/status");
    for (who, deliveries, tiers) in
        [(Who::Admin, 8, vec![1, 2, 3]), (Who::Steward, 3, vec![2, 3]), (Who::Agency, 1, vec![3])]
    {
        let status = app.get(&who, &status).await.expect(200);
        assert_eq!(status["deliveries"], deliveries, "{who:?}");
        let seen: Vec<i64> =
            status["tiers"].as_array().expect("tiers").iter().filter_map(|t| t["tier"].as_i64()).collect();
        assert_eq!(seen, tiers, "{who:?}");
        assert_eq!(status["unaccounted"], 0);
    }
    let codes = async |who: Who, path: &str, at: &str| -> Vec<String> {
        let page = app.get(&who, path).await.expect(200);
        let items = page["items"].as_array().expect("items");
        items.iter().map(|item| item.pointer(at).and_then(Value::as_str).expect("a code").to_owned()).collect()
    };
    assert_eq!(codes(Who::Steward, "groups", "/code").await, ["lpn", "lpn-com", "lpn-dist"]);
    assert_eq!(codes(Who::Agency, "groups", "/code").await, ["lpn-com"]);
    assert_eq!(codes(Who::Agency, "offices", "/code").await, ["lamphun-commerce"]);
    assert_eq!(codes(Who::Agency, &format!("bulletins/{id}/deliveries"), "/group/code").await, ["lpn-com"]);
    let coverage = app.get(&Who::Agency, "coverage").await.expect(200);
    assert_eq!(coverage["tiers"][2]["groups"], 1);
    assert_eq!(coverage["tiers"][0]["groups"], 0);
}

#[tokio::test]
async fn a_bulletin_that_goes_elsewhere_is_absent_to_an_agency() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "audience": { "groups": ["cmi-com"] } })).await;
    app.release(&id).await;
    app.run().await;
    for path in ["", "/status", "/deliveries"] {
        let answer = app.get(&Who::Agency, &format!("bulletins/{id}{path}")).await;
        assert_eq!(answer.problem_name(404), "not-found");
    }
    assert_eq!(app.get(&Who::Agency, "bulletins").await.expect(200)["items"], json!([]));
    let forward = app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await;
    forward.problem(404);
}

#[tokio::test]
async fn a_refused_forward_into_several_groups_lets_it_into_none() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let before = app.fingerprint().await;
    let path = format!("bulletins/{id}/forward");
    app.post(&Who::Steward, &path, json!({ "into": ["lpn", "lpn-com"] })).await.problem(404);
    app.post(&Who::Admin, &path, json!({ "into": ["lpn", "lpn-com"] })).await.problem(409);
    app.post(&Who::Admin, &path, json!({ "into": ["lpn", "nowhere"] })).await.problem(404);
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn a_publisher_of_an_office_publishes_from_its_own_group_downwards() {
    let app = TestApp::new().await;
    let lamphun = app.key(Role::Publisher, Some("lamphun")).await;
    let draft = app.post(&lamphun, "bulletins", letter(json!({}))).await.expect(201);
    assert_eq!(draft["origin"], "lpn");
    let id = draft["id"].as_str().expect("an id");
    let published = app.post(&lamphun, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
    assert_eq!(published["deliveries"], 3);
    // neither from above nor from beside, nor what others wrote
    for origin in ["gcc1", "cmi"] {
        let refused = app.post(&lamphun, "bulletins", letter(json!({ "origin": origin }))).await;
        assert_eq!(refused.pointers(422), ["/origin"]);
    }
    let of_the_root = app.held().await;
    for act in ["publish", "withdraw"] {
        let path = format!("bulletins/{of_the_root}/{act}");
        let body = if act == "withdraw" { json!({ "reason": "x" }) } else { json!({}) };
        app.post(&lamphun, &path, body).await.problem(404);
    }
}

#[tokio::test]
async fn an_operator_of_an_office_has_neither_other_groups_nor_channels() {
    let app = TestApp::new().await;
    let lamphun = app.key(Role::Operator, Some("lamphun")).await;
    let id = app.held().await;
    let forward = format!("bulletins/{id}/forward");
    app.post(&lamphun, &forward, json!({ "into": ["cmi"] })).await.problem(404);
    let done = app.post(&lamphun, &forward, json!({ "into": "all" })).await.expect(200);
    assert_eq!(done, json!({ "forwarded": 1, "already": 0 }));
    assert_eq!(app.get(&lamphun, "channels").await.expect(200)["items"], json!([]));
    app.post(&lamphun, "channels/gcc/park", json!({})).await.problem(404);
    app.get(&lamphun, "channels/gcc").await.problem(404);
    app.post(&lamphun, "channels/gcc/check", json!({})).await.problem(404);
    let admin = app.key(Role::Admin, Some("lamphun")).await;
    app.patch(&admin, "channels/gcc", json!({ "rate": 1 })).await.problem(404);
    let retried = app.post(&lamphun, &format!("bulletins/{id}/retry"), json!({})).await.expect(200);
    assert_eq!(retried["retried"], 0, "the unreachable group is in another province");
}

#[tokio::test]
async fn a_steward_gives_the_own_turn_up_and_nobody_elses() {
    let app = TestApp::new().await;
    let automatic = json!({ "forwarding": "automatic" });
    app.patch(&Who::Operator, "groups/lpn", automatic.clone()).await.problem(403);
    app.patch(&Who::Steward, "groups/lpn-com", automatic.clone()).await.problem(404);
    for (who, group) in [(Who::Steward, "lpn"), (Who::Admin, "lpn-com")] {
        let changed = app.patch(&who, &format!("groups/{group}"), automatic.clone()).await.expect(200);
        assert_eq!(changed["forwarding"], "automatic");
    }
    let told = "select count(*) from audit where act = 'change_group' and actor = 'key:steward'";
    assert_eq!(app.count(told).await, 1);
}

#[tokio::test]
async fn a_key_that_is_malformed_wrong_or_revoked_opens_nothing() {
    let app = TestApp::new().await;
    let good = app.key(Role::Agency, Some("moi")).await;
    app.get(&good, "groups").await.expect(200);
    let other = app.key(Role::Admin, None).await;
    let mixed = format!("{}{}", &good[..14], &other[14..]);
    for key in ["", "x", "gccr_", &good[..40], &mixed] {
        let answer = app.get(&key.to_owned(), "groups").await;
        answer.problem(401);
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
    }
    let prefix = &good[5..13];
    assert_eq!(revoke_key(&mut *app.db().await, prefix, app.now()).await.expect("revoked"), 1);
    app.get(&good, "groups").await.problem(401);
}
