//! What was found wrong, gathered so that all of it is reported at once.

use std::time::Duration;

use super::Invalid;

#[derive(Default)]
pub struct Findings(Vec<Invalid>);

/// Findings about what is below a path.
pub struct Below<'a> {
    findings: &'a mut Findings,
    path: String,
}

impl Findings {
    pub fn add(&mut self, path: &str, message: impl Into<String>) {
        self.0.push(Invalid { path: path.to_owned(), message: message.into() });
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn below(&mut self, path: &str) -> Below<'_> {
        Below { findings: self, path: path.to_owned() }
    }

    /// `value` holds only what was parsed if nothing was found.
    pub fn into_result<T>(self, value: T) -> Result<T, Vec<Invalid>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}

impl Below<'_> {
    pub fn add(&mut self, path: &str, message: impl Into<String>) {
        self.findings.add(&format!("{}.{path}", self.path), message);
    }

    pub fn below(&mut self, path: &str) -> Below<'_> {
        Below { path: format!("{}.{path}", self.path), findings: self.findings }
    }

    /// `least` where it is out of range, which is reported.
    pub fn number(&mut self, path: &str, value: i32, least: u32, most: u32) -> u32 {
        let number = u32::try_from(value).ok().filter(|value| (least..=most).contains(value));
        number.unwrap_or_else(|| {
            self.add(path, format!("{value} is out of range: choose {least} to {most}"));
            least
        })
    }

    pub fn seconds(&mut self, path: &str, value: i32, least: u32, most: u32) -> Duration {
        Duration::from_secs(self.number(path, value, least, most).into())
    }
}
