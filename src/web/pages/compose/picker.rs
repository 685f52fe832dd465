//! What an audience is chosen from: tiers, provinces, kinds of office, and single groups found by search.

use askama::Template;

use super::draft_form::DraftForm;
use super::format;
use crate::domain::search::Words as Pieces;
use crate::domain::thai::dictionary_key;
use crate::store::choices::{self, list_by_codes, list_matching, list_office_kinds, list_provinces};
use crate::store::{Connection, StoreError};
use crate::web::access::Scope;
use crate::web::pages::form_state::Choice;
use crate::web::ui::format::province;
use crate::web::words::Words;

/// Groups that a search shows at most.
const MOST_FOUND: usize = 30;

/// What can be chosen.
#[derive(Clone, Debug)]
pub struct GroupFilter {
    /// The three tiers.
    pub tiers: Vec<Choice>,
    /// Provinces in which there are groups.
    pub provinces: Vec<Choice>,
    /// Kinds of office of which there are groups.
    pub office_kinds: Vec<Choice>,
    /// Groups that are chosen, and those that were looked for.
    pub groups: Groups,
}

impl GroupFilter {
    /// What can be chosen within `scope`, with what is chosen.
    pub async fn of(db: &mut Connection, t: Words, scope: &Scope, typed: &DraftForm) -> Result<Self, StoreError> {
        let tiers = [("1", "compose-tier-1"), ("2", "compose-tier-2"), ("3", "compose-tier-3")];
        let tick =
            |value: String, label: String, chosen: &[String]| Choice { chosen: chosen.contains(&value), value, label };
        let provinces = list_provinces(db, scope.groups()).await?;
        let mut provinces: Vec<Choice> =
            provinces.into_iter().map(|code| tick(code.clone(), province(t, Some(&code)), &typed.provinces)).collect();
        provinces.sort_by_cached_key(|tick| dictionary_key(&tick.label));
        let kinds = list_office_kinds(db, scope.groups()).await?;
        Ok(Self {
            tiers: tiers.map(|(value, key)| tick(value.to_owned(), t.say(key), &typed.tiers)).into(),
            provinces,
            office_kinds: kinds
                .into_iter()
                .map(|kind| tick(kind.as_str().to_owned(), format::office_kind(t, kind), &typed.office_kinds))
                .collect(),
            groups: Groups::of(db, t, scope, typed).await?,
        })
    }

    /// How many provinces are chosen.
    pub fn chosen_provinces(&self) -> i64 {
        self.provinces.iter().filter(|tick| tick.chosen).fold(0, |n, _| n + 1)
    }
}

/// A group that can be taken in or left out.
#[derive(Clone, Debug)]
struct Row {
    group: choices::Choice,
    taken: bool,
    left_out: bool,
}

/// Groups that are chosen, and those that were looked for.
#[derive(Clone, Debug, Template)]
#[template(path = "compose/groups.html")]
pub struct Groups {
    t: Words,
    rows: Vec<Row>,
    looked: bool,
    more: bool,
}

/// What is drawn is escaped by its own template.
impl askama::filters::HtmlSafe for Groups {}

impl Groups {
    /// The groups that are chosen, and those that the search finds.
    pub async fn of(db: &mut Connection, t: Words, scope: &Scope, typed: &DraftForm) -> Result<Self, StoreError> {
        let chosen: Vec<String> = typed.groups.iter().chain(&typed.exclude_groups).cloned().collect();
        let mut groups =
            if chosen.is_empty() { Vec::new() } else { list_by_codes(db, scope.groups(), &chosen).await? };
        let found = find(db, scope, &typed.group_query).await?;
        let more = found.as_ref().is_some_and(|found| found.len() > MOST_FOUND);
        let looked = found.is_some();
        for group in found.into_iter().flatten().take(MOST_FOUND) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        let row = |group: choices::Choice| Row {
            taken: typed.groups.contains(&group.code),
            left_out: typed.exclude_groups.contains(&group.code),
            group,
        };
        Ok(Self { t, rows: groups.into_iter().map(row).collect(), looked, more })
    }
}

/// The groups that `query` names, one more than are shown; none where nothing is looked for.
pub async fn find(db: &mut Connection, scope: &Scope, query: &str) -> Result<Option<Vec<choices::Choice>>, StoreError> {
    let Ok(pieces) = query.parse::<Pieces>() else { return Ok(None) };
    let limit = i64::try_from(MOST_FOUND + 1).unwrap_or(i64::MAX);
    Ok(Some(list_matching(db, scope.groups(), pieces.patterns(), limit).await?))
}
