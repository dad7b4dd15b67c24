//! What was found wrong, gathered so that all of it is reported at once.

use super::Invalid;

#[derive(Default)]
pub struct Findings(Vec<Invalid>);

impl Findings {
    pub fn add(&mut self, path: &str, message: impl Into<String>) {
        self.0.push(Invalid { path: path.to_owned(), message: message.into() });
    }

    /// `value` holds only what was parsed if nothing was found.
    pub fn into_result<T>(self, value: T) -> Result<T, Vec<Invalid>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}
