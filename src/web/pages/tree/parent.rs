//! The field for the group above: a code, or what its name, its code or its office's name holds.

use serde::Deserialize;

use crate::domain::search::{compare_form, name_patterns};
use crate::domain::thai::trim_unseen;
use crate::store::choices::{Choice, list_by_codes, list_matching};
use crate::store::{Connection, StoreError};
use crate::web::pages::form_state::FormErrors;
use crate::web::people::Visitor;

/// The most groups that are offered.
const OFFERED: i64 = 20;
/// The longest text that is looked for, in characters.
const LONGEST: usize = 200;

/// What is typed and chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ParentField {
    /// A group's code, or a part of its name.
    #[serde(rename = "parent")]
    pub typed: String,
    /// The code of the group that was chosen of several.
    #[serde(rename = "parent_pick")]
    pub picked: String,
    /// Of which one is to be chosen.
    #[serde(skip)]
    pub offered: Vec<Choice>,
}

impl ParentField {
    /// Puts the code of the group that is meant in the place of what was typed: the one of this code, or the only one of this name. Others whose names
    /// hold what was typed are offered, also where it is only one, as nobody sees where a group went that was moved by a slip. What no group is
    /// called stays as it is, for the rules of the tree file to refuse.
    pub async fn read(
        &mut self,
        db: &mut Connection,
        visitor: &Visitor,
        errors: &mut FormErrors,
    ) -> Result<(), StoreError> {
        if !self.picked.is_empty() {
            self.typed = std::mem::take(&mut self.picked);
        }
        let typed = trim_unseen(&self.typed).to_owned();
        if typed.is_empty() || typed.contains('\0') || typed.chars().count() > LONGEST {
            return Ok(());
        }
        let scope = visitor.caller.scope.groups();
        if !list_by_codes(db, scope, std::slice::from_ref(&typed)).await?.is_empty() {
            return Ok(());
        }
        let mut found = list_matching(db, scope, &name_patterns(&typed), OFFERED).await?;
        let form = compare_form(&typed);
        let mut called_so = found.iter().enumerate().filter(|(_, group)| compare_form(&group.name) == form);
        match (called_so.next(), called_so.next()) {
            (Some((at, _)), None) => self.typed = found.swap_remove(at).code,
            _ if found.is_empty() => {}
            _ => {
                errors.add("parent", visitor.words.say("tree-parent-choose"));
                self.offered = found;
            }
        }
        Ok(())
    }
}
