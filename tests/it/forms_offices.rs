//! The forms and queries of office work, with something good in each field.

use crate::forms::Sender::SignedIn;
use crate::forms::{Form, Sender, form};
use crate::test_app::Who;

const ADMIN: Sender = SignedIn(Who::Admin);
const STEWARD: Sender = SignedIn(Who::Steward);

/// The receive register, coordinators and requests.
pub const OF_OFFICES: &[Form] = &[
    form(
        SignedIn(Who::Admin),
        "GET /register",
        "/register",
        &[
            ("office", "lamphun"),
            ("office_pick", ""),
            ("q", "ลำพูน"),
            ("year", "2561"),
            ("day", "2018-03-23"),
            ("before", "2561.9"),
            ("format", "html"),
        ],
    ),
    form(
        SignedIn(Who::Admin),
        "GET /register/new",
        "/register/new",
        &[("office", "lamphun"), ("office_pick", ""), ("bulletin", "{held}")],
    ),
    form(
        SignedIn(Who::Admin),
        "POST /register/new",
        "/register/new",
        &[
            ("office", "lamphun"),
            ("office_pick", ""),
            ("bulletin", ""),
            ("number", "ที่ นร ๐๕๐๕/ว ๕๐๐"),
            ("date", "๒๒ มีนาคม ๒๕๖๑"),
            ("from", "สำนักเลขาธิการคณะรัฐมนตรี"),
            ("to", "ผู้ว่าราชการจังหวัดลำพูน"),
            ("subject", "เรื่องที่ #"),
            ("received_date", "2018-03-22"),
            ("received_time", "9.06"),
            ("remark", "ส่งทางไปรษณีย์"),
        ],
    ),
    form(
        SignedIn(Who::Admin),
        "POST /register/by-itself",
        "/register/by-itself",
        &[("office", "chiangmai"), ("when", "seen")],
    ),
    form(
        SignedIn(Who::Admin),
        "POST /register/years/{year}/close",
        "/register/years/2560/close",
        &[("office", "chiangmai")],
    ),
    form(
        SignedIn(Who::Admin),
        "POST /register/{id}/endorsements",
        "/register/{received}/endorsements",
        &[
            ("kind", "assign"),
            ("assignee", "กลุ่มงานบริหารทั่วไป"),
            ("text", "โปรดดำเนินการ #"),
            ("author", "ผู้ว่าราชการจังหวัด"),
            ("unit", "จังหวัดลำพูน"),
            ("date", "2018-03-22"),
            ("time", "9.06"),
        ],
    ),
    form(
        STEWARD,
        "GET /submissions",
        "/submissions",
        &[("state", "received"), ("cursor", "MDE2MjUwOTUtODkwMC03MTdhLThhY2EtOTU1OWVhMDBiMGY0"), ("csv", "yes")],
    ),
    form(STEWARD, "GET /submissions/new", "/submissions/new", &[("files", "{file}"), ("text", "yes")]),
    form(STEWARD, "POST /submissions/files", "/submissions/files", &[("files", "{file}"), ("again", "")]),
    form(
        STEWARD,
        "POST /submissions/new",
        "/submissions/new",
        &[
            ("office", "lamphun"),
            ("office_pick", ""),
            ("files", "{file}"),
            ("alt1", "ราคาลำไย #"),
            ("alt2", ""),
            ("alt3", ""),
            ("alt4", ""),
            ("topic", "farmers"),
            ("title", "ลำไยขายได้ราคาดี #"),
            ("outcome", "เกษตรกรขายลำไยได้ราคาเพิ่มขึ้น"),
            ("beneficiaries", "เกษตรกรผู้ปลูกลำไย"),
            ("figures", "1,250 ครัวเรือน"),
            ("source", "สำนักงานเกษตรจังหวัด"),
            ("contact", "กลุ่มส่งเสริมการค้า 0-5351-1192"),
        ],
    ),
    form(STEWARD, "GET /submissions/{id}/again", "/submissions/{returned}/again", &[("files", "{file}")]),
    form(
        STEWARD,
        "POST /submissions/{id}/again",
        "/submissions/{returned}/again",
        &[
            ("files", "{file}"),
            ("alt1", "ราคาลำไย"),
            ("topic", "farmers"),
            ("title", "ลำไย #"),
            ("outcome", "ราคาเพิ่มขึ้น"),
        ],
    ),
    form(
        STEWARD,
        "POST /submissions/{id}/step",
        "/submissions/{sent}/step",
        &[("act", "propose"), ("remark", "ตรวจสอบแล้ว #")],
    ),
    form(
        ADMIN,
        "POST /submissions/topics",
        "/submissions/topics",
        &[("code", "water_#"), ("thai", "น้ำ"), ("english", "Water"), ("retired", "yes")],
    ),
    form(STEWARD, "GET /requests", "/requests", &[("office", "lamphun"), ("office_pick", "")]),
    form(
        STEWARD,
        "POST /requests/{id}/answer",
        "/requests/{request}/answer",
        &[("answer", "not_applicable"), ("comment", "ดำเนินการแล้ว #")],
    ),
    form(
        ADMIN,
        "POST /bulletins/{id}/requests",
        "/bulletins/{draft}/requests",
        &[
            ("request_kind", "disseminate"),
            ("purpose", "act"),
            ("text", "เผยแพร่ต่อประชาชน #"),
            ("due_on", ""),
            ("working_days", "5"),
        ],
    ),
    form(
        STEWARD,
        "GET /coordinators",
        "/coordinators",
        &[("province", "ลำพูน"), ("show", "missing"), ("cursor", "bHBu")],
    ),
    form(
        STEWARD,
        "GET /coordinators/csv",
        "/coordinators/csv",
        &[("province", "ลำพูน"), ("show", "history"), ("cursor", "")],
    ),
    form(
        STEWARD,
        "POST /coordinators/offices/{code}",
        "/coordinators/offices/lamphun-commerce{later}",
        &[
            ("first_name", "สมชาย #"),
            ("last_name", "ใจดี"),
            ("position", "นักวิชาการพาณิชย์ชำนาญการ"),
            ("affiliation", "กระทรวงพาณิชย์"),
            ("telephone", "๐-๕๓๕๑-๑๑๙๒ ต่อ ๑๒"),
            ("mobile", "๐๘๑-๒๓๔-๕๖๗๘"),
            ("email", "somchai@example.go.th"),
            ("line_id", "somchai.j"),
            ("deputy", "yes"),
            ("from", ""),
            ("source", "fax"),
        ],
    ),
    form(STEWARD, "POST /coordinators/{id}/end", "/coordinators/{coordinator}/end", &[("until", "")]),
    form(
        STEWARD,
        "POST /coordinators/import",
        "/coordinators/import{later}",
        &[
            (
                "rows",
                "หน่วยงาน,ชื่อ,นามสกุล,ตำแหน่ง,สังกัด,เบอร์โทรศัพท์,มือถือ,E-mail,ID Line\nlamphun-commerce,สมชาย,ใจดี,นักวิชาการ,,053511192,,,",
            ),
            ("from", ""),
        ],
    ),
];
