//! Where files are, and what the pure parts of a service may not know.

use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file below the folder; none where there is no such folder.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The folders of all crates below `services/`.
pub fn services() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("services")).expect("the services");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    folders.retain(|folder| folder.join("Cargo.toml").exists());
    folders.sort();
    folders
}

/// Whether the line uses the crate: as a path, not as a word in a comment.
fn mentions(line: &str, name: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(name).any(|(at, _)| {
        let begins = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = code[at + name.len()..].trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        begins && (rest.starts_with("::") || (code.trim_start().starts_with("use ") && rest.starts_with(';')))
    })
}

#[test]
fn a_domain_knows_neither_database_nor_broker_nor_http() {
    let mut found = Vec::new();
    for service in services() {
        let mut files = rust_files(&service.join("src/domain"));
        files.extend(Some(service.join("src/domain.rs")).filter(|file| file.exists()));
        for file in files {
            for (number, line) in read(&file).lines().enumerate() {
                for name in ["diesel", "lapin", "actix", "tokio", "reqwest", "platform"] {
                    if mentions(line, name) {
                        found.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
                    }
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_mention_is_a_path_and_not_a_comment() {
    assert!(mentions("use diesel::prelude::*;", "diesel") && mentions("use tokio;", "tokio"));
    assert!(mentions("    actix_web::web::Json(x)", "actix"));
    assert!(!mentions("// diesel::insert is elsewhere", "diesel") && !mentions("let tokio = 1;", "tokio"));
}
