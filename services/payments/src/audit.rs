//! The audit trail for people, on the command line.

use kernel::OrderId;
use platform::{ConfigError, Database, Settings};

pub use crate::app::{AuditReport, Broken};
use crate::app::{read_audit_of, verify_audit};
use crate::domain::Link;

/// A place in the chain with its hash, as it was printed before: `SEQUENCE:HASH`.
#[derive(Clone, Debug)]
pub struct Noted(Link);

impl std::str::FromStr for Noted {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "it is not SEQUENCE:HASH, as `shop audit verify` prints it";
        let (sequence, hash) = text.split_once(':').ok_or(wrong)?;
        let digits = hash.as_bytes().chunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
        let hash: Vec<u8> = digits.map(byte).collect::<Option<_>>().ok_or(wrong)?;
        let sequence: i64 = sequence.parse().map_err(|_| wrong)?;
        if sequence > 0 && hash.len() == 32 { Ok(Self(Link { sequence, hash })) } else { Err(wrong) }
    }
}

/// Walks the chain; the error names the first entry that is not as it was written.
pub async fn verify(
    settings: &Settings,
    noted: Option<&Noted>,
) -> Result<Result<AuditReport, Broken>, ConfigError> {
    let database = Database::from_settings(settings)?;
    let drops_months = settings.parsed_or("AUDIT_RETENTION_DAYS", 0_u16)? > 0;
    let walk = async {
        let mut conn = database.connect_alone().await?;
        verify_audit(&mut conn, drops_months, noted.map(|noted| &noted.0)).await
    };
    Ok(walk.await)
}

/// What happened to the payment of one order, a line each, oldest first.
pub async fn show(settings: &Settings, order_id: OrderId) -> Result<Vec<String>, ShowError> {
    let database = Database::from_settings(settings)?;
    let mut conn = database.connect_alone().await?;
    let entries = read_audit_of(&mut conn, order_id).await?;
    let line = |entry: &crate::domain::Kept| {
        let at = entry.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        format!("{at}  {:<11} {:<20} {}", entry.kind, entry.actor, entry.content)
    };
    Ok(entries.iter().map(line).collect())
}

#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] platform::StoreError),
}
