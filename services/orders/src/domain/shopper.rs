//! Whose cart it is: a customer's, or a guest's who holds its token.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use kernel::UserId;
use secrecy::{ExposeSecret, SecretString};

/// Who wants to see or change a cart.
#[derive(Clone)]
pub enum Shopper {
    Customer(UserId),
    Guest(CartToken),
}

/// The secret that opens one guest's cart. Its digest is stored, never itself.
#[derive(Clone)]
pub struct CartToken(SecretString);

/// SHA-256.
pub type TokenHash = [u8; 32];

impl CartToken {
    /// From 256 random bits.
    pub fn new(random: [u8; 32]) -> Self {
        Self::told(&random.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// As somebody shows it; what was never given away opens nothing.
    pub fn told(text: &str) -> Self {
        Self(SecretString::from(text))
    }

    pub fn hash(&self) -> TokenHash {
        let digest = digest(&SHA256, self.0.expose_secret().as_bytes());
        digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    /// Takes as long for a near miss as for a far one.
    pub fn opens(&self, hash: &[u8]) -> bool {
        verify_slices_are_equal(&self.hash(), hash).is_ok()
    }

    /// For the one answer that tells it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_what_was_closed_with_it_and_nothing_else() {
        let (token, other) = (CartToken::new([1; 32]), CartToken::new([2; 32]));
        assert_eq!(token.expose().len(), 64);
        assert!(CartToken::told(token.expose()).opens(&token.hash()));
        for wrong in [other, CartToken::told(""), CartToken::told(&token.expose().to_uppercase())] {
            assert!(!wrong.opens(&token.hash()) || wrong.expose() == token.expose());
        }
        assert!(!token.opens(&[]));
    }
}
