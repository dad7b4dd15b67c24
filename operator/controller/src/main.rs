//! The process: installs the TLS provider, runs a command and turns its outcome into an exit code and one line.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Once, before any client exists: rustls panics when two providers are linked and none is chosen.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    match ecommerce_operator::cli::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("ecommerce-operator: {failure}");
            failure.exit_code()
        }
    }
}
