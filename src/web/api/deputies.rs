//! Deputies for a while: who stands in for the steward of a group, named by the steward, operations or an admin.
//!
//! A duty has an end, and ends earlier when somebody says so. It tells whom to call; what signs in is an account.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, Schema};

use super::groups::Steward;
use crate::domain::actor::Actor;
use crate::domain::ids::AccountId;
use crate::domain::steward::{Deputy, Person};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput};
use crate::store::groups::Group;
use crate::store::stewards::{self, NamedDeputy, insert_deputy};
use crate::store::{Connection, StoreError, audit};
use crate::web::access::Caller;
use crate::web::access::duty::managed;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Ids};
use crate::web::problem::{FieldError, Problem};

/// A deputy to be named.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct NewDeputy(Naming);

/// One of two: with a name, or with a title; both is fine.
impl utoipa::PartialSchema for NewDeputy {
    fn schema() -> RefOr<Schema> {
        let either = ["name", "title"].map(|needed| {
            let mut schema = Naming::schema();
            if let RefOr::T(Schema::Object(naming)) = &mut schema {
                naming.required.push(needed.to_owned());
                if let Some(RefOr::T(Schema::Object(text))) = naming.properties.get_mut(needed) {
                    text.min_length = Some(1);
                    text.pattern = Some(r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$".to_owned());
                }
            }
            schema
        });
        let any = either.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item);
        Schema::AnyOf(any.build()).into()
    }
}

impl utoipa::ToSchema for NewDeputy {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Naming::schemas(schemas);
    }
}

/// Who stands in, and for how long.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Naming {
    /// The person; a name or a title is needed.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$")]
    name: String,
    /// The title.
    #[serde(default)]
    #[schema(
        max_length = 100,
        pattern = r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$",
        example = "รองผู้ว่าราชการจังหวัดลำพูน"
    )]
    title: String,
    /// The telephone number.
    #[serde(default)]
    #[schema(
        max_length = 40,
        pattern = r"^(?:[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[0-9๐-๙][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*)?$"
    )]
    phone: String,
    /// From when; left out or null = now.
    #[schema(value_type = Option<Timestamp>)]
    from: Option<TimeInput>,
    /// Until when, within a year; not at that moment any more.
    #[schema(value_type = Timestamp)]
    until: TimeInput,
}

/// Name a deputy for a while.
#[utoipa::path(post, path = "/groups/{code}/deputies", tag = "tree", params(("code" = String, Path)),
    request_body = NewDeputy, responses((status = 201, body = Steward)))]
pub async fn name_deputy(State(app): State<App>, Id(code): Id<String>, post: IdempotentPost<NewDeputy>) -> PostResult {
    let (mut work, NewDeputy(input)) = post.begin(&app).await?;
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    let bad = |pointer: &str, bad| Problem::invalid_field(pointer, bad);
    let from = input.from.map(|from| from.within(Bound::Begin, now)).transpose().map_err(|why| bad("/from", why))?;
    let until = input.until.within(Bound::End, now).map_err(|why| bad("/until", why))?;
    let person = Person::new(&input.name, &input.title, &input.phone);
    let deputy = Deputy::new(person, from.unwrap_or(now), until, now).map_err(|faults| {
        Problem::invalid(faults.iter().map(|fault| FieldError::new(format!("/{}", fault.field()), fault)).collect())
    })?;
    let group = managed(work.db(), &caller, &code).await?;
    let id = name(work.db(), &group, &deputy, None, &by, now).await?;
    let made = NamedDeputy {
        id,
        name: deputy.person().name().map(str::to_owned),
        title: deputy.person().title().map(str::to_owned),
        phone: deputy.person().phone().map(str::to_owned),
        valid_from: deputy.from(),
        valid_until: deputy.until(),
        username: None,
    };
    work.answer(StatusCode::CREATED, &Steward::deputy(made, true)).await
}

/// End the duty of a deputy for a while.
#[utoipa::path(delete, path = "/groups/{code}/deputies/{id}", tag = "tree",
    params(("code" = String, Path), ("id" = i32, Path)), responses((status = 204, description = "It has ended")))]
pub async fn end_deputy(
    State(app): State<App>,
    caller: Caller,
    Ids(code, id): Ids<String, i32>,
) -> Result<StatusCode, Problem> {
    let mut tx = app.begin().await?;
    let group = managed(&mut tx, &caller, &code).await?;
    end(&mut tx, &group, id, &caller.actor(), app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Names a deputy and writes that down, without the person: the audit outlives the duty.
pub(in crate::web) async fn name(
    db: &mut Connection,
    group: &Group,
    deputy: &Deputy,
    account: Option<AccountId>,
    by: &Actor,
    now: Timestamp,
) -> Result<i32, StoreError> {
    let id = insert_deputy(db, group.id, deputy, account).await?;
    let detail = json!({ "deputy": id, "from": deputy.from(), "until": deputy.until(), "account": account.is_some() });
    audit::insert_entry(db, now, by, "name_deputy", &format!("group:{}", group.id), &detail).await?;
    Ok(id)
}

/// Ends a duty and writes that down.
pub(in crate::web) async fn end(
    db: &mut Connection,
    group: &Group,
    id: i32,
    by: &Actor,
    now: Timestamp,
) -> Result<(), Problem> {
    if !stewards::end_deputy(db, group.id, id, now).await? {
        return Err(Problem::absent("deputy"));
    }
    audit::insert_entry(db, now, by, "end_deputy", &format!("group:{}", group.id), &json!({ "deputy": id })).await?;
    Ok(())
}
