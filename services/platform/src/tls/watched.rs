//! Files of one folder that are read again when they change; while they are broken, what was read last stays.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use contracts::Role;
use tracing::{info, warn};

use super::TlsError;
use crate::metrics;

/// Soon enough for a rotation that waits for us, seldom enough to cost nothing.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looked at when they are used, so that neither a Job nor a test needs a task for it.
pub(super) struct Watched<T> {
    role: Role,
    folder: PathBuf,
    names: Vec<String>,
    parse: fn(&[Vec<u8>]) -> Result<T, TlsError>,
    current: RwLock<Arc<T>>,
    looked: Mutex<Looked>,
}

struct Looked {
    at: Instant,
    /// Of what `current` was made from; the key itself need not stay in memory twice.
    taken: Fingerprint,
    /// Why what is there now could not be taken, and how many looks have said so.
    refused: Option<(String, u32)>,
}

type Fingerprint = Vec<Vec<u8>>;

impl<T> Watched<T> {
    pub fn open(
        role: Role,
        folder: &Path,
        names: &[&str],
        parse: fn(&[Vec<u8>]) -> Result<T, TlsError>,
    ) -> Result<Self, TlsError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let contents = read(folder, &names)?;
        let current = RwLock::new(Arc::new(parse(&contents)?));
        let looked = Mutex::new(Looked { at: Instant::now(), taken: fingerprint(&contents), refused: None });
        Ok(Self { role, folder: folder.to_owned(), names, parse, current, looked })
    }

    /// The newest that was good.
    pub fn now(&self) -> Arc<T> {
        // Whoever comes while another looks goes on with what there is.
        if let Ok(mut looked) = self.looked.try_lock()
            && looked.at.elapsed() >= LOOK_EVERY
        {
            self.look(&mut looked);
        }
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn look(&self, looked: &mut Looked) {
        looked.at = Instant::now();
        let taken = read(&self.folder, &self.names).and_then(|contents| {
            let found = fingerprint(&contents);
            if found == looked.taken {
                return Ok(());
            }
            let fresh = (self.parse)(&contents)?;
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
            looked.taken = found;
            info!(role = %self.role, folder = %self.folder.display(), "Took new certificates into use");
            Ok(())
        });
        looked.refused = taken.err().map(|error| self.refused(error.to_string(), looked.refused.take()));
    }

    /// A file that is just being written is no failure: what is wrong is told when it stays wrong.
    fn refused(&self, why: String, before: Option<(String, u32)>) -> (String, u32) {
        let looks = before.filter(|(other, _)| *other == why).map_or(1, |(_, looks)| looks.saturating_add(1));
        if looks == 2 {
            metrics::TLS_RELOAD_FAILURES.with_label_values(&[self.role.name()]).inc();
            warn!(
                role = %self.role, folder = %self.folder.display(), error = why,
                "Could not take new certificates, so the old ones stay: {why}"
            );
        }
        (why, looks)
    }
}

/// All of one version: the kubelet writes a new folder and swaps one link, `..data`, that they all lie behind.
fn read(folder: &Path, names: &[String]) -> Result<Vec<Vec<u8>>, TlsError> {
    let version = std::fs::read_link(folder.join("..data"));
    let folder = version.map_or_else(|_| folder.to_owned(), |version| folder.join(version));
    let read = |name: &String| {
        let file = folder.join(name);
        std::fs::read(&file).map_err(|source| TlsError::Unreadable { file, source })
    };
    names.iter().map(read).collect()
}

fn fingerprint(contents: &[Vec<u8>]) -> Fingerprint {
    contents.iter().map(|content| digest(&SHA256, content).as_ref().to_vec()).collect()
}
