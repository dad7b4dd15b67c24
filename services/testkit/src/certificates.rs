//! A CA of the test's own, what it certifies, and the folder in which a process finds that.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, SanType, date_time_ymd,
};

/// As `e2e/scripts/backing` calls its CA.
const BACKING: &str = "backing";

pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// As PEM.
pub struct Certificate {
    pub chain: String,
    pub key: String,
}

/// The CA that the test servers trust, and that has certified them for `localhost`.
pub fn backing_authority() -> Authority {
    let read = |name: &str| {
        let file = format!("{}/{name}", crate::required("TEST_TLS_DIR"));
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    Authority::of(&read("ca.crt"), &read("ca.key"))
}

impl Default for Authority {
    fn default() -> Self {
        let (mut params, key) = (CertificateParams::default(), KeyPair::generate().unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, format!("CA {}", uuid::Uuid::now_v7()));
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }
}

impl Authority {
    fn of(pem: &str, key: &str) -> Self {
        let (mut params, key) = (CertificateParams::default(), KeyPair::from_pem(key).unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, BACKING);
        Self { issuer: Issuer::new(params, key), pem: pem.to_owned() }
    }

    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Of a part, as its URI names it; good for `localhost` and 127.0.0.1.
    pub fn certify(&self, uri: &str) -> Certificate {
        self.signed(params(uri, &["localhost", "127.0.0.1"]))
    }

    /// The same, for a server of another name.
    pub fn certify_at(&self, uri: &str, host: &str) -> Certificate {
        self.signed(params(uri, &[host]))
    }

    /// The same, since long ago no longer valid.
    pub fn certify_expired(&self, uri: &str) -> Certificate {
        let mut params = params(uri, &["localhost", "127.0.0.1"]);
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        self.signed(params)
    }

    fn signed(&self, params: CertificateParams) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let chain = params.signed_by(&key, &self.issuer).unwrap().pem();
        Certificate { chain, key: key.serialize_pem() }
    }
}

fn params(uri: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.subject_alt_names.push(SanType::URI(uri.try_into().unwrap()));
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let part = uri.rsplit('/').next().unwrap_or_default();
    params.distinguished_name.push(DnType::CommonName, part);
    params
}

/// `TLS_DIR` of one process; filled as the kubelet fills the volume of a Secret: a new folder, then one link is swapped.
pub struct TlsFolder {
    path: PathBuf,
    version: AtomicU32,
}

impl TlsFolder {
    pub fn new(own: &Certificate, trusted: &[&Authority]) -> Self {
        let path = std::env::temp_dir().join(format!("tls-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir(&path).unwrap();
        let folder = Self { path, version: AtomicU32::default() };
        folder.swap(own, trusted);
        for name in ["tls.crt", "tls.key", "ca.crt"] {
            std::os::unix::fs::symlink(Path::new("..data").join(name), folder.path.join(name)).unwrap();
        }
        folder
    }

    pub fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// All three files change at once.
    pub fn swap(&self, own: &Certificate, trusted: &[&Authority]) {
        let bundle: String = trusted.iter().map(|authority| authority.pem()).collect();
        let version = format!("..{}", self.version.fetch_add(1, Ordering::Relaxed));
        let folder = self.path.join(&version);
        std::fs::create_dir(&folder).unwrap();
        for (name, content) in [("tls.crt", &own.chain), ("tls.key", &own.key), ("ca.crt", &bundle)] {
            std::fs::write(folder.join(name), content).unwrap();
        }
        let fresh = self.path.join("..data_tmp");
        std::os::unix::fs::symlink(version, &fresh).unwrap();
        std::fs::rename(fresh, self.path.join("..data")).unwrap();
    }

    /// One file is overwritten in place, as no kubelet would.
    pub fn spoil(&self, name: &str, content: &str) {
        std::fs::write(self.path.join(name), content).unwrap();
    }
}

impl Drop for TlsFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
