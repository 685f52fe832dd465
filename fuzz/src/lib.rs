//! What each fuzz target does with the bytes it is given: a parser at the door of the program, and what must hold of
//! whatever it lets in. None may panic. `tests/it/fuzz_corpus.rs` runs the same functions over the kept corpus.

use std::sync::LazyLock;

use gcc_relay::domain::acknowledging::AcknowledgeWords;
use gcc_relay::domain::binding_code::{BindingCode, TypedBindingCode};
use gcc_relay::domain::bulletin::{Kind, Urgency};
use gcc_relay::domain::document::{DocumentNumber, MAX_CHARACTERS};
use gcc_relay::domain::heard_text::TextVerdict;
use gcc_relay::domain::join_code::{JoinCode, TypedCode};
use gcc_relay::domain::national::find_province;
use gcc_relay::domain::picture::{BadPicture, LONGEST_SIDE, MOST_BYTES, Picture};
use gcc_relay::domain::search::{Words, text_form};
use gcc_relay::domain::secrecy::secrecy_class;
use gcc_relay::domain::share_code::{FoundCode, ShareCode};
use gcc_relay::domain::share_text::{ShareText, share_url};
use gcc_relay::domain::spreadsheet::{Damage, decode, protect, restore};
use gcc_relay::domain::thai::{Digits, compare_form, normal_form, parse_date, parse_time};
use gcc_relay::domain::tree_file::{KnownTree, Patch, parse, write};
use gcc_relay::domain::video::{Video, draw_cover, find_key_frame};
use gcc_relay::line::webhook;

/// The body of a webhook: every event has an id that the database can keep, and the same bytes give the same events.
pub fn webhook(data: &[u8]) {
    let Ok(delivery) = webhook::parse(data) else { return };
    for event in &delivery.events {
        assert!((1..=64).contains(&event.id.chars().count()), "an id of another length");
        assert!(!format!("{event:?}").is_empty());
        assert!(!event.what.kind().is_empty());
    }
    let again = webhook::parse(data).expect("the same bytes");
    assert!(again.events == delivery.events, "the same bytes, other events");
}

/// Channels that a file may name.
static KNOWN: LazyLock<KnownTree> = LazyLock::new(|| {
    let channels = ["main", "gcc"].into_iter().filter_map(|code| code.parse().ok()).collect();
    KnownTree { channels, ..KnownTree::default() }
});

/// A tree file: every fault has a place and a reason, and what passes is written and read back the same.
pub fn tree_file(data: &[u8]) {
    let rows = match parse(data, &KNOWN) {
        Ok(rows) => rows,
        Err(bad) => {
            assert!(!bad.errors.is_empty(), "refused without a reason");
            for error in &bad.errors {
                assert!(error.line > 0 && !error.to_string().is_empty());
            }
            return;
        }
    };
    let mut full = rows;
    for (line, row) in (2..).zip(&mut full) {
        // what an empty cell would clear is said
        if row.forward_within.is_keep() {
            row.forward_within = Patch::Clear;
        }
        row.line = line;
    }
    let mut file = Vec::new();
    write(&full, &mut file).expect("new groups say their parents");
    let again = parse(&file, &KNOWN).unwrap_or_else(|bad| panic!("{:?}", bad.errors));
    assert_eq!(again, full);
}

/// The number of a letter: kept as given, and read the same from the form in which it is written.
pub fn letter_number(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let day = jiff::civil::date(2018, 3, 23);
    let Ok(number) = DocumentNumber::parse(text, Some(day)) else { return };
    assert!(text.contains(number.raw()));
    for digits in [Digits::Thai, Digits::Arabic] {
        // the usual form has blanks that were left out, and so may be too long
        let usual = number.format(digits).filter(|usual| usual.chars().count() <= MAX_CHARACTERS);
        if let Some(written) = usual {
            let again = DocumentNumber::parse(&written, Some(day)).expect("what was written");
            assert_eq!(again.parts(), number.parts());
        }
    }
}

/// A join code or a binding code in what somebody wrote: shown, it is found again.
pub fn join_code(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    for addressed in [false, true] {
        let found = match JoinCode::read(text, addressed) {
            TypedCode::Code(code) => vec![code],
            TypedCode::Perhaps(codes) => codes,
            TypedCode::Misspelt | TypedCode::Nothing => Vec::new(),
        };
        for code in found {
            assert!(matches!(JoinCode::read(&code.to_string(), addressed), TypedCode::Code(again) if again == code));
        }
    }
    if let TypedBindingCode::Code(code) = BindingCode::read(text) {
        assert_eq!(BindingCode::read(&code.to_string()), TypedBindingCode::Code(code.clone()));
        assert_eq!(JoinCode::read(&code.to_string(), true), TypedCode::Nothing);
    }
}

/// What is heard in a group: a share code is found again as it is shown, and is no join code. A bulletin of any wording is
/// the same when it is heard, and nobody's words beside it are.
pub fn heard_text(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let code = match ShareCode::find(text) {
        FoundCode::One(code) => code,
        FoundCode::Several(codes) => codes.into_iter().next().expect("several"),
        FoundCode::Nothing | FoundCode::Misspelt => "REF-7K3M-9QX3".parse().expect("a code"),
    };
    assert_eq!(ShareCode::find(code.as_str()), FoundCode::One(code.clone()));
    assert_eq!(JoinCode::read(code.as_str(), true), TypedCode::Nothing);
    let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
    let bulletin = ShareText {
        urgency: Urgency::MostUrgent,
        kind: Kind::Drill,
        document_number: None,
        subject,
        body,
        page: "https://gcc.example.go.th/b/t0ken",
        code: &code,
    };
    let _ = bulletin.compare(text);
    let short = bulletin.short(1_000).expect("page and code fit");
    assert!(share_url(&short).len() <= 1_000);
    for form in [bulletin.full(), short] {
        assert_eq!(bulletin.compare(&form), TextVerdict::Same);
        assert_eq!(bulletin.compare(&format!("รับทราบ {form}")), TextVerdict::Altered);
    }
}

/// An upload: what becomes a picture fits LINE, and is a picture again.
pub fn picture(data: &[u8]) {
    match Picture::of_upload(data) {
        Ok(picture) => {
            assert!((1..=LONGEST_SIDE).contains(&picture.width()) && (1..=LONGEST_SIDE).contains(&picture.height()));
            assert!(picture.bytes().len() < MOST_BYTES);
            let again = Picture::of_upload(picture.bytes()).expect("a picture that we wrote");
            assert_eq!((again.width(), again.height()), (picture.width(), picture.height()));
        }
        Err(
            BadPicture::Format
            | BadPicture::Damaged
            | BadPicture::TooLarge { .. }
            | BadPicture::TooSteep
            | BadPicture::TooNarrow,
        ) => {}
    }
}

/// Any text: its normal form is its own normal form, and whatever reads texts does so without panic.
pub fn text(data: &[u8]) {
    let _ = decode(data);
    let Ok(text) = str::from_utf8(data) else { return };
    let form = normal_form(text);
    assert_eq!(normal_form(&form), form);
    assert!(!compare_form(text).contains(char::is_whitespace));
    assert_eq!(restore(&protect(text)), text);
    assert_eq!(secrecy_class(&form).max(secrecy_class(text)), secrecy_class(text), "another spelling hides no class");
    if let Ok(words) = text.parse::<Words>() {
        assert!(!words.patterns().is_empty());
    }
    let _ = (text_form(&[text, &form]), find_province(text), Damage::of_file(text), Damage::of_cell(text));
    let _ = AcknowledgeWords::of(&[text]).contains(text);
    let _ = (parse_date(text), parse_time(text));
}

/// An upload that may be a video: what is let in has a size, plays for a while, and has a cover that LINE shows. A frame that is found in it
/// begins as a decoder wants it.
pub fn video(data: &[u8]) {
    if let Ok(frame) = find_key_frame(&mut std::io::Cursor::new(data)) {
        assert!(frame.is_empty() || frame.starts_with(&[0, 0, 0, 1]));
    }
    let Ok(video) = Video::read(&mut &*data) else { return };
    assert!(video.width > 0 && video.height > 0);
    assert!((1_000..=7_200_000).contains(&video.milliseconds));
    if let Ok(cover) = draw_cover(video) {
        assert!(
            cover.width() <= LONGEST_SIDE && cover.height() <= 3 * cover.width() && cover.bytes().len() < MOST_BYTES
        );
    }
}
