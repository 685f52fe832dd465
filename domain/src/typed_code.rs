//! Codes that people type on a telephone, found within what they wrote.
//!
//! A code is a prefix and two groups of four letters and digits. It is looked for with words before and after it, any dash
//! or none, small letters, Thai digits, wide letters, and characters that are not seen. This says where words *begin* as a
//! code does; which of them are one, and which may be answered, is for each kind of code to say.
//!
//! Called by `join_code`, `binding_code` and `share_code`.

use std::ops::Range;

use super::thai::is_unseen;

/// Letters and digits of a code after its prefix.
pub(super) const LENGTH: usize = 8;

/// Words that begin as a code does, up to as many letters as a code has.
#[derive(Debug)]
pub(super) struct Attempt {
    /// What stands after the prefix, as capitals: in one piece, or as it is divided.
    pub(super) parts: Vec<String>,
    /// Whether a dash stands wherever it is divided.
    pub(super) dashed: bool,
    /// Whether the message says nothing else.
    pub(super) alone: bool,
    /// Where it stands in the text, in bytes, the prefix included.
    pub(super) span: Range<usize>,
}

/// Every place of `text` where words begin as a code with this prefix does.
pub(super) fn list_attempts(text: &str, prefix: &str) -> Vec<Attempt> {
    let pieces = split(text);
    (0..pieces.len()).filter_map(|start| Attempt::at(&pieces, start, prefix)).collect()
}

/// A Thai digit or wide sign as its ASCII one; any other character as it is.
pub(super) fn plain(c: char) -> char {
    match c {
        '๐'..='๙' => to_ascii(c, '๐', '0'),
        '\u{ff01}'..='\u{ff5e}' => to_ascii(c, '\u{ff01}', '!'),
        c => c,
    }
}

/// The character that stands as far after `to` as `c` stands after `from`.
fn to_ascii(c: char, from: char, to: char) -> char {
    char::from_u32(u32::from(c) - u32::from(from) + u32::from(to)).unwrap_or(c)
}

/// A part of a message, and where it stands in it.
struct Piece {
    kind: PieceKind,
    span: Range<usize>,
}

#[derive(PartialEq, Eq)]
enum PieceKind {
    /// Latin letters and digits, as capitals.
    Word(String),
    /// A dash, or what people type for one.
    Dash,
    /// A blank.
    Blank,
    /// Anything else; a code does not go across it.
    Other,
}

/// The message in parts, with what is written in other scripts or not seen at all brought into one form.
fn split(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, sign) in text.char_indices().filter(|&(_, sign)| !is_unseen(sign)) {
        let end = at + sign.len_utf8();
        let kind = match plain(sign) {
            c if c.is_ascii_alphanumeric() => {
                if let Some(Piece { kind: PieceKind::Word(word), span }) = pieces.last_mut() {
                    word.push(c.to_ascii_uppercase());
                    span.end = end;
                    continue;
                }
                PieceKind::Word(c.to_ascii_uppercase().to_string())
            }
            '-'
            | '\u{2010}'..='\u{2015}'
            | '\u{2043}'
            | '\u{2212}'
            | '\u{30fc}'
            | '\u{fe58}'
            | '\u{fe63}'
            | '_'
            | '.' => PieceKind::Dash,
            c if c.is_whitespace() => PieceKind::Blank,
            _ => PieceKind::Other,
        };
        pieces.push(Piece { kind, span: at..end });
    }
    pieces
}

impl Attempt {
    /// The attempt that begins with the word at `start`, if one does.
    fn at(pieces: &[Piece], start: usize, prefix: &str) -> Option<Self> {
        let PieceKind::Word(first) = &pieces[start].kind else { return None };
        let glued = first.strip_prefix(prefix)?;
        let mut parts = Vec::new();
        if !glued.is_empty() {
            parts.push(glued.to_owned());
        }
        let (mut dashed, mut dash, mut end) = (true, false, start + 1);
        for (at, piece) in pieces.iter().enumerate().skip(start + 1) {
            if parts.iter().map(String::len).sum::<usize>() >= LENGTH {
                break;
            }
            match &piece.kind {
                PieceKind::Word(word) => {
                    dashed &= dash;
                    dash = false;
                    parts.push(word.clone());
                    end = at + 1;
                }
                PieceKind::Dash => dash = true,
                PieceKind::Blank => {}
                PieceKind::Other => break,
            }
        }
        let mut others = pieces[..start].iter().chain(&pieces[end..]);
        let alone = others.all(|piece| matches!(piece.kind, PieceKind::Dash | PieceKind::Blank));
        Some(Self { parts, dashed, alone, span: pieces[start].span.start..pieces[end - 1].span.end })
    }

    /// How many letters and digits each part has.
    pub(super) fn shape(&self) -> Vec<usize> {
        self.parts.iter().map(String::len).collect()
    }

    /// Whether a digit is among its signs.
    pub(super) fn has_digit(&self) -> bool {
        self.parts.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_digit()))
    }
}
