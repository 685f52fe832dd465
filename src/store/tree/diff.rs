//! What an import changed, by kind, for people to read before and after.

use crate::domain::ids::Code;

/// What an import changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// By the office's code.
    pub offices: KindDiff,
    /// By the group's code.
    pub groups: KindDiff,
    /// Stewards and deputies, by the code of the group into which they forward.
    pub stewards: KindDiff,
}

/// What changed of one kind; codes in the file's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindDiff {
    /// New ones.
    pub added: Vec<Code>,
    /// Those of which something is different now.
    pub changed: Vec<Changed>,
    /// How many of those in the file stay as they are.
    pub unchanged: usize,
}

/// One that is different now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its code.
    pub code: Code,
    /// The columns of the tree file whose value is another.
    pub fields: Vec<&'static str>,
}

impl Diff {
    /// The kinds with what people call them.
    #[must_use]
    pub fn kinds(&self) -> [(&'static str, &KindDiff); 3] {
        [("offices", &self.offices), ("groups", &self.groups), ("stewards", &self.stewards)]
    }

    /// Whether the file said nothing new.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds().iter().all(|(_, kind)| kind.added.is_empty() && kind.changed.is_empty())
    }
}

impl KindDiff {
    /// Notes one of the file's: new, or different in `fields`, or the same where there are none.
    pub(super) fn note(&mut self, code: &Code, is_new: bool, fields: Vec<&'static str>) {
        if is_new {
            self.added.push(code.clone());
        } else if fields.is_empty() {
            self.unchanged += 1;
        } else {
            self.changed.push(Changed { code: code.clone(), fields });
        }
    }
}
