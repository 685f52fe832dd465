//! The forms and queries of office work, with something good in each field.

use crate::forms::Sender::SignedIn;
use crate::forms::{Form, form};
use crate::test_app::Who;

/// The receive register.
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
];
