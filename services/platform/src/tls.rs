//! TLS inside a stack: the process's own certificate, the CAs that it trusts, and both again whenever they change.
//!
//! Who may call whom says `contracts::identity`; who makes certificates is the operator's matter.

pub(crate) mod caller;
mod client;
mod material;
mod server;
mod watched;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use contracts::Role;
use contracts::identity::Identity;
use rustls::{ClientConfig, ServerConfig};

pub use self::client::{Check, client_for};
use self::material::Material;
use self::watched::Watched;
use crate::{ConfigError, metrics};

/// `TLS_DIR`: the folder of `tls.crt`, `tls.key` and `ca.crt`.
const VARIABLE: &str = "TLS_DIR";

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{} can't be read: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
    #[error("{file} is wrong: {reason}")]
    Wrong { file: &'static str, reason: String },
}

impl TlsError {
    fn wrong(file: &'static str, reason: impl ToString) -> Self {
        Self::Wrong { file, reason: reason.to_string() }
    }
}

/// Certificate, key and trusted CAs of this process; each handshake sees what is there now, running connections stay.
#[derive(Clone)]
pub struct Tls {
    role: Role,
    files: Arc<Watched<Material>>,
    /// The bundle that the metrics name.
    told: Arc<Mutex<Option<String>>>,
}

impl Tls {
    /// What is broken already at the start is an error, for there is nothing to go on with.
    pub(crate) fn in_folder(role: Role, folder: &Path) -> Result<Self, ConfigError> {
        let files = Watched::open(role, folder, &material::FILES, material::parse)
            .map_err(|error| ConfigError::Wrong { name: VARIABLE.to_owned(), reason: error.to_string() })?;
        Ok(Self { role, files: Arc::new(files), told: Arc::default() })
    }

    /// Who we are, as our certificate says.
    pub fn identity(&self) -> Identity {
        self.now().identity.clone()
    }

    /// For calls inside the stack: shows our certificate and believes only our CAs.
    pub fn client(&self) -> ClientConfig {
        client::inside(self)
    }

    /// Whoever calls must show a certificate of our CAs.
    pub(crate) fn server(&self) -> ServerConfig {
        server::config(self, true)
    }

    /// A certificate is checked where one is shown.
    pub(crate) fn open_server(&self) -> ServerConfig {
        server::config(self, false)
    }

    /// Brings the metrics up to date.
    pub(crate) fn measure(&self) {
        let (role, material) = (self.role.name(), self.now());
        metrics::TLS_CERTIFICATE_EXPIRY.with_label_values(&[role]).set(material.expires_at);
        // Shown from the start, so that a rate over it can be taken.
        metrics::TLS_RELOAD_FAILURES.with_label_values(&[role]);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let before = told.replace(material.bundle_hash.clone());
        if let Some(before) = before.filter(|before| *before != material.bundle_hash) {
            // It may be gone already: a test may run a role twice in one process.
            let _ = metrics::TLS_BUNDLE_INFO.remove_label_values(&[role, &before]);
        }
        metrics::TLS_BUNDLE_INFO.with_label_values(&[role, &material.bundle_hash]).set(1);
    }

    fn now(&self) -> Arc<Material> {
        let material = self.files.now();
        material.warn_once_expired(self.role);
        material
    }
}
