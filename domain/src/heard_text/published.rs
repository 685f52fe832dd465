//! The published text as the pieces of which a heard one may be made.
//!
//! A piece is a line, or a part of one that people leave out by itself: a mark, a label, the number. All pieces in their order
//! are the whole text; a part of it is some of them in that order, the first perhaps without its front and the last of the
//! letter without its end, and an ellipsis where something is missing.

use std::collections::BTreeSet;

use super::{ELLIPSIS, comparable};
use crate::headline::{NUMBER_LABEL, READ_LABEL, SUBJECT_LABEL, bare_number, bare_subject, mark_words};
use crate::share_code::ShareCode;
use crate::share_text::ShareText;
use crate::text::{ends_grapheme, words};

/// Signs that stand within numbers and between them.
const IN_NUMBERS: [char; 11] = ['.', ',', '/', ':', '-', '–', '—', '+', '(', ')', '~'];

/// A published text.
pub(super) struct Published {
    /// The letter, in its order.
    letter: Vec<Piece>,
    /// What may stand behind it: the code, with page and labels or without some of them. The last has them all.
    tails: Vec<String>,
}

/// A piece of the letter, in the form that is compared.
struct Piece {
    text: String,
    /// Where it may begin if its front is missing.
    starts: Vec<usize>,
    /// Where it may end if the rest of the letter is missing.
    ends: Vec<usize>,
}

/// How far a heard text is explained by the pieces so far.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Reached {
    /// Up to here, in bytes.
    at: usize,
    /// Something of the letter is there already.
    begun: bool,
    /// An ellipsis stands for what is missing since.
    marked: bool,
}

impl Published {
    pub(super) fn of(text: &ShareText<'_>) -> Self {
        let code = text.code;
        let mut letter: Vec<Piece> =
            mark_words(text.kind, text.urgency).map(|word| Piece::fixed(&format!("[{word}]"), code)).collect();
        if let Some(number) = text.document_number {
            letter.push(Piece::fixed(NUMBER_LABEL, code));
            letter.push(Piece::fixed(bare_number(number), code));
        }
        letter.push(Piece::fixed(SUBJECT_LABEL, code));
        letter.push(Piece::line(bare_subject(text.subject), code));
        letter.extend(text.body.lines().map(|line| Piece::line(line, code)));
        letter.retain(|piece| !piece.text.is_empty());
        let mut tails = vec![comparable(code.as_str(), code)];
        for part in [ShareCode::LABEL, text.page, READ_LABEL].map(|part| comparable(part, code)) {
            let longer: Vec<String> = tails.iter().map(|tail| [part.as_str(), tail].concat()).collect();
            tails.extend(longer);
        }
        Self { letter, tails }
    }

    /// Whether `heard` is all of it.
    pub(super) fn is_whole(&self, heard: &str) -> bool {
        let rest = self.letter.iter().try_fold(heard, |rest, piece| rest.strip_prefix(piece.text.as_str()));
        rest.is_some_and(|rest| self.tails.last().is_some_and(|tail| rest == tail))
    }

    /// Whether `heard` is a part of it.
    pub(super) fn has_part(&self, heard: &str) -> bool {
        self.tails.iter().filter_map(|tail| heard.strip_suffix(tail.as_str())).any(|letter| {
            let before_ellipsis = letter.strip_suffix(ELLIPSIS);
            self.has_part_of_letter(letter, false)
                || before_ellipsis.is_some_and(|letter| self.has_part_of_letter(letter, true))
        })
    }

    /// Whether `heard` is a part of the letter; `goes_on`: an ellipsis behind it says that more follows.
    fn has_part_of_letter(&self, heard: &str, goes_on: bool) -> bool {
        let mut reached = BTreeSet::from([Reached::default()]);
        for piece in &self.letter {
            let mut next = BTreeSet::new();
            for from in reached {
                let is_end = from.at == heard.len() && !from.marked;
                if is_end || piece.has_end(heard, from, goes_on) {
                    return true;
                }
                next.insert(from);
                next.extend(from.past_ellipsis(heard));
                next.extend(piece.read(heard, from));
            }
            reached = next;
        }
        !goes_on && reached.iter().any(|reached| reached.at == heard.len() && !reached.marked)
    }
}

impl Reached {
    /// Behind the ellipsis that stands for what is missing, if one does.
    fn past_ellipsis(self, heard: &str) -> Option<Self> {
        let has_ellipsis = !self.marked && heard[self.at..].starts_with(ELLIPSIS);
        has_ellipsis.then(|| Self { at: self.at + ELLIPSIS.len(), marked: true, ..self })
    }
}

impl Piece {
    /// A piece that is there in full or not at all.
    fn fixed(text: &str, code: &ShareCode) -> Self {
        Self { text: comparable(text, code), starts: vec![0], ends: Vec::new() }
    }

    /// A line of the letter, with the places where it may be cut.
    fn line(line: &str, code: &ShareCode) -> Self {
        let mut piece = Self::fixed(line, code);
        let (mut read, mut at) = (0, 0);
        for word in words(line) {
            read += word.len();
            at += comparable(word, code).len();
            if at == 0 || !ends_grapheme(line, read) || !piece.text.is_char_boundary(at) {
                continue;
            }
            if !word.trim().is_empty() {
                piece.ends.push(at);
            } else if !splits_number(&piece.text, at) {
                piece.starts.push(at);
            }
        }
        if at != piece.text.len() {
            // words that do not make the line together say nothing of its places
            return Self::fixed(line, code);
        }
        piece.starts.retain(|&start| start < at);
        piece.ends.retain(|&end| end < at);
        piece
    }

    /// From where on the piece may be there, and from where on in `heard`: its front may be missing where nothing was before.
    fn beginnings(&self, heard: &str, from: Reached) -> impl Iterator<Item = (usize, usize)> {
        let starts = if from.begun { &self.starts[..1] } else { &self.starts[..] };
        let past_ellipsis = from.past_ellipsis(heard);
        starts.iter().flat_map(move |&start| {
            let after = past_ellipsis.filter(|_| start > 0).map(|reached| (start, reached.at));
            std::iter::once((start, from.at)).chain(after)
        })
    }

    /// Where `heard` is read up to with this piece to its end.
    fn read(&self, heard: &str, from: Reached) -> impl Iterator<Item = Reached> {
        self.beginnings(heard, from)
            .filter(|&(start, at)| heard[at..].starts_with(&self.text[start..]))
            .map(|(start, at)| Reached { at: at + self.text.len() - start, begun: true, marked: false })
    }

    /// Whether `heard` ends within this piece, where a line may end.
    fn has_end(&self, heard: &str, from: Reached, goes_on: bool) -> bool {
        self.beginnings(heard, from).any(|(start, at)| {
            let end = start + heard.len() - at;
            self.text[start..].starts_with(&heard[at..])
                && self.ends.binary_search(&end).is_ok()
                && (goes_on || !ends_in_number(&self.text[..end]))
        })
    }
}

/// Whether what follows may belong to a number at the end of `text`, or be its unit.
fn ends_in_number(text: &str) -> bool {
    text.trim_end_matches(IN_NUMBERS).ends_with(|sign: char| sign.is_ascii_digit())
}

/// Whether a number may stand on both sides of `at`.
fn splits_number(text: &str, at: usize) -> bool {
    let after = text[at..].trim_start_matches(IN_NUMBERS);
    ends_in_number(&text[..at]) && after.starts_with(|sign: char| sign.is_ascii_digit())
}
