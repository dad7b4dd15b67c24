//! Message encryption for web push (RFC 8291): ECDH on P-256, HKDF-SHA-256, AES-128-GCM in one record (RFC 8188).

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::rand;

const RECORD_SIZE: u32 = 4096;

/// Ends the last record.
const LAST: u8 = 2;

/// With a key pair and a salt of its own.
pub fn encrypt(content: &[u8], browser_key: &[u8], auth: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let mut salt = [0; 16];
    rand::fill(&mut salt)?;
    encrypt_with(&PrivateKey::generate(&ECDH_P256)?, salt, content, browser_key, auth)
}

/// Whether a message can be encrypted for this key: a point of the curve, not compressed.
pub fn is_public_key(bytes: &[u8]) -> bool {
    let Ok(any) = PrivateKey::generate(&ECDH_P256) else { return false };
    bytes.len() == 65 && shared_secret(&any, bytes).is_ok()
}

fn shared_secret(ours: &PrivateKey, theirs: &[u8]) -> Result<Vec<u8>, Unspecified> {
    agree(ours, UnparsedPublicKey::new(&ECDH_P256, theirs), Unspecified, |secret| Ok(secret.to_vec()))
}

fn encrypt_with(
    ours: &PrivateKey,
    salt: [u8; 16],
    content: &[u8],
    browser_key: &[u8],
    auth: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let our_key = ours.compute_public_key()?;
    let secret = shared_secret(ours, browser_key)?;
    let keys = [b"WebPush: info\0", browser_key, our_key.as_ref()];
    let input: [u8; 32] = expand(&Salt::new(HKDF_SHA256, auth).extract(&secret), &keys)?;
    let pseudorandom = Salt::new(HKDF_SHA256, &salt).extract(&input);
    let key: [u8; 16] = expand(&pseudorandom, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expand(&pseudorandom, &[b"Content-Encoding: nonce\0"])?;

    let mut record = [content, &[LAST]].concat();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;

    let key_length = [u8::try_from(our_key.as_ref().len()).map_err(|_| Unspecified)?];
    Ok([&salt[..], &RECORD_SIZE.to_be_bytes(), &key_length, our_key.as_ref(), &record].concat())
}

struct Length<const N: usize>;

impl<const N: usize> KeyType for Length<N> {
    fn len(&self) -> usize {
        N
    }
}

fn expand<const N: usize>(key: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut bytes = [0; N];
    key.expand(info, Length::<N>)?.fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291, section 5 and appendix A.
    const BROWSER_KEY: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn the_example_of_the_rfc_comes_out_as_there() {
        let ours = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let ours = PrivateKey::from_private_key(&ECDH_P256, &ours).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let content = b"When I grow up, I want to be a watermelon";
        let sealed = encrypt_with(&ours, salt, content, &bytes(BROWSER_KEY), &bytes(AUTH)).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn the_same_content_never_looks_the_same() {
        let sealed = || encrypt(b"news", &bytes(BROWSER_KEY), &bytes(AUTH)).unwrap();
        assert_ne!(sealed(), sealed());
    }

    #[test]
    fn only_points_of_the_curve_are_keys() {
        let good = bytes(BROWSER_KEY);
        assert!(is_public_key(&good));
        let mut off_the_curve = good.clone();
        off_the_curve[64] ^= 1;
        for bad in [&[][..], &good[..64], &off_the_curve, &[4; 65], &[0; 65]] {
            assert!(!is_public_key(bad));
        }
        assert!(encrypt(b"news", &off_the_curve, &bytes(AUTH)).is_err());
    }
}
