//! The field for the group above: a code, or what its name, its code or its office's name holds.

use serde::Deserialize;

use crate::domain::search::name_patterns;
use crate::store::choices::{Choice, list_by_codes, list_matching};
use crate::store::{Connection, StoreError};
use crate::web::pages::form_state::FormErrors;
use crate::web::people::Visitor;

/// The most groups that are offered.
const OFFERED: i64 = 8;
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
    /// Puts the code of the group that is meant in the place of what was typed; or what is wrong is added. What no group is called stays as it
    /// is, for the rules of the tree file to refuse.
    pub async fn read(
        &mut self,
        db: &mut Connection,
        visitor: &Visitor,
        errors: &mut FormErrors,
    ) -> Result<(), StoreError> {
        if !self.picked.is_empty() {
            self.typed = std::mem::take(&mut self.picked);
        }
        let typed = self.typed.trim().to_owned();
        if typed.is_empty() || typed.contains('\0') || typed.chars().count() > LONGEST {
            return Ok(());
        }
        let scope = visitor.caller.scope.groups();
        if !list_by_codes(db, scope, std::slice::from_ref(&typed)).await?.is_empty() {
            return Ok(());
        }
        let mut found = list_matching(db, scope, &name_patterns(&typed), OFFERED).await?;
        match found.len() {
            0 => {}
            1 => self.typed = found.swap_remove(0).code,
            _ => {
                errors.add("parent", visitor.words.say("tree-parent-several"));
                self.offered = found;
            }
        }
        Ok(())
    }
}
