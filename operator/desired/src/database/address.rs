//! Where a database is reached, as the two forms that clients read: URLs for services, a service file for Postgres' own programs.

use contracts::Role;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::pod::TLS_DIR;

/// How far a client checks whom it talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslMode {
    Disable,
    Require,
    VerifyCa,
    VerifyFull,
}

/// The server of one mode; every role has a database and a login of its own name there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub host: String,
    pub port: u16,
    /// Where whoever keeps a connection to himself must go, when `host` lends its connections out.
    pub session_host: Option<String>,
    /// Servers that follow the primary.
    pub read_host: Option<String>,
    pub ssl: SslMode,
    /// A Secret whose `ca.crt` vouches for the server; None: the stack's own authority, or nobody.
    pub authority: Option<String>,
    /// Whether it asks for the role's own certificate.
    pub asks_certificate: bool,
}

impl SslMode {
    pub fn named(name: &str) -> Option<Self> {
        [Self::Disable, Self::Require, Self::VerifyCa, Self::VerifyFull]
            .into_iter()
            .find(|mode| mode.name() == name)
    }

    pub fn verifies(self) -> bool {
        matches!(self, Self::VerifyCa | Self::VerifyFull)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl Address {
    pub fn urls(&self, role: Role, password: &str) -> Vec<(&'static str, String)> {
        let hosts = [
            ("DATABASE_URL", Some(&self.host)),
            ("DATABASE_SESSION_URL", self.session_host.as_ref()),
            ("DATABASE_READ_URL", self.read_host.as_ref()),
        ];
        hosts.into_iter().filter_map(|(name, host)| Some((name, self.url(host?, role, password)))).collect()
    }

    fn url(&self, host: &str, role: Role, password: &str) -> String {
        let ssl = match self.ssl {
            SslMode::Disable => String::new(),
            other => format!("?sslmode={}", other.name()),
        };
        // An address of IPv6 has colons of its own.
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        // What we derive ourselves needs no escaping, and must look as it always did.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let password = match password.chars().all(plain) {
            true => password.to_owned(),
            false => utf8_percent_encode(password, NON_ALPHANUMERIC).to_string(),
        };
        format!("postgres://{role}:{password}@{host}:{}/{role}{ssl}", self.port)
    }

    /// A section of `pg_service.conf`, for a session of one role. `authority` is where the Secret of that name is mounted.
    pub fn section(&self, section: &str, role: Role, password: &str, authority: &str) -> String {
        let host = self.session_host.as_ref().unwrap_or(&self.host);
        let port = self.port;
        let ssl = self.ssl.name();
        let mut text = format!(
            "[{section}]\nhost={host}\nport={port}\ndbname={role}\nuser={role}\npassword={password}\nsslmode={ssl}\n"
        );
        if self.ssl.verifies() {
            text.push_str(&match (self.asks_certificate, &self.authority) {
                (true, _) => format!("sslrootcert={TLS_DIR}/{role}/ca.crt\n"),
                (false, Some(_)) => format!("sslrootcert={authority}/ca.crt\n"),
                (false, None) => "sslrootcert=system\n".to_owned(),
            });
        }
        if self.asks_certificate {
            text.push_str(&format!("sslcert={TLS_DIR}/{role}/tls.crt\nsslkey={TLS_DIR}/{role}/tls.key\n"));
        }
        text
    }
}
