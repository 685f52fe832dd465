//! The page of one's own account.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::{HERE, line, own, passkeys, provider};
use crate::domain::account::{Permission, Role};
use crate::store::login_sessions::{Limits, list_devices};
use crate::store::recovery_codes::count_recovery_codes;
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::FormErrors;
use crate::web::people::{Visitor, device};
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::ui::format::{moment, stamp};
use crate::web::ui::label::Label as _;
use crate::web::words::Words;

/// With fewer recovery codes than this new ones should be made.
const FEW: i64 = 3;

struct DeviceRow {
    handle: String,
    name: String,
    last_seen: String,
    last_seen_at: String,
    remembered: bool,
    this_one: bool,
}

/// How many recovery codes are left, in a sentence, and whether that is few.
struct RecoveryRow {
    left: String,
    few: bool,
}

/// An act, and which roles may do it, in the order of the columns.
struct Duty {
    label: String,
    allowed: Vec<bool>,
}

#[derive(Template)]
#[template(path = "account/account.html")]
struct OwnAccountPage {
    name: String,
    username: String,
    role: String,
    scope: String,
    valid_until: Option<String>,
    acts: Vec<String>,
    roles: Vec<String>,
    duties: Vec<Duty>,
    has_codes: bool,
    recovery: RecoveryRow,
    demands_codes: bool,
    devices: Vec<DeviceRow>,
    others: bool,
    line: Option<line::LineCard>,
    passkeys: Option<passkeys::PasskeyCard>,
    provider: Option<provider::ProviderCard>,
    /// By form.
    errors: FormErrors,
}

/// The page.
pub async fn show_account(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    render(&app, visitor, StatusCode::OK, FormErrors::default()).await
}

/// The page with what is wrong with a form that was sent.
pub(super) async fn render(
    app: &App,
    mut visitor: Visitor,
    status: StatusCode,
    errors: FormErrors,
) -> Result<Response, Problem> {
    let t = visitor.words;
    if status != StatusCode::OK {
        // the forms' own addresses show nothing
        HERE.clone_into(&mut visitor.here);
    }
    let mut db = app.db.acquire().await?;
    let account = own(&mut db, &visitor).await?;
    let limits = Limits { idle_seconds: app.people.rules.idle.as_secs_f64() };
    let recovery = count_recovery_codes(&mut db, account.id).await?;
    let devices = list_devices(&mut db, account.id, &visitor.session_sha256, limits, app.now()).await?;
    let devices: Vec<DeviceRow> = devices
        .into_iter()
        .map(|device| DeviceRow {
            handle: device.handle.to_string(),
            name: name_device(t, &device.device),
            last_seen: moment(t, device.last_seen_at),
            last_seen_at: stamp(Some(device.last_seen_at)),
            remembered: device.remembered,
            this_one: device.this_one,
        })
        .collect();
    let provider = provider::find_card(&mut db, app, t, account.id).await?;
    let passkeys = passkeys::find_card(&mut db, app, t, account.id).await?;
    let role = visitor.role();
    let line = line::find_card(&mut db, t, role, &account).await?;
    let shell = Shell::of(&visitor).with_script("passkeys");
    let page = OwnAccountPage {
        name: account.display_name,
        username: account.username,
        role: role.word(t),
        scope: match &account.office_name {
            Some(office) => t.say_with("account-scope-office", &[("office", office)]),
            None => t.say("account-scope-whole"),
        },
        valid_until: account.valid_until.map(|until| moment(t, until)),
        acts: Permission::ALL.into_iter().filter(|act| role.may(*act)).map(|act| act_label(t, act)).collect(),
        roles: Role::ALL.into_iter().map(|role| role.word(t)).collect(),
        duties: Permission::ALL.into_iter().map(|act| duty(t, act)).collect(),
        recovery: RecoveryRow {
            left: t.say_with("recovery-left", &[("left", &recovery.to_string())]),
            few: recovery < FEW,
        },
        has_codes: account.totp_sealed.is_some(),
        demands_codes: app.people.demands_code(role),
        others: devices.iter().any(|device| !device.this_one),
        devices,
        line,
        passkeys,
        provider,
        errors,
    };
    Ok(HtmlPage::within(shell, page).status(status).into_response())
}

fn duty(t: Words, act: Permission) -> Duty {
    Duty { label: act_label(t, act), allowed: Role::ALL.into_iter().map(|role| role.may(act)).collect() }
}

/// An act as people say it.
fn act_label(t: Words, act: Permission) -> String {
    match act {
        Permission::Read => t.say("account-act-read"),
        Permission::Originate => t.say("account-act-originate"),
        Permission::Approve => t.say("account-act-approve"),
        Permission::Publish => t.say("account-act-publish"),
        Permission::Withdraw => t.say("account-act-withdraw"),
        Permission::Forward => t.say("account-act-forward"),
        Permission::Retry => t.say("account-act-retry"),
        Permission::ManageGroups => t.say("account-act-groups"),
        Permission::ManageTree => t.say("account-act-tree"),
        Permission::VerifyGroups => t.say("account-act-verify"),
        Permission::OfficeWork => t.say("account-act-office-work"),
        Permission::HandleMaterial => t.say("account-act-material"),
        Permission::OperateChannels => t.say("account-act-channels"),
        Permission::ManageChannels => t.say("account-act-manage-channels"),
        Permission::ManageKeys => t.say("account-act-keys"),
        Permission::ManageAccounts => t.say("account-act-accounts"),
        Permission::ReadAudit => t.say("account-act-audit"),
    }
}

fn name_device(t: Words, agent: &str) -> String {
    match device::recognise(agent) {
        (Some(browser), Some(machine)) => {
            t.say_with("account-device-on", &[("browser", browser), ("machine", machine)])
        }
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => t.say("account-device-unknown"),
    }
}
