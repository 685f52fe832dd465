//! `draw`: pictures of an upload, in a process of its own. The server calls it; nobody else needs to know it.

use std::path::PathBuf;

use clap::Args;

use crate::files::drawing::{self, Drawing};

#[derive(Debug, Args)]
pub(super) struct Draw {
    /// What is drawn
    drawing: Drawing,
    /// The upload
    upload: PathBuf,
    /// Where the pictures go, as 0.png and so on
    folder: PathBuf,
}

impl Draw {
    pub(super) fn draw(&self) -> anyhow::Result<()> {
        drawing::draw(self.drawing, &self.upload, &self.folder).map_err(anyhow::Error::from_boxed)
    }
}
