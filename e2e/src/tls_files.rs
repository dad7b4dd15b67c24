//! A certificate of a stack's, in files for as long as a program needs them.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::Stack;
use crate::cluster::Kind;

pub struct TlsFiles(PathBuf);

impl TlsFiles {
    /// Whom the stack's Prometheus answers.
    pub async fn of_the_operator(stack: &Stack) -> Result<Self> {
        let secret = stack.cluster.get(Kind::Secret, &stack.namespace, &stack.part("operator-tls")).await?;
        let files = Self(std::env::temp_dir().join(format!("story-{}", Uuid::new_v4())));
        std::fs::DirBuilder::new().mode(0o700).create(&files.0)?;
        for (name, value) in secret.data["data"].as_object().context("it has data")? {
            let value = STANDARD.decode(value.as_str().context("data is text")?)?;
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(files.0.join(name))?;
            file.write_all(&value)?;
        }
        Ok(files)
    }

    pub fn directory(&self) -> Result<&str> {
        self.0.to_str().context("the path is text")
    }
}

impl Drop for TlsFiles {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
