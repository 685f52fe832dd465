//! Which encoding a file is in. UTF-8 is read, and UTF-16 with a byte order mark, Excel's "Unicode Text", is turned into it.
//! Windows-874, the old Thai one, is named and not guessed at: nothing in such a file says what it is, and a file of
//! another encoding taken for it would go in as nonsense without a fault.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_874};

use super::BYTE_ORDER_MARK;

/// How to save a file so that its letters stay.
const ADVICE: &str = "save it again as \"CSV UTF-8\" or \"Unicode Text\"";

/// Why the bytes of a file are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEncoding {
    /// Thai, as "CSV (Comma delimited)" saves it under Thai settings.
    #[error("the file is in Windows-874 (TIS-620), not in UTF-8; {ADVICE}")]
    Windows874,
    /// UTF-16, and nothing says in which order its bytes are.
    #[error("the file is in UTF-16 without a byte order mark; {ADVICE}")]
    Utf16WithoutMark,
    /// A workbook, which is no text at all.
    #[error("the file is a workbook (.xlsx or .xls), not a CSV file; {ADVICE}")]
    Workbook,
    /// UTF-16 that breaks off or holds half characters.
    #[error("the file begins as UTF-16 and is damaged; {ADVICE}")]
    Utf16Damaged,
}

/// The file as UTF-8 without a byte order mark. Where most of it is UTF-8, single cells may still not be: whoever reads
/// them names them by their place.
///
/// # Errors
/// [`BadEncoding`].
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, [u8]>, BadEncoding> {
    for encoding in [UTF_16LE, UTF_16BE] {
        let mark: &[u8] = if encoding == UTF_16LE { &[0xff, 0xfe] } else { &[0xfe, 0xff] };
        if let Some(rest) = bytes.strip_prefix(mark) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
            return text.map(|text| Cow::Owned(text.into_owned().into_bytes())).ok_or(BadEncoding::Utf16Damaged);
        }
    }
    // a zip archive, and the compound file of before 2007
    if [&b"PK\x03\x04"[..], b"\xd0\xcf\x11\xe0"].iter().any(|begin| bytes.starts_with(begin)) {
        return Err(BadEncoding::Workbook);
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(bytes);
    // no text holds a NUL; in UTF-16 every other byte of what is ASCII is one
    if bytes.len() >= 4 && bytes.iter().take(4).filter(|byte| **byte == 0).count() == 2 {
        return Err(BadEncoding::Utf16WithoutMark);
    }
    if str::from_utf8(bytes).is_err() && is_windows_874(bytes) {
        return Err(BadEncoding::Windows874);
    }
    Ok(Cow::Borrowed(bytes))
}

/// Whether the bytes make Thai in Windows-874, and nothing of them is Thai in UTF-8.
fn is_windows_874(bytes: &[u8]) -> bool {
    let thai = |text: &str| text.chars().any(|letter| ('ก'..='๛').contains(&letter));
    let any_utf8 = bytes.utf8_chunks().any(|chunk| thai(chunk.valid()));
    let read = WINDOWS_874.decode_without_bom_handling_and_without_replacement(bytes);
    !any_utf8 && read.is_some_and(|text| thai(&text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "code,name\r\ngcc2,ลำพูน\r\n";

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn utf_8_and_utf_16_with_a_mark_are_the_same_text() {
        let mark = |text: &str| format!("\u{feff}{text}");
        for bytes in [
            TEXT.as_bytes().to_vec(),
            mark(TEXT).into_bytes(),
            utf16(&mark(TEXT), u16::to_le_bytes),
            utf16(&mark(TEXT), u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(TEXT.as_bytes()));
        }
    }

    #[test]
    fn an_encoding_that_is_not_read_is_named() {
        let (thai, _, _) = WINDOWS_874.encode(TEXT);
        assert_eq!(decode(&thai), Err(BadEncoding::Windows874));
        assert_eq!(decode(&utf16(TEXT, u16::to_le_bytes)), Err(BadEncoding::Utf16WithoutMark));
        assert_eq!(decode(b"PK\x03\x04\x14\0\x06\0"), Err(BadEncoding::Workbook));
        let mut damaged = utf16(&format!("\u{feff}{TEXT}"), u16::to_le_bytes);
        damaged.pop();
        assert_eq!(decode(&damaged), Err(BadEncoding::Utf16Damaged));
        let mixed = [TEXT.as_bytes(), &thai].concat();
        assert_eq!(decode(&mixed).as_deref(), Ok(&mixed[..]), "its cells are named one by one");
        assert!(BadEncoding::Windows874.to_string().ends_with("save it again as \"CSV UTF-8\" or \"Unicode Text\""));
    }

    proptest! {
        #[test]
        fn utf_8_is_never_taken_for_anything_else(text in "[^\0]*") {
            let text = text.trim_start_matches('\u{feff}');
            let decoded = decode(text.as_bytes());
            prop_assert_eq!(decoded.as_deref(), Ok(text.as_bytes()));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>()) {
            let _ = decode(&bytes);
        }
    }
}
