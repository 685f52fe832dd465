//! `/groups/{code}`: one group, who answers for it, and what came to it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use super::InScope;
use super::failures::Format;
use super::tables::{DeliveryRow, Viewer, delivery_columns, file, say_alert};
use crate::domain::account::Permission;
use crate::domain::bulletin::Forwarding;
use crate::store::deliveries::list_for_group;
use crate::store::group_alerts::{AlertFilter, list_alerts};
use crate::store::groups::{Group, Neighbour, list_neighbours};
use crate::store::stewards::list_stewards;
use crate::store::terms::list_terms;
use crate::web::access::duty::manages;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::pages::steward::terms::{names_of, term_columns};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::filters;
use crate::web::ui::format::{DASH, Share, moment, tier_label};
use crate::web::ui::table::{PageTable, to_file};
use crate::web::words::Words;

/// Bulletins looked at.
const RECENT: i64 = 30;
/// Terms of office that are listed.
const TERMS: i64 = 50;
/// Groups below that are listed.
const BELOW: i64 = 200;

struct ParentGroup {
    code: String,
    name: String,
    /// Whether the visitor may look at it.
    seen: bool,
}

struct StewardRow {
    label: String,
    title: String,
    name: Option<String>,
    phone: Option<String>,
}

/// What the visitor may do.
struct Manages {
    /// Change where the group hangs.
    tree: bool,
    /// Say who is its steward.
    group: bool,
}

#[derive(Template)]
#[template(path = "board/group.html")]
struct GroupPage {
    code: String,
    name: String,
    office: String,
    tier: &'static str,
    above: Vec<ParentGroup>,
    below: Vec<Neighbour>,
    link: String,
    linked: bool,
    line_name: Option<String>,
    lost: Option<String>,
    channel: String,
    seats: Option<i64>,
    head_count: Option<i64>,
    forwarding: String,
    retired: bool,
    /// Members of the LINE group among the people who should be in it.
    coverage: Option<Share>,
    /// What differs about the LINE group, each in a sentence.
    alerts: Vec<String>,
    stewards: Vec<StewardRow>,
    deliveries: PageTable,
    may: Manages,
    /// Who was, is and will be on duty.
    terms: PageTable,
}

/// One group.
pub async fn show_group(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
    Parameters(format): Parameters<Format>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let (t, viewer) = (visitor.words, Viewer::of(visitor.words, &visitor.caller));
    let group = visible::group(&mut db, &visitor.caller, &code).await?;
    let neighbours = list_neighbours(&mut db, group.id, BELOW).await?;
    let stewards = list_stewards(&mut db, group.id).await?;
    let rows = list_for_group(&mut db, group.id, RECENT).await?;
    let terms = list_terms(&mut db, group.id, TERMS).await?;
    let names = names_of(&mut db, &terms).await?;
    let alerts = list_alerts(&mut db, &AlertFilter { group: Some(group.id), ..AlertFilter::default() }, 10).await?;
    drop(db);
    // who may run operations, or manages this very group, sees people and their telephone numbers
    let personal = viewer.operates || manages(&visitor.caller, &group);
    let deliveries: Vec<DeliveryRow> = rows.into_iter().map(DeliveryRow::from).collect();
    if format.is_csv() {
        return file(&format!("group-{code}"), &to_file(t, &delivery_columns(), &deliveries));
    }
    let (above, below): (Vec<_>, Vec<_>) = neighbours.into_iter().partition(|neighbour| neighbour.above > 0);
    let seen = visible_ancestors(&visitor, &group);
    let page = GroupPage {
        tier: tier_label(group.tier),
        may: Manages { tree: visitor.may(Permission::ManageTree), group: manages(&visitor.caller, &group) },
        terms: PageTable::of(t, &t.say("terms-title"), &term_columns(app.now(), personal, &names), &terms)
            .styled("table stacks"),
        above: above
            .into_iter()
            .map(|up| ParentGroup {
                seen: usize::try_from(up.above).is_ok_and(|up| up <= seen),
                code: up.code,
                name: up.name,
            })
            .collect(),
        below,
        link: match group.linked_at.filter(|_| group.linked) {
            Some(at) => t.say_with("group-linked-since", &[("moment", moment(t, at).as_str())]),
            None => t.say(if group.linked { "group-linked" } else { "group-not-linked" }),
        },
        linked: group.linked,
        line_name: group.line_name.clone(),
        lost: group.lost_at.map(|at| t.say_with("group-lost-since", &[("moment", moment(t, at).as_str())])),
        channel: group.channel.clone().unwrap_or_else(|| DASH.to_owned()),
        seats: group.members.map(i64::from),
        head_count: group.head_count.map(i64::from),
        forwarding: forwarding(t, &group),
        retired: group.retired,
        coverage: coverage(&group),
        alerts: alerts.iter().map(|alert| say_alert(t, alert)).collect(),
        stewards: stewards
            .into_iter()
            .map(|steward| StewardRow {
                label: t.say(if steward.deputy { "board-deputy" } else { "board-steward" }),
                title: steward.title.unwrap_or_else(|| DASH.to_owned()),
                name: steward.name.filter(|_| personal),
                phone: steward.phone.filter(|_| personal),
            })
            .collect(),
        deliveries: PageTable::of(t, &t.say("group-deliveries"), &delivery_columns(), &deliveries),
        code: group.code,
        name: group.name,
        office: group.office_name,
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

/// How many of the groups above the visitor sees, from this one up.
fn visible_ancestors(visitor: &Visitor, group: &Group) -> usize {
    let Some(scope) = visitor.caller.scope.groups() else { return group.path.len() };
    let highest = group.path.iter().position(|id| scope.contains(id)).unwrap_or(group.path.len());
    group.path.len().saturating_sub(highest + 1)
}

/// How many of the people who should be in it are, as far as numbers tell.
fn coverage(group: &Group) -> Option<Share> {
    let (members, head_count) = group.members.filter(|_| group.linked).zip(group.head_count)?;
    (head_count > 0).then(|| Share::of(i64::from(members.min(head_count)), i64::from(head_count)))
}

fn forwarding(t: Words, group: &Group) -> String {
    match (group.forwarding, group.forward_within) {
        (Forwarding::Automatic, _) => t.say("group-automatic"),
        (Forwarding::Stewarded, None) => t.say("group-stewarded"),
        (Forwarding::Stewarded, Some(minutes)) => t.count("group-stewarded-within", minutes),
    }
}
