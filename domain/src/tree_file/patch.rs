//! What a cell says about a value: leave it, clear it, set it.

/// A change to one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Patch<T> {
    /// Leave what is there.
    #[default]
    Keep,
    /// Clear it.
    Clear,
    /// Make it this.
    Set(T),
}

impl<T> Patch<T> {
    /// Sets what is there and otherwise keeps.
    #[must_use]
    pub fn from_option(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }

    /// The value to be set, if any.
    #[must_use]
    pub fn as_set(&self) -> Option<&T> {
        if let Self::Set(value) = self { Some(value) } else { None }
    }

    /// The same, but what would be left is cleared.
    #[must_use]
    pub fn or_clear(self) -> Self {
        if self.is_keep() { Self::Clear } else { self }
    }

    /// The same where `kept`, and no change otherwise.
    #[must_use]
    pub fn only_if(self, kept: bool) -> Self {
        if kept { self } else { Self::Keep }
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The same change, seen by reference.
    #[must_use]
    pub fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(value),
        }
    }

    /// What becomes of `current`.
    #[must_use]
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_leaves_clears_or_sets() {
        assert_eq!(Patch::Keep.apply(Some(1)), Some(1));
        assert_eq!(Patch::Clear.apply(Some(1)), None);
        assert_eq!(Patch::Set(2).apply(Some(1)), Some(2));
        assert_eq!(Patch::from_option(None::<u8>), Patch::Keep);
    }
}
