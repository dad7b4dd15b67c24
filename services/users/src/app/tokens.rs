//! Access tokens: short-lived JWTs, signed with Ed25519; everybody checks them against the public key.

use std::num::NonZeroU32;

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use kernel::Timestamp;
use platform::auth::{Claims, ISSUER};

use crate::domain::User;

pub struct TokenSigner {
    key: EncodingKey,
    key_id: String,
    public: Jwk,
    lifetime: NonZeroU32,
}

/// Says what was expected, never what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 private key in PKCS#8 PEM")]
pub struct KeyError;

pub struct AccessToken {
    pub text: String,
    pub expires_in_seconds: NonZeroU32,
}

impl TokenSigner {
    pub fn from_pem(pem: &str, lifetime: NonZeroU32) -> Result<Self, KeyError> {
        let key = EncodingKey::from_ed_pem(pem.as_bytes()).map_err(|_| KeyError)?;
        let mut public = Jwk::from_encoding_key(&key, Algorithm::EdDSA).map_err(|_| KeyError)?;
        // RFC 7638: the same key has the same id in every replica and after every restart.
        let key_id = public.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError)?;
        public.common.key_id = Some(key_id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { key, key_id, public, lifetime })
    }

    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    pub fn verifying_key(&self) -> DecodingKey {
        DecodingKey::from_jwk(&self.public).expect("the public half of a good key is good")
    }

    /// What others check tokens against.
    pub fn public_keys(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    pub fn sign(&self, user: &User, now: Timestamp) -> AccessToken {
        let issued_at = now.timestamp();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: user.id,
            roles: user.roles.clone(),
            iat: issued_at,
            exp: issued_at + i64::from(self.lifetime.get()),
        };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
        let text = jsonwebtoken::encode(&header, &claims, &self.key).expect("a good key signs plain claims");
        AccessToken { text, expires_in_seconds: self.lifetime }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For tests only.
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n";
    /// A P-256 key in the same armour.
    const OTHER_KIND: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\nOF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n-----END PRIVATE KEY-----\n";

    fn signer(pem: &str) -> Result<TokenSigner, KeyError> {
        TokenSigner::from_pem(pem, NonZeroU32::new(60).unwrap())
    }

    #[test]
    fn what_is_no_ed25519_key_is_refused_without_being_printed() {
        let cut = KEY.replace("HR4f", "");
        for pem in ["", "secret", OTHER_KIND, &cut] {
            let error = signer(pem).err().unwrap().to_string();
            assert_eq!(error, "not an Ed25519 private key in PKCS#8 PEM");
        }
    }

    #[test]
    fn the_key_id_is_the_keys_thumbprint_so_it_stays_the_same() {
        let (one, other) = (signer(KEY).unwrap(), signer(KEY).unwrap());
        assert_eq!((one.key_id(), one.key_id().len()), (other.key_id(), 43));
    }

    #[test]
    fn the_published_key_has_no_private_part() {
        let keys = serde_json::to_value(signer(KEY).unwrap().public_keys()).unwrap();
        let key = keys["keys"][0].as_object().unwrap();
        let names: Vec<&str> = key.keys().map(String::as_str).collect();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
    }
}
