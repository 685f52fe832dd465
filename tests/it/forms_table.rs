//! Every form and every query of the web, with something good in each field.

use crate::browser::PASSWORD;
use crate::forms::Sender::{self, AwaitingCode, NewOperator, NotSignedIn, SignedIn};
use crate::forms::{Form, form};
use crate::test_app::Who;

/// The form of an account, and more.
macro_rules! account_fields {
    ($($more:expr),*) => {
        &[
            $($more,)*
            ("name", "ผู้ว่าราชการจังหวัดลำพูน"),
            ("role", "steward"),
            ("office", "lamphun"),
            ("office_pick", ""),
            ("from", "2026-01-01"),
            ("until", "2026-12-31"),
        ]
    };
}

/// The form of a draft, and more.
macro_rules! draft_fields {
    ($($more:expr),*) => {
        &[
            $($more,)*
            ("kind", "news"),
            ("about", ""),
            ("urgency", "urgent"),
            ("document_number", "มท ๐๒๐๖.๒/ว ๑๖๒๐"),
            ("document_date", "23/3/2561"),
            ("subject", "เรื่องที่ #"),
            ("body", "ความ"),
            ("link_label", "แนวทาง"),
            ("link_url", "https://www.example.org/แนวทาง.pdf"),
            ("image", "{image}"),
            ("image_alt", "แผนที่"),
            ("remove_image", ""),
            ("tiers", "2"),
            ("provinces", "51"),
            ("office_kinds", "province"),
            ("groups", "lpn"),
            ("exclude_groups", "cmi"),
            ("group_query", "ลำพูน"),
            ("forwarding", "as_configured"),
            ("way", "as_configured"),
            ("acknowledge", "yes"),
            ("acknowledge_date", "30 มีนาคม 2561"),
            ("acknowledge_time", "16.30"),
            ("expires_date", "30 เมษายน 2561"),
            ("expires_time", "23.59"),
        ]
    };
}

/// What an office did with a bulletin.
const SPREAD: &[(&str, &str)] = &[
    ("office", "lamphun"),
    ("office_pick", ""),
    ("medium", "broadcast_tower"),
    ("area", "510102"),
    ("village", "3"),
    ("date", "2018-03-23"),
    ("time", "07:00"),
    ("times", "2"),
    ("reach", "400"),
    ("outlet", "หอกระจายข่าวหมู่ที่ 3"),
    ("evidence", "https://www.lamphun.go.th/"),
    ("pictures", "{file}"),
    ("no_pictures", ""),
];

/// What a village gives back.
const READ_BACK: &[(&str, &str)] =
    &[("code", "{read-back code}"), ("village", "3"), ("medium", "notice_board"), ("times", "1")];

const ADMIN: Sender = SignedIn(Who::Admin);
const STEWARD: Sender = SignedIn(Who::Steward);
const AGENCY: Sender = SignedIn(Who::Agency);

/// Signing in, accounts, keys, the audit trail.
pub const OF_PEOPLE: &[Form] = &[
    form(NotSignedIn, "GET /docs", "/docs", &[("q", "bulletins")]),
    form(NotSignedIn, "GET /sign-in", "/sign-in", &[("next", "/home"), ("said", "signed-out")]),
    form(
        NotSignedIn,
        "POST /sign-in",
        "/sign-in",
        &[
            ("username", "{person}"),
            ("password", PASSWORD),
            ("remember", "yes"),
            ("next", "/home"),
            ("pending_form", ""),
        ],
    ),
    form(
        NotSignedIn,
        "POST /sign-in",
        "/sign-in",
        &[("username", "u#"), ("next", "/home"), ("pending_form", ""), ("password", "p")],
    ),
    form(
        AwaitingCode,
        "POST /sign-in/code",
        "/sign-in/code",
        &[("code", "123456"), ("recovery", ""), ("next", "/home"), ("pending_form", "")],
    ),
    form(
        NotSignedIn,
        "POST /welcome/{token}",
        "/welcome/{link}",
        &[("password", PASSWORD), ("again", PASSWORD), ("remember", "yes")],
    ),
    form(
        NotSignedIn,
        "GET /sign-in/provider/return",
        "/sign-in/provider/return",
        &[("code", "c"), ("state", "s"), ("iss", "https://login.example.org"), ("error", "access_denied")],
    ),
    form(ADMIN, "POST /language", "/language", &[("language", "th"), ("next", "/home")]),
    form(ADMIN, "GET /home", "/home", &[("said", "signed-out")]),
    form(
        NewOperator,
        "POST /account/password",
        "/account/password",
        &[("old", PASSWORD), ("password", PASSWORD), ("again", PASSWORD), ("username", "the-other")],
    ),
    form(NewOperator, "POST /account/codes", "/account/codes", &[("old", PASSWORD)]),
    form(NewOperator, "POST /account/codes/confirm", "/account/codes/confirm", &[("code", "123456")]),
    form(NewOperator, "POST /account/recovery", "/account/recovery", &[("old", PASSWORD)]),
    form(NewOperator, "POST /account/codes/remove", "/account/codes/remove", &[("old", PASSWORD)]),
    form(NewOperator, "POST /account/passkeys", "/account/passkeys", &[("name", "ก"), ("old", PASSWORD)]),
    form(NewOperator, "POST /account/passkeys/confirm", "/account/passkeys/confirm", &[("credential", "[]")]),
    form(
        NewOperator,
        "POST /account/passkeys/{id}/remove",
        "/account/passkeys/{no_passkey}/remove",
        &[("old", PASSWORD)],
    ),
    form(NewOperator, "POST /account/provider/remove", "/account/provider/remove", &[("old", PASSWORD)]),
    form(ADMIN, "POST /account/failures/seen", "/account/failures/seen", &[("next", "/home")]),
    form(
        ADMIN,
        "GET /accounts",
        "/accounts",
        &[("q", "lamphun"), ("role", "steward"), ("state", "works"), ("cursor", "YQ")],
    ),
    form(ADMIN, "POST /accounts/new", "/accounts/new", account_fields!(("username", "made-#"))),
    form(ADMIN, "POST /accounts/{id}", "/accounts/{account}", account_fields!()),
    form(
        ADMIN,
        "GET /accounts/invite",
        "/accounts/invite",
        &[
            ("look", "yes"),
            ("office", "lamphun"),
            ("office_pick", ""),
            ("deputies", ""),
            ("again", ""),
            ("confirmed", ""),
        ],
    ),
    form(
        ADMIN,
        "POST /accounts/invite",
        "/accounts/invite",
        &[("office", "lamphun"), ("deputies", ""), ("again", ""), ("confirmed", "0"), ("form", "csv")],
    ),
    form(
        ADMIN,
        "GET /join-slips",
        "/join-slips",
        &[("look", "yes"), ("office", "lamphun"), ("office_pick", ""), ("province", ""), ("confirmed", "")],
    ),
    form(
        ADMIN,
        "POST /join-slips",
        "/join-slips",
        &[("office", "lamphun"), ("office_pick", ""), ("province", ""), ("confirmed", "0")],
    ),
    form(
        ADMIN,
        "GET /tree",
        "/tree",
        &[("q", "ลำพูน"), ("tier", "2"), ("province", "51"), ("link", "linked"), ("retired", ""), ("format", "")],
    ),
    form(ADMIN, "POST /tree/upload", "/tree/upload", &[("channel", "")]),
    form(
        ADMIN,
        "POST /groups/{code}/stewards",
        "/groups/{spare}/stewards",
        &[
            ("title", "ผู้ว่าราชการจังหวัดลำพูน"),
            ("name", "สมหญิง #"),
            ("phone", "๐๕๓-๕๑๑๐๐๐"),
            ("from", "2018-10-01"),
            ("until", "30 กันยายน 2565"),
            ("deputy", ""),
        ],
    ),
    form(
        ADMIN,
        "POST /groups/{code}/stewards/end",
        "/groups/moi/stewards/end",
        &[("last_day", "2018-09-30"), ("deputy", "")],
    ),
    form(
        ADMIN,
        "POST /channels/new",
        "/channels/new",
        &[
            ("code", "oa-#"),
            ("name", "บัญชีที่ #"),
            ("secret", "0123456789abcdef"),
            ("token", "a+token/#="),
            ("rate", "๑๐๐"),
        ],
    ),
    form(
        ADMIN,
        "POST /channels/{code}/rotate",
        "/channels/{spare channel}/rotate",
        &[("secret", "0123456789abcdef"), ("token", "another+token/#=")],
    ),
    form(ADMIN, "POST /channels/{code}/rate", "/channels/{spare channel}/rate", &[("rate", "50")]),
    form(ADMIN, "GET /tree/add", "/tree/add", &[("under", "lpn")]),
    form(
        ADMIN,
        "POST /tree/add",
        "/tree/add",
        &[
            ("code", "lpn-added-#"),
            ("name", "GCC3-ลพ-#"),
            ("parent", "lpn"),
            ("office", "lpn-office-#"),
            ("office_pick", ""),
            ("office_name", "สำนักงานที่ #"),
            ("office_kind", "provincial_agency"),
            ("province", "ลำพูน"),
            ("channel", "gcc"),
            ("head_count", "๒๐"),
        ],
    ),
    form(
        ADMIN,
        "POST /groups/{code}/edit",
        "/groups/cmi-com/edit",
        &[
            ("name", "GCC3-ชม-พาณิชย์ #"),
            ("parent", "cmi"),
            ("office", "chiangmai-commerce"),
            ("office_pick", ""),
            ("office_name", ""),
            ("office_kind", ""),
            ("province", ""),
            ("channel", "gcc"),
            ("head_count", "21"),
            ("version", "{version of cmi-com}"),
        ],
    ),
    form(ADMIN, "POST /groups/{code}/retire", "/groups/{spare}/retire", &[("seen", "0")]),
    form(
        ADMIN,
        "POST /keys",
        "/keys",
        &[
            ("name", "ระบบ #"),
            ("role", "agency"),
            ("office", "lamphun"),
            ("office_pick", ""),
            ("until", ""),
            ("addresses", ""),
        ],
    ),
    form(AGENCY, "POST /keys", "/keys", &[("name", "ระบบ #")]),
    form(ADMIN, "GET /keys", "/keys", &[("cursor", "MDE5OGMwZGUtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw")]),
    form(
        ADMIN,
        "GET /audit",
        "/audit",
        &[
            ("actor", "cli"),
            ("act", "sign_in"),
            ("subject", "x"),
            ("from", ""),
            ("until", ""),
            ("cursor", "MTUyMTc3MDc2MDAwMDAwMCA3"),
        ],
    ),
    form(ADMIN, "POST /audit/check", "/audit/check", &[("after", "0")]),
    form(NotSignedIn, "POST /sign-in/passkey/confirm", "/sign-in/passkey/confirm", &[("credential", "[]")]),
    form(NewOperator, "POST /account/provider", "/account/provider", &[("old", PASSWORD)]),
    form(NotSignedIn, "POST /welcome/{token}/provider", "/welcome/{link}/provider", &[("remember", "yes")]),
    form(
        NotSignedIn,
        "POST /sign-in/provider",
        "/sign-in/provider",
        &[("remember", "yes"), ("next", "/home"), ("pending_form", "")],
    ),
    form(
        NotSignedIn,
        "POST /sign-in/passkey",
        "/sign-in/passkey",
        &[("remember", "yes"), ("next", "/home"), ("pending_form", "")],
    ),
];

/// What a steward does.
pub const OF_STEWARDS: &[Form] = &[
    form(STEWARD, "POST /account/line", "/account/line", &[("old", PASSWORD)]),
    form(STEWARD, "POST /waiting/all", "/waiting/all", &[("id", "{held}")]),
    form(
        STEWARD,
        "POST /waiting/{id}/forward",
        "/waiting/{fresh}/forward",
        &[("into", "lpn"), ("note", "โปรดดำเนินการ #"), ("do", "forward")],
    ),
    form(
        STEWARD,
        "POST /waiting/{id}/forward",
        "/waiting/{held}/forward",
        &[("into", "lpn"), ("note", "โปรดดำเนินการ #"), ("do", "preview")],
    ),
    form(
        STEWARD,
        "POST /waiting/{id}/decline",
        "/waiting/{fresh}/decline",
        &[("into", "lpn"), ("reason", "ไม่เกี่ยวข้อง #")],
    ),
    form(
        STEWARD,
        "POST /waiting/{id}/report",
        "/waiting/{held}/report",
        &[("group", "lpn-com"), ("what", "seen"), ("comment", "แจ้งทางโทรศัพท์ #")],
    ),
    form(
        STEWARD,
        "POST /groups/{code}/settings",
        "/groups/lpn/settings",
        &[("how", "after-a-while"), ("minutes", "60"), ("way", "listen"), ("version", "{version of lpn}")],
    ),
    form(
        STEWARD,
        "POST /groups/{code}/deputies",
        "/groups/lpn/deputies",
        &[
            ("name", "ก #"),
            ("title", "รองผู้ว่าราชการจังหวัด"),
            ("phone", "1111"),
            ("from", "2018-03-24"),
            ("until", "2018-03-26"),
            ("username", "deputy-#"),
        ],
    ),
];

/// Writing, approving and publishing.
pub const OF_WRITERS: &[Form] = &[
    form(
        ADMIN,
        "GET /bulletins",
        "/bulletins",
        &[("q", "ลำพูน"), ("state", "draft"), ("before", "0198c0de-0000-7000-8000-000000000000")],
    ),
    form(ADMIN, "GET /bulletins/new", "/bulletins/new", &[("about", "{held}")]),
    form(ADMIN, "POST /bulletins/new", "/bulletins/new", draft_fields!(("seen", ""), ("do", "save"), ("id", ""))),
    form(
        ADMIN,
        "POST /bulletins/{id}/edit",
        "/bulletins/{draft}/edit",
        draft_fields!(("seen", "{seen}"), ("do", "next")),
    ),
    form(ADMIN, "POST /bulletins/preview", "/bulletins/preview", draft_fields!(("seen", ""), ("id", "{a draft}"))),
    form(ADMIN, "POST /bulletins/groups", "/bulletins/groups", draft_fields!(("id", "{a draft}"))),
    form(
        ADMIN,
        "POST /bulletins/image",
        "/bulletins/image",
        &[("image", "{image}"), ("image_alt", "แผนที่"), ("remove_image", "")],
    ),
    form(
        ADMIN,
        "POST /bulletins/{id}/publish",
        "/bulletins/{draft}/publish",
        &[("seen", "{seen}"), ("when", "later"), ("date", "1 มีนาคม 2562"), ("time", "8.30")],
    ),
    form(ADMIN, "POST /bulletins/{id}/test", "/bulletins/{a draft}/test", &[("group", "lpn")]),
    form(ADMIN, "POST /bulletins/{id}/return", "/bulletins/{submitted}/return", &[("reason", "ขาดเลขที่")]),
    form(ADMIN, "POST /bulletins/{id}/withdraw", "/bulletins/{released}/withdraw", &[("reason", "ข้อมูลคลาดเคลื่อน")]),
];

/// Looking after what was published.
pub const OF_THE_BOARD: &[Form] = &[
    form(ADMIN, "GET /board/{id}/receipt", "/board/{held}/receipt", &[("province", "ลำพูน")]),
    form(
        ADMIN,
        "GET /board/{id}/retry",
        "/board/{held}/retry",
        &[("state", "failed"), ("reason", "account_removed"), ("tier", "3"), ("province", "เชียงใหม่")],
    ),
    form(
        ADMIN,
        "POST /board/{id}/retry",
        "/board/{held}/retry",
        &[
            ("state", ""),
            ("reason", "account_removed"),
            ("tier", "3"),
            ("province", "เชียงใหม่"),
            ("include_unknown", "yes"),
        ],
    ),
    form(ADMIN, "POST /board/{id}/undecline", "/board/{declined}/undecline", &[("group", "lpn")]),
    form(ADMIN, "GET /board/{id}/provinces/{province}", "/board/{held}/provinces/ลำพูน", &[("format", "html")]),
    form(ADMIN, "GET /groups/{code}", "/groups/lpn", &[("format", "html")]),
    form(ADMIN, "GET /channels", "/channels", &[("format", "html")]),
    form(ADMIN, "POST /deliveries/{id}/retry", "/deliveries/{lost}/retry", &[("include_unknown", "yes")]),
    form(
        ADMIN,
        "POST /deliveries/{id}/report",
        "/deliveries/{lost}/report",
        &[("group", ""), ("what", "seen"), ("comment", "แจ้งทางโทรศัพท์ #")],
    ),
    form(ADMIN, "POST /channels/{code}/budget", "/channels/gcc/budget", &[("messages", "35000"), ("baht", "")]),
    form(
        ADMIN,
        "GET /cost",
        "/cost",
        &[("month", "2018-03"), ("channel", "gcc"), ("office", "lamphun"), ("csv", "bulletins")],
    ),
    form(
        ADMIN,
        "GET /failures",
        "/failures",
        &[
            ("state", "unreachable"),
            ("reason", "not_linked"),
            ("before", "ffffffff-ffff-7fff-bfff-ffffffffffff"),
            ("format", "html"),
        ],
    ),
    form(
        STEWARD,
        "GET /disseminations",
        "/disseminations",
        &[("bulletin", "{held}"), ("cursor", "MDE5OGMwZGUtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw"), ("csv", "yes")],
    ),
    form(STEWARD, "GET /disseminations/script/{bulletin}", "/disseminations/script/{held}", &[("area", "510102")]),
    form(STEWARD, "POST /disseminations/script/{bulletin}", "/disseminations/script/{fresh}", &[("area", "510102")]),
    form(STEWARD, "GET /disseminations/sheet/{bulletin}", "/disseminations/sheet/{held}", &[("area", "510102")]),
    form(STEWARD, "POST /disseminations/read-back", "/disseminations/read-back", READ_BACK),
    form(NotSignedIn, "GET /readback", "/readback", &[("code", "RBK-7K3M-9QX3")]),
    form(NotSignedIn, "POST /readback", "/readback", READ_BACK),
    form(STEWARD, "GET /disseminations/new", "/disseminations/new", &[("bulletin", "{held}"), ("pictures", "{file}")]),
    form(STEWARD, "GET /disseminations/{id}", "/disseminations/{spread}", &[("pictures", "{file}")]),
    form(STEWARD, "POST /disseminations/new", "/disseminations/new?bulletin={held}", SPREAD),
    form(STEWARD, "POST /disseminations/{id}/replace", "/disseminations/{spread}/replace", SPREAD),
    form(STEWARD, "GET /disseminations/reach/{bulletin}", "/disseminations/reach/{held}", &[("csv", "media")]),
    form(AGENCY, "GET /status", "/status", &[("cursor", "MDE5OGMwZGUtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw")]),
    form(AGENCY, "GET /status/{id}", "/status/{held}", &[("state", "held"), ("cursor", "MQ")]),
];
