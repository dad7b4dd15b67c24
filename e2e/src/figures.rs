//! What stories measure: printed, and kept in `evidence/figures`, for the output of a test that passes is not shown.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::evidence;

/// The figures of one story.
pub struct Figures {
    name: &'static str,
    lines: String,
}

impl Figures {
    pub fn of(name: &'static str) -> Self {
        Self { name, lines: String::new() }
    }

    pub fn note(&mut self, what: &str, figure: impl std::fmt::Display) {
        println!("{what:56} {figure}");
        writeln!(self.lines, "{what:56} {figure}").expect("a text takes everything");
    }

    /// A file beside the figures.
    pub fn file(&self, ending: &str) -> PathBuf {
        evidence::folder("figures").join(format!("{}.{ending}", self.name))
    }

    pub fn keep(self) -> Result<()> {
        let file = self.file("txt");
        std::fs::write(&file, self.lines).with_context(|| file.display().to_string())
    }
}

/// How long a story took, waiting for its turn left out: one line per story, in a file of all.
pub fn note_told(name: &str, took: Duration) -> Result<()> {
    let file = evidence::folder("figures").join("stories.txt");
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
    // In one write: several stories are told at once.
    file.write_all(format!("{name:56} {} s\n", took.as_secs()).as_bytes())?;
    Ok(())
}
