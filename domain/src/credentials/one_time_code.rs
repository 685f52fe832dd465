//! TOTP codes: six digits that an app on a telephone shows for half a minute (RFC 6238).

use secrecy::{ExposeSecret as _, SecretSlice};
use totp_rs::{Builder, Secret, Totp};

use super::Username;
use crate::ids::AccountId;
use crate::thai::normal_form;
use crate::time::Timestamp;

/// How long a code is shown, in seconds; one before and one after are taken too, as clocks differ.
pub const PERIOD: u64 = 30;
/// What the app on the telephone calls us.
const ISSUER: &str = "gcc-relay";

/// What the secret of an account's codes is sealed as.
#[must_use]
pub fn sealed_as(account: AccountId) -> String {
    format!("account/{account}/codes")
}

/// The secret from which a telephone and we make the same codes; 160 bits.
#[derive(Debug)]
pub struct CodeSecret(SecretSlice<u8>);

impl CodeSecret {
    /// A fresh one.
    #[must_use]
    pub fn generate() -> Self {
        Self(SecretSlice::from(rand::random::<[u8; 20]>().to_vec()))
    }

    /// One that was kept.
    #[must_use]
    pub fn from_bytes(bytes: SecretSlice<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to seal and keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// The address that a telephone reads as a QR code, and the secret to type where it has no camera.
    #[must_use]
    pub fn to_enrol(&self, username: &Username) -> Option<(String, String)> {
        let totp = self.totp(username.as_str())?;
        Some((totp.to_url().ok()?, Secret::from(self.as_bytes().to_vec()).to_base32()))
    }

    /// The period whose code `typed` is, around `now`; none where it is no code of this secret, or not later than
    /// `used`, the last one that was taken. Thai and full-width digits are digits; blanks and hyphens do not count.
    #[must_use]
    pub fn check(&self, typed: &str, now: Timestamp, used: i64) -> Option<i64> {
        let digits: String =
            normal_form(typed).chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
        let seconds = u64::try_from(now.as_millisecond() / 1_000).ok()?;
        let period = i64::try_from(self.totp(ISSUER)?.check(&digits, seconds)?).ok()?;
        (period > used).then_some(period)
    }

    /// The code at `now`: for tests and the demo's guide.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> Option<String> {
        let seconds = u64::try_from(now.as_millisecond() / 1_000).ok()?;
        Some(self.totp(ISSUER)?.generate(seconds).to_string())
    }

    fn totp(&self, account: &str) -> Option<Totp> {
        let secret = Secret::from(self.as_bytes().to_vec());
        let builder = Builder::new().with_secret(secret).with_step_duration(PERIOD).with_skew(1);
        builder.with_account_name(account).with_issuer(Some(ISSUER)).build().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thai::to_thai_digits;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second)
    }

    #[test]
    fn the_code_of_the_moment_is_taken_once() {
        let secret = CodeSecret::generate();
        let code = secret.code_at(at(0)).expect("a code");
        let period = secret.check(&code, at(0), 0).expect("the right code");
        assert_eq!(secret.check(&code, at(1), period), None);
        assert!(secret.check(&secret.code_at(at(31)).expect("a code"), at(31), period).is_some());
    }

    #[test]
    fn an_old_code_and_one_of_another_secret_are_refused() {
        let secret = CodeSecret::generate();
        let code = secret.code_at(at(0)).expect("a code");
        assert_eq!(secret.check(&code, at(120), 0), None);
        let other = CodeSecret::generate().code_at(at(0)).expect("a code");
        assert!(other == code || secret.check(&other, at(0), 0).is_none());
        assert_eq!(secret.check("", at(0), 0), None);
        assert_eq!(secret.check("not a code", at(0), 0), None);
    }

    #[test]
    fn a_code_is_the_same_code_however_its_digits_are_typed() {
        let secret = CodeSecret::generate();
        let code = secret.code_at(at(0)).expect("a code");
        let (left, right) = code.split_at(3);
        let thai = to_thai_digits(&code);
        let wide: String = code.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
        for typed in [
            format!("{left} {right}"),
            format!("{left}\u{2013}{right}\n"),
            format!("\u{200b}{left}\u{a0}{right}\u{feff}"),
            thai,
            wide,
        ] {
            assert!(secret.check(&typed, at(0), 0).is_some(), "{typed:?}");
        }
    }

    #[test]
    fn a_telephone_is_told_whose_codes_it_shows() {
        let (address, typed) =
            CodeSecret::generate().to_enrol(&"lamphun".parse().expect("a name")).expect("an address");
        assert!(address.starts_with("otpauth://totp/gcc-relay:lamphun?"), "{address}");
        assert!(address.contains(&typed));
    }
}
