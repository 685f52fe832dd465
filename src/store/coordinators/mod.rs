//! Coordinators of offices: who is appointed, who was, and the offices that have named nobody.
//!
//! How to reach them is kept sealed and read in [`contacts`] only; lists do without it.

pub mod appointing;
pub mod contacts;
pub mod naming;

use uuid::Uuid;

use crate::domain::actor::Actor;
use crate::domain::coordinator::CoordinatorSource;
use crate::domain::ids::{CoordinatorId, OfficeId};
use crate::domain::office::OfficeKind;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// An appointment, without how to reach the person.
#[derive(Clone, Debug)]
pub struct Coordinator {
    /// Its id.
    pub id: CoordinatorId,
    /// The office's number.
    pub office_id: OfficeId,
    /// The office's code.
    pub office: String,
    /// The office's name.
    pub office_name: String,
    /// What kind of body the office is.
    pub office_kind: OfficeKind,
    /// The office's province.
    pub province: Option<String>,
    /// Whether it is the deputy.
    pub deputy: bool,
    /// ชื่อ
    pub first_name: String,
    /// นามสกุล
    pub last_name: String,
    /// ตำแหน่ง
    pub position: String,
    /// สังกัด
    pub affiliation: Option<String>,
    /// How the reply came in.
    pub source: CoordinatorSource,
    /// From when.
    pub valid_from: Timestamp,
    /// Until when; none = nobody has ended it.
    pub valid_until: Option<Timestamp>,
    /// Who keyed it in.
    pub made_by: Actor,
    /// When.
    pub made_at: Timestamp,
    /// When the contacts were erased.
    pub erased_at: Option<Timestamp>,
}

impl Coordinator {
    /// Whether the appointment holds now.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.valid_from <= now && self.valid_until.is_none_or(|until| now < until)
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.valid_until.is_some_and(|until| until <= now)
    }
}

macro_rules! select_coordinators {
    ($conditions:literal, $($arguments:expr),* $(,)?) => {
        sqlx::query_as!(
            Coordinator,
            r#"select c.id as "id: CoordinatorId", c.office_id as "office_id: OfficeId", o.code as office, o.name as office_name,
                o.kind as "office_kind: OfficeKind", o.province, c.deputy, c.first_name, c.last_name, c.position, c.affiliation,
                c.source as "source: CoordinatorSource", c.valid_from, c.valid_until, c.made_by as "made_by: Actor", c.made_at, c.erased_at
            from coordinators c join offices o on o.id = c.office_id "#
                + $conditions,
            $($arguments),*
        )
    };
}

/// What a list is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter<'a> {
    /// Of offices that have a group at or below one of these.
    pub scope: Option<&'a [i32]>,
    /// Of this office.
    pub office: Option<OfficeId>,
    /// Of offices in this province.
    pub province: Option<&'a str>,
    /// Also those that have ended.
    pub history: bool,
    /// After the appointment with this id of the office with this code.
    pub after: Option<(String, Uuid)>,
}

/// Appointments by office, the earlier before the later.
pub async fn list_coordinators(
    db: &mut Connection,
    filter: &Filter<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Coordinator>> {
    let (code, id) = filter.after.clone().unzip();
    Ok(select_coordinators!(
        "where ($1::int[] is null or exists (select from groups g where g.office_id = o.id and g.path && $1))
            and ($2::int is null or c.office_id = $2) and ($3::text is null or o.province = $3)
            and ($4 or c.valid_until is null or c.valid_until > $5)
            and ($6::text is null or (o.code, c.id) > ($6, $7::uuid))
        order by o.code, c.id limit $8",
        filter.scope,
        filter.office.map(|office| office.0) as Option<i32>,
        filter.province,
        filter.history,
        now as Timestamp,
        code,
        id,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// All appointments of an office, the latest first; those of the coordinator before those of the deputy.
pub async fn list_of_office(db: &mut Connection, office: OfficeId, limit: i64) -> Result<Vec<Coordinator>> {
    Ok(select_coordinators!("where c.office_id = $1 order by c.deputy, c.valid_from desc limit $2", office.0, limit,)
        .fetch_all(db)
        .await?)
}

/// One appointment, where an office of the scope made it.
pub async fn find_coordinator(
    db: &mut Connection,
    scope: Option<&[i32]>,
    id: CoordinatorId,
) -> Result<Option<Coordinator>> {
    Ok(select_coordinators!(
        "where c.id = $1
            and ($2::int[] is null or exists (select from groups g where g.office_id = o.id and g.path && $2))",
        id.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}
