//! What servers with a volume have in common.

use operator_api::{Image, Storage};

use super::Findings;
use crate::names;
use crate::plan::{Server, Volume};
use crate::quantity::Bytes;

pub fn server(
    version: &'static str,
    image: Option<&Image>,
    storage: &Storage,
    path: &str,
    findings: &mut Findings,
) -> Server {
    Server { version, image: image.map(|image| image.0.clone()), volume: volume(storage, path, findings) }
}

/// `path` is that of whatever has the storage.
pub fn volume(storage: &Storage, path: &str, findings: &mut Findings) -> Volume {
    let size = Bytes::parse(&storage.size.0).unwrap_or_else(|| {
        let size = &storage.size.0;
        findings.add(&format!("{path}.storage.size"), format!("`{size}` is no size: write it as 5Gi"));
        Bytes::NOTHING
    });
    let class = storage.class_name.as_ref().map(|class| &class.0);
    if let Some(class) = class.filter(|class| !names::is_subdomain(class)) {
        let message = format!("`{class}` can't be the name of a StorageClass: correct it");
        findings.add(&format!("{path}.storage.className"), message);
    }
    Volume { size, class: class.cloned() }
}
