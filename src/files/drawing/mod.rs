//! Pictures of what is no picture: the first pages of a document, a frame of a video.
//!
//! What reads documents and videos is large, and the uploads may be made to break it. So it works in a process of its own ([`draw`], the
//! hidden command `gcc-relay draw`), which has no environment, little memory, few seconds and nothing to read but the upload. Whatever
//! becomes of it, the upload is kept; at worst there are no pictures of it.

mod frame;
mod pages;

use std::fs;
use std::io::{Error, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbImage;
use nix::sys::resource::{Resource, setrlimit};

/// Pages of a document of which there are pictures.
pub const MOST_PAGES: usize = 4;
/// The longest side of what is drawn, in pixels.
const LONGEST_SIDE: u32 = 2_000;
/// How long drawing may take.
const WITHIN: Duration = Duration::from_secs(20);
/// Between two looks at whether it has ended.
const LOOK: Duration = Duration::from_millis(20);
/// The largest picture that is taken back, in bytes.
const MOST_BYTES: u64 = 32_000_000;
/// The memory that drawing may take, in bytes.
const MOST_MEMORY: u64 = 1_500_000_000;
/// The time of a processor that drawing may take, in seconds, where nobody is left to end it.
const MOST_SECONDS: u64 = 20;
/// Files that drawing may have open.
const MOST_OPEN: u64 = 32;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Drawing {
    /// The first pages of a document.
    Pages,
    /// The first frame of a video that stands by itself.
    Frame,
}

/// Who draws: the program itself, in a process of its own.
#[derive(Clone, Debug)]
pub struct Drawer {
    program: PathBuf,
    within: Duration,
}

impl Drawer {
    /// With the program that is there.
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self { program, within: WITHIN }
    }

    /// The pictures as PNG files, as many as were drawn in time. It waits, so that callers do it off the threads that serve requests.
    #[must_use]
    pub fn draw(&self, drawing: Drawing, upload: &Path) -> Vec<Vec<u8>> {
        self.try_draw(drawing, upload).unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "an upload could not be drawn");
            Vec::new()
        })
    }

    fn try_draw(&self, drawing: Drawing, upload: &Path) -> Result<Vec<Vec<u8>>, Error> {
        let folder = tempfile::tempdir()?;
        let word = match drawing {
            Drawing::Pages => "pages",
            Drawing::Frame => "frame",
        };
        let mut command = Command::new(&self.program);
        command.arg("draw").arg(word).arg(upload).arg(folder.path()).env_clear().current_dir(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        wait(command.spawn()?, self.within)?;
        let mut drawn = Vec::new();
        while drawn.len() < MOST_PAGES
            && let Ok(file) = fs::File::open(folder.path().join(name(drawn.len())))
        {
            let mut bytes = Vec::new();
            file.take(MOST_BYTES).read_to_end(&mut bytes)?;
            drawn.push(bytes);
        }
        Ok(drawn)
    }
}

/// Waits until it has ended, or ends it.
fn wait(mut child: Child, within: Duration) -> Result<(), Error> {
    let ends = Instant::now() + within;
    while child.try_wait()?.is_none() {
        if Instant::now() >= ends {
            tracing::warn!("drawing an upload took too long");
            child.kill()?;
            child.wait()?;
            break;
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

fn name(no: usize) -> String {
    format!("{no}.png")
}

/// What the process does: draws into a folder, within bounds that it sets itself.
///
/// # Errors
/// The upload cannot be read, or the folder not be written.
pub fn draw(drawing: Drawing, upload: &Path, folder: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    for (resource, most) in [
        (Resource::RLIMIT_AS, MOST_MEMORY),
        (Resource::RLIMIT_CPU, MOST_SECONDS),
        (Resource::RLIMIT_FSIZE, MOST_BYTES),
        (Resource::RLIMIT_NOFILE, MOST_OPEN),
        (Resource::RLIMIT_CORE, 0),
    ] {
        setrlimit(resource, most, most)?;
    }
    let mut no = 0;
    let mut keep = |picture: &RgbImage| {
        let unfinished = folder.join("unfinished.png");
        picture.save(&unfinished)?;
        // what stands under its name is whole
        fs::rename(&unfinished, folder.join(name(no)))?;
        no += 1;
        Ok(())
    };
    match drawing {
        Drawing::Pages => pages::draw(upload, &mut keep),
        Drawing::Frame => frame::draw(upload, &mut keep),
    }
}

/// What is done with a picture that is drawn.
type Keep<'a> = &'a mut dyn FnMut(&RgbImage) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// A script cannot be run while another process, which has just been started, still holds it as it was written.
    static ONE_BY_ONE: Mutex<()> = Mutex::new(());

    /// Draws with a script in the place of the program; the folder is its fourth argument.
    fn drawn_by(script: &str) -> (Vec<Vec<u8>>, Duration) {
        let _turn = ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("program");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a script");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("it can be run");
        let drawer = Drawer { program, within: Duration::from_secs(2) };
        let begun = Instant::now();
        (drawer.draw(Drawing::Pages, Path::new("upload.pdf")), begun.elapsed())
    }

    #[test]
    fn what_takes_too_long_is_ended_and_what_was_drawn_before_is_taken() {
        let (drawn, took) = drawn_by("echo one > $4/0.png; while :; do :; done");
        assert_eq!(drawn, [b"one\n"]);
        assert!(took < Duration::from_secs(20), "{took:?}");
    }

    #[test]
    fn what_breaks_down_leaves_what_was_drawn_before() {
        assert_eq!(drawn_by("echo one > $4/0.png; echo two > $4/1.png; kill -SEGV $$").0, [b"one\n", b"two\n"]);
        assert!(drawn_by("exit 1").0.is_empty());
        assert!(Drawer::new("/nowhere".into()).draw(Drawing::Frame, Path::new("upload.mp4")).is_empty());
    }

    #[test]
    fn it_is_told_nothing_of_the_surroundings_and_no_more_pages_are_taken_than_are_shown() {
        let (drawn, _) = drawn_by("for no in 0 1 2 3 4 5; do /usr/bin/env > $4/$no.png; done");
        assert_eq!(drawn.len(), MOST_PAGES);
        assert!(drawn.iter().all(|told| !String::from_utf8_lossy(told).contains("CARGO")));
    }
}
