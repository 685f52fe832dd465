//! Join codes: what a steward types in a LINE group to say which node of the tree it is.
//!
//! `GCC-` and two groups of four from an alphabet without look-alikes: 40 bits, good once and for a short time.
//! People type them in a chat, so case, spaces and dashes do not matter.

use sha2::{Digest as _, Sha256};

const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A join code.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinCode(String);

impl JoinCode {
    /// A new random code.
    #[must_use]
    pub fn generate() -> Self {
        let random: [u8; 8] = rand::random();
        Self(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
    }

    /// The code in a message, if the message is nothing but a code.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let plain: String =
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        let code = plain.strip_prefix("GCC")?;
        (code.len() == 8 && code.bytes().all(|byte| ALPHABET.contains(&byte))).then(|| Self(code.to_owned()))
    }

    /// What is kept of it.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl std::fmt::Display for JoinCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GCC-{}-{}", &self.0[..4], &self.0[4..])
    }
}

impl std::fmt::Debug for JoinCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JoinCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = JoinCode::generate();
        let shown = code.to_string();
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {shown}\n")] {
            assert_eq!(JoinCode::find(&typed).as_ref(), Some(&code), "{typed}");
        }
    }

    #[test]
    fn what_people_write_otherwise_is_no_code() {
        for text in ["", "รับทราบ", "GCC", "GCC2 ประชุมพรุ่งนี้", "GCC-1234-ABCD extra", "XYZ-2345-ABCD"]
        {
            assert_eq!(JoinCode::find(text), None, "{text}");
        }
    }
}
