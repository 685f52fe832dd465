//! The signature by which LINE proves that a webhook's bytes are its own.
//!
//! Base64 of HMAC-SHA256, keyed with the channel secret as plain text, over the raw body: checked before
//! anything is parsed, in constant time. Reissuing a secret kills the old one at once, so the current
//! and the next secret are both tried and a rotation loses no event.
//! Source: <https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/>.
//!
//! Called by `web::webhook`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::zeroize::Zeroize as _;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// The header that carries the signature; LINE may change its case.
pub const HEADER: &str = "x-line-signature";

/// The signature of `body` under `secret`, as it stands in [`HEADER`].
#[must_use]
pub fn sign(secret: &SecretString, body: &[u8]) -> String {
    BASE64.encode(mac(secret, body).finalize().into_bytes())
}

/// Whether `signature` is that of `body` under any of `secrets`.
#[must_use]
pub fn verify<'a>(secrets: impl IntoIterator<Item = &'a SecretString>, body: &[u8], signature: &str) -> bool {
    let Ok(signature) = BASE64.decode(signature) else {
        return false;
    };
    // all are tried, so that the time does not tell which one fitted
    secrets.into_iter().fold(false, |good, secret| good | mac(secret, body).verify_slice(&signature).is_ok())
}

/// The keyed hash of `body`. The key is brought to the block's length by the rule of RFC 2104, section 2,
/// which makes this infallible for a secret of any length.
fn mac(secret: &SecretString, body: &[u8]) -> Hmac<Sha256> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    let secret = secret.expose_secret().as_bytes();
    if secret.len() > block.len() {
        let hash = Sha256::digest(secret);
        block[..hash.len()].copy_from_slice(&hash);
    } else {
        block[..secret.len()].copy_from_slice(secret);
    }
    let mut mac = Hmac::new(&block);
    block.zeroize();
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// The vectors published in LINE's documentation and its SDKs' tests.
    #[rstest]
    #[case(
        "8c570fa6dd201bb328f1c1eac23a96d8",
        r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#,
        "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="
    )]
    #[case("channel_secret", "bodybodybodybody", "/gg9a+LvFevTH1sd7XCQycD7tsWclCsInj7MhBHxN7k=")]
    #[case("test_secret", r#"{"hello":"world"}"#, "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=")]
    #[case("SECRET", "{}", "3q8QXTAGaey18yL8FWTqdVlbMr6hcuNvM4tefa0o9nA=")]
    #[case("test_channel_secret", "i am not jason", "Z8YlPpm0lQOqPipiCHVbiuwIDIzRzD7w5hvHgmwEuEs=")]
    fn published_signatures_are_made_and_accepted(#[case] secret: &str, #[case] body: &str, #[case] signature: &str) {
        let secret = SecretString::from(secret);
        assert_eq!(sign(&secret, body.as_bytes()), signature);
        assert!(verify([&secret], body.as_bytes(), signature));
    }

    #[test]
    fn a_changed_body_or_signature_is_refused() {
        let secret = SecretString::from("test_secret");
        let signature = sign(&secret, b"{}");
        assert!(!verify([&secret], b"{ }", &signature));
        assert!(!verify([&secret], b"{}", &signature.to_lowercase()));
        for bad in ["", "not base64!", "AAAA"] {
            assert!(!verify([&secret], b"{}", bad), "{bad}");
        }
        assert!(!verify([], b"{}", &signature));
    }

    #[test]
    fn the_next_secret_counts_as_well() {
        let (current, next) = (SecretString::from("current"), SecretString::from("next"));
        let signature = sign(&next, b"{}");
        assert!(verify([&current, &next], b"{}", &signature));
        assert!(!verify([&current], b"{}", &signature));
    }

    #[rstest]
    #[case(0)]
    #[case(32)]
    #[case(64)]
    #[case(65)]
    #[case(200)]
    fn a_secret_of_any_length_is_keyed_as_the_library_would(#[case] length: usize) {
        let secret = "k".repeat(length);
        let mut library = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("test data");
        library.update(b"body");
        assert_eq!(sign(&secret.into(), b"body"), BASE64.encode(library.finalize().into_bytes()));
    }
}
