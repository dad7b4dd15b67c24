//! What commands print.

use std::io::{ErrorKind, Write};

use crate::failure::Failure;

/// A reader that has seen enough (`| head`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::run(format!("could not write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
