//! One group by form: added below another, or changed: its name, its office, its channel, and where it hangs.
//!
//! What is typed is a tree file of one row (`relay::tree_edits`), so its rules and faults are those of the file.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::faults::by_field;
use super::parent::ParentField;
use crate::domain::office::OfficeKind;
use crate::domain::tree_file::Column;
use crate::relay::tree_edits::{self, GroupEdit, GroupVersion};
use crate::relay::tree_files::TreeRefusal;
use crate::store::Connection;
use crate::store::channels::list_channels;
use crate::store::groups::{Group, find_group};
use crate::store::offices::{find_office, is_under};
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::{Id, Parameters};
use crate::web::pages::HtmlPage;
use crate::web::pages::compose::format::office_kind;
use crate::web::pages::form_fields::{OfficeChoice, OfficeField};
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::Words;

/// Below which group one is added.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AddQuery {
    under: String,
}

/// What is typed of a group.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GroupForm {
    /// A new group's code.
    pub code: String,
    /// The group above.
    #[serde(flatten)]
    pub parent: ParentField,
    /// Its name.
    pub name: String,
    /// Its office: one that is there, or the code of a new one.
    #[serde(flatten)]
    pub office: OfficeField,
    /// A new office's name.
    pub office_name: String,
    /// What kind of body a new office is.
    pub office_kind: String,
    /// A new office's province.
    pub province: String,
    /// The channel that sends to it.
    pub channel: String,
    /// People who should be in it.
    pub head_count: String,
    /// What the group was known by when the form was drawn.
    pub version: String,
}

/// Which group the form is about.
#[derive(Clone, Debug)]
enum About {
    /// One that is to be added.
    New,
    /// One that is there.
    Group(Box<Group>),
}

#[derive(Template)]
#[template(path = "tree/group.html")]
struct GroupPage {
    form: FormState<GroupForm>,
    /// Of a group that is there: code and name.
    group: Option<(String, String)>,
    /// What the group above is called, where it is known.
    above: Option<String>,
    /// Whether it hangs under another.
    has_parent: bool,
    kinds: Vec<Choice>,
    channels: Vec<Choice>,
    /// Whether the fields of a new office are filled.
    new_office: bool,
    /// Where somebody changed the group since the form was drawn: what was typed and is not there, each with the field's name.
    typed_before: Option<Vec<(String, String)>>,
}

/// The form of a new group.
pub async fn show_new(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<AddQuery>,
) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let mut form = FormState::new(GroupForm::default());
    if !query.under.trim().is_empty() {
        let above = visible::group(&mut db, &visitor.caller, &query.under).await?;
        form.typed.channel = above.channel.unwrap_or_default();
        form.typed.parent.typed = above.code;
    }
    page(&mut db, &visitor, form, About::New, StatusCode::OK).await
}

/// The form of a group that is there.
pub async fn show_edit(State(app): State<App>, visitor: Visitor, Id(code): Id<String>) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let group = visible::group(&mut db, &visitor.caller, &code).await?;
    let form = FormState::new(GroupForm::of(&group));
    page(&mut db, &visitor, form, About::Group(Box::new(group)), StatusCode::OK).await
}

impl GroupForm {
    fn of(group: &Group) -> Self {
        Self {
            code: group.code.clone(),
            parent: ParentField { typed: group.parent.clone().unwrap_or_default(), ..ParentField::default() },
            name: group.name.clone(),
            office: OfficeField { typed: group.office.clone(), ..OfficeField::default() },
            channel: group.channel.clone().unwrap_or_default(),
            head_count: group.head_count.map(|count| count.to_string()).unwrap_or_default(),
            version: GroupVersion::of(group).as_str().to_owned(),
            ..Self::default()
        }
    }

    /// The cells that it makes, with the office that was found.
    fn to_edit(&self, office: &str, about: &About) -> GroupEdit {
        let mut edit = GroupEdit::new();
        if !matches!(about, About::Group(group) if group.parent.is_none()) {
            edit.put(Column::Parent, &self.parent.typed);
        }
        edit.put(Column::Name, &self.name);
        edit.put(Column::Office, office);
        edit.set(Column::OfficeName, &self.office_name);
        edit.set(Column::OfficeKind, &self.office_kind);
        edit.set(Column::Province, &self.province);
        edit.set_or_clear(Column::Channel, &self.channel);
        edit.set_or_clear(Column::HeadCount, &self.head_count);
        edit
    }

    /// What was typed and is not what the group has now, each with the name of its field.
    fn differing_from(&self, now: &Self, t: Words) -> Vec<(String, String)> {
        [
            ("tree-name", &self.name, &now.name),
            ("tree-parent", &self.parent.typed, &now.parent.typed),
            ("board-office", &self.office.typed, &now.office.typed),
            ("tree-office-name", &self.office_name, &now.office_name),
            ("tree-office-kind", &self.office_kind, &now.office_kind),
            ("tree-province", &self.province, &now.province),
            ("delivery-channel", &self.channel, &now.channel),
            ("board-head-count", &self.head_count, &now.head_count),
        ]
        .into_iter()
        .filter(|(_, typed, now)| typed.trim() != now.trim())
        .map(|(label, typed, _)| (t.say(label), typed.clone()))
        .collect()
    }

    fn describes_an_office(&self) -> bool {
        [&self.office_name, &self.office_kind, &self.province].iter().any(|text| !text.trim().is_empty())
    }
}

/// The code of the office that is meant; or nothing, and what is wrong with it is in the form.
async fn read_office(
    db: &mut Connection,
    visitor: &Visitor,
    FormState { typed, errors }: &mut FormState<GroupForm>,
) -> Result<Option<String>, Problem> {
    let t = visitor.words;
    // of a new office the code is typed as it is to be, whatever it is like
    if typed.describes_an_office() {
        let code = typed.office.typed.clone();
        let there = if code.contains('\0') { None } else { find_office(db, &code).await? };
        let own = match (&there, visitor.caller.scope.groups()) {
            (Some(office), Some(scope)) => is_under(db, office.id, scope).await?,
            (there, _) => there.is_some(),
        };
        // it would be renamed with all its groups
        if own {
            errors.add("office", t.say("tree-office-exists"));
            return Ok(None);
        }
        return Ok(Some(code));
    }
    Ok(match typed.office.choose(db, visitor.caller.scope.groups()).await? {
        OfficeChoice::One(office) => Some(office.code),
        OfficeChoice::Several(offices) => {
            typed.office.offered = offices;
            errors.add("office", t.say("accounts-office-several"));
            None
        }
        OfficeChoice::Empty => {
            errors.add("office", t.say("tree-office-needed"));
            None
        }
        OfficeChoice::Absent => {
            errors.add("office", t.say("tree-office-absent"));
            None
        }
    })
}

/// Adds a group.
pub async fn add(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<GroupForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let mut form = FormState::new(typed);
    form.typed.parent.read(&mut tx, &visitor, &mut form.errors).await?;
    let office = read_office(&mut tx, &visitor, &mut form).await?;
    let Some(office) = office.filter(|_| form.errors.is_empty()) else {
        drop(tx);
        return refuse(&app, &visitor, form, About::New).await;
    };
    let (edit, right) = (form.typed.to_edit(&office, &About::New), visitor.caller.right());
    match tree_edits::add(&mut tx, &form.typed.code, edit, &right, app.now()).await {
        Ok(added) => {
            let to = with_flash(&format!("/groups/{}", added.code), "said-group-added");
            form_key.finish(tx, &app, &to).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(TreeRefusal::BadFile(bad)) => {
            drop(tx);
            form.errors.append(by_field(visitor.words, &bad.errors));
            refuse(&app, &visitor, form, About::New).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Changes a group.
pub async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<GroupForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let group = visible::group(&mut tx, &visitor.caller, &code).await?;
    let about = About::Group(Box::new(group));
    let mut form = FormState::new(typed);
    // an empty cell of a file would leave the name as it is
    if form.typed.name.trim().is_empty() {
        form.errors.add("name", visitor.words.say("tree-name-needed"));
    }
    if !matches!(&about, About::Group(group) if group.parent.as_deref() == Some(form.typed.parent.typed.trim())) {
        form.typed.parent.read(&mut tx, &visitor, &mut form.errors).await?;
    }
    let office = read_office(&mut tx, &visitor, &mut form).await?;
    let Some(office) = office.filter(|_| form.errors.is_empty()) else {
        drop(tx);
        return refuse(&app, &visitor, form, about).await;
    };
    let (edit, right) = (form.typed.to_edit(&office, &about), visitor.caller.right());
    let seen = GroupVersion::sent(&form.typed.version);
    match tree_edits::change(&mut tx, &code, edit, Some(&seen), &right, app.now()).await {
        Ok(_) => {
            let to = with_flash(&format!("/groups/{}", code.trim()), "said-group-changed");
            form_key.finish(tx, &app, &to).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(TreeRefusal::BadFile(bad)) => {
            drop(tx);
            form.errors.append(by_field(visitor.words, &bad.errors));
            refuse(&app, &visitor, form, about).await
        }
        Err(TreeRefusal::GroupChanged) => {
            drop(tx);
            show_changed(&app, &visitor, &code, &form.typed).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The form with what the group is now, and beside it what was typed: nothing of either is lost.
async fn show_changed(app: &App, visitor: &Visitor, code: &str, typed: &GroupForm) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let group = visible::group(&mut db, &visitor.caller, code).await?;
    let now = GroupForm::of(&group);
    let differing = typed.differing_from(&now, visitor.words);
    let page = make_page(&mut db, visitor, FormState::new(now), About::Group(Box::new(group))).await?;
    let page = GroupPage { typed_before: Some(differing), ..page };
    Ok(HtmlPage::of(visitor, page).status(StatusCode::CONFLICT).into_response())
}

/// The form as it was sent, with what is wrong.
async fn refuse(app: &App, visitor: &Visitor, form: FormState<GroupForm>, about: About) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    page(&mut db, visitor, form, about, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The page of a group that could not be changed otherwise.
pub(super) async fn refuse_whole(
    app: &App,
    visitor: &Visitor,
    group: Group,
    refusal: TreeRefusal,
) -> Result<Response, Problem> {
    let TreeRefusal::BadFile(bad) = refusal else { return Err(refusal.into()) };
    let mut form = FormState::new(GroupForm::of(&group));
    form.errors = by_field(visitor.words, &bad.errors);
    let mut visitor = visitor.clone();
    visitor.here = format!("/groups/{}/edit", group.code);
    refuse(app, &visitor, form, About::Group(Box::new(group))).await
}

async fn page(
    db: &mut Connection,
    visitor: &Visitor,
    form: FormState<GroupForm>,
    about: About,
    status: StatusCode,
) -> Result<Response, Problem> {
    let page = make_page(db, visitor, form, about).await?;
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

async fn make_page(
    db: &mut Connection,
    visitor: &Visitor,
    form: FormState<GroupForm>,
    about: About,
) -> Result<GroupPage, Problem> {
    let t = visitor.words;
    let typed = &form.typed;
    let parent = typed.parent.typed.trim();
    let above = if parent.is_empty() || parent.contains('\0') {
        None
    } else {
        find_group(db, parent).await?.filter(|group| {
            visitor.caller.scope.covers(&group.path)
                || matches!(&about, About::Group(own) if own.parent.as_deref() == Some(&group.code))
        })
    };
    let kinds = OfficeKind::ALL.map(|kind| Choice::of(kind.as_str(), office_kind(t, kind), typed.office_kind.trim()));
    let channels = list_channels(db).await?.into_iter();
    let channels = channels.map(|channel| Choice::of(&channel.code, channel.name, typed.channel.trim()));
    Ok(GroupPage {
        above: above.map(|group| group.name),
        has_parent: !matches!(&about, About::Group(group) if group.parent.is_none()),
        kinds: [Choice::none(t.say("tree-office-kind-none"))].into_iter().chain(kinds).collect(),
        channels: [Choice::none(t.say("tree-channel-none"))].into_iter().chain(channels).collect(),
        new_office: typed.describes_an_office(),
        group: match about {
            About::New => None,
            About::Group(group) => Some((group.code, group.name)),
        },
        typed_before: None,
        form,
    })
}
