//! The tree as a whole: import and export.
