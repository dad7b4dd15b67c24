//! Why a command ends without success: one line for the person, one exit code for the script.

use std::fmt;
use std::process::ExitCode;

#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    line: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Input,
    Run,
    Differs,
}

impl Failure {
    /// What was given is wrong, and giving it again would not help: exit code 2.
    pub fn input(line: impl Into<String>) -> Self {
        Self { kind: Kind::Input, line: one_line(&line.into()) }
    }

    /// What was given is right, but it could not be done: exit code 1.
    pub fn run(line: impl Into<String>) -> Self {
        Self { kind: Kind::Run, line: one_line(&line.into()) }
    }

    /// All is right, but not as it is to be: exit code 3.
    pub fn differs(line: impl Into<String>) -> Self {
        Self { kind: Kind::Differs, line: one_line(&line.into()) }
    }

    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Input => 2,
            Kind::Run => 1,
            Kind::Differs => 3,
        })
    }
}

/// Parsers like to draw pictures of where they stumbled; scripts and log lines want a sentence.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl std::error::Error for Failure {}
