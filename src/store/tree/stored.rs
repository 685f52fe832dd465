//! The stored tree, read whole: a few megabytes at the size of the country.

use std::collections::{HashMap, HashSet};

use super::super::{Connection, Result, StoreError};
use crate::domain::bulletin::Forwarding;
use crate::domain::group::{LineGroupId, Tier};
use crate::domain::ids::Code;
use crate::domain::office::OfficeKind;
use crate::domain::tree_file::{KnownGroup, KnownTree};
use crate::domain::way::Way;

/// All offices, groups, current stewards and channels.
pub(super) struct StoredTree {
    pub(super) offices: HashMap<Code, Office>,
    pub(super) groups: HashMap<Code, Group>,
    /// Numbers of the channels.
    pub(super) channels: HashMap<Code, i32>,
    /// The groups' codes in the order in which they came in.
    pub(super) order: Vec<Code>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Office {
    /// None for one that is to be added.
    pub(super) id: Option<i32>,
    pub(super) name: String,
    pub(super) kind: OfficeKind,
    pub(super) province: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// None for one that is to be added.
    pub(super) id: Option<i32>,
    pub(super) parent: Option<Code>,
    pub(super) tier: Tier,
    pub(super) name: String,
    pub(super) office: Code,
    pub(super) channel: Option<Code>,
    pub(super) line_group_id: Option<LineGroupId>,
    pub(super) members: Option<i32>,
    pub(super) head_count: Option<i32>,
    pub(super) forwarding: Forwarding,
    pub(super) forward_within: Option<i32>,
    pub(super) way: Option<Way>,
    pub(super) push_after: Option<i32>,
    pub(super) retired: bool,
    pub(super) steward: Person,
    /// Title or name of the deputy.
    pub(super) deputy: Option<String>,
}

/// A steward; without any of it there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) phone: Option<String>,
}

impl Person {
    pub(super) fn is_nobody(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is the same steward by what a file calls them, whatever the telephone number is.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.name.is_some() || self.title.is_some()) && self.name == other.name && self.title == other.title
    }
}

/// Keeps every other writer of the tree out, imports and join codes alike; readers go on.
pub(super) async fn lock(db: &mut Connection) -> Result<()> {
    sqlx::query!("lock table groups, offices, stewards in share row exclusive mode").execute(db).await?;
    Ok(())
}

pub(super) async fn load(db: &mut Connection) -> Result<StoredTree> {
    let mut stored = StoredTree {
        offices: load_offices(db).await?,
        groups: HashMap::new(),
        channels: load_channels(db).await?,
        order: Vec::new(),
    };
    load_groups(db, &mut stored).await?;
    Ok(stored)
}

async fn load_offices(db: &mut Connection) -> Result<HashMap<Code, Office>> {
    let rows = sqlx::query!("select id, code, name, kind, province from offices").fetch_all(db).await?;
    let office = |id, name, kind, province| Office { id: Some(id), name, kind, province };
    rows.into_iter().map(|row| Ok((read(&row.code)?, office(row.id, row.name, row.kind, row.province)))).collect()
}

async fn load_channels(db: &mut Connection) -> Result<HashMap<Code, i32>> {
    let rows = sqlx::query!("select id, code from channels").fetch_all(db).await?;
    rows.into_iter().map(|row| Ok((read(&row.code)?, row.id))).collect()
}

async fn load_groups(db: &mut Connection, stored: &mut StoredTree) -> Result<()> {
    let rows = sqlx::query!(
        r#"select g.id, g.code, up.code as "parent?", g.tier, g.name, o.code as office, c.code as "channel?",
            g.line_group_id, g.members, g.head_count, g.forwarding, g.forward_within, g.way as "way: Way", g.push_after, g.retired,
            s.name as "steward_name?", s.title as "steward_title?", s.phone as "steward_phone?",
            coalesce(d.title, d.name) as "deputy?"
        from groups g join offices o on o.id = g.office_id
            left join groups up on up.id = g.parent_id left join channels c on c.id = g.channel_id
            left join stewards s on s.group_id = g.id and not s.deputy and s.valid_until is null
            left join stewards d on d.group_id = g.id and d.deputy and d.valid_until is null
        order by g.id"#
    )
    .fetch_all(db)
    .await?;
    stored.groups.reserve(rows.len());
    for row in rows {
        let code: Code = read(&row.code)?;
        let group = Group {
            id: Some(row.id),
            parent: row.parent.as_deref().map(read).transpose()?,
            tier: Tier::try_from(row.tier).map_err(unreadable)?,
            name: row.name,
            office: read(&row.office)?,
            channel: row.channel.as_deref().map(read).transpose()?,
            line_group_id: row.line_group_id.as_deref().map(read).transpose()?,
            members: row.members,
            head_count: row.head_count,
            forwarding: row.forwarding,
            forward_within: row.forward_within,
            way: row.way,
            push_after: row.push_after,
            retired: row.retired,
            steward: Person { name: row.steward_name, title: row.steward_title, phone: row.steward_phone },
            deputy: row.deputy,
        };
        stored.order.push(code.clone());
        stored.groups.insert(code, group);
    }
    Ok(())
}

/// Reads a text of the database that an import has checked before.
fn read<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(text: &str) -> Result<T> {
    text.parse().map_err(unreadable)
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Database(sqlx::Error::Decode(Box::new(error)))
}

impl StoredTree {
    /// What the checks of a tree file need of it.
    pub(super) fn to_known(&self) -> KnownTree {
        let known = |group: &Group| KnownGroup {
            parent: group.parent.clone(),
            tier: group.tier,
            office: group.office.clone(),
            retired: group.retired,
            channel: group.channel.clone(),
            line_group_id: group.line_group_id.clone(),
        };
        KnownTree {
            groups: self.groups.iter().map(|(code, group)| (code.clone(), known(group))).collect(),
            offices: self.offices.keys().cloned().collect(),
            channels: self.channels.keys().cloned().collect(),
            default_channel: None,
            outside: None,
        }
    }

    /// The codes of the groups at or below those numbered `scope`.
    pub(super) fn codes_under(&self, scope: &[i32]) -> HashSet<Code> {
        let is_under = |code: &Code| {
            let mut next = Some(code);
            while let Some(group) = next.and_then(|code| self.groups.get(code)) {
                if group.id.is_some_and(|id| scope.contains(&id)) {
                    return true;
                }
                next = group.parent.as_ref();
            }
            false
        };
        self.groups.keys().filter(|code| is_under(code)).cloned().collect()
    }
}
