//! How the cells of a file are set apart: by commas, semicolons or tabs, as the spreadsheet's settings have it. Nothing but
//! the first line says so.

/// What sets cells apart, and where the rows begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The byte between two cells.
    pub separator: u8,
    /// How many bytes a line before the headings takes; Excel writes `sep=;` there.
    pub skip: usize,
}

impl Layout {
    /// Looks at the first line of `bytes`; `is_heading` knows the names of columns.
    #[must_use]
    pub fn of(bytes: &[u8], is_heading: impl Fn(&str) -> bool) -> Self {
        let line = first_line(bytes);
        if let Some(separator) = named_separator(line) {
            let ending = bytes.get(line.len()..).unwrap_or_default();
            let ending = if ending.starts_with(b"\r\n") { 2 } else { ending.len().min(1) };
            return Self { separator, skip: line.len() + ending };
        }
        let line = String::from_utf8_lossy(line);
        let headings = |separator: u8| {
            line.split(char::from(separator)).filter(|name| is_heading(name.trim().trim_matches('"'))).count()
        };
        // of several that fit equally well the first: the comma
        let separator = [b'\t', b';', b','].into_iter().max_by_key(|&separator| headings(separator)).unwrap_or(b',');
        Self { separator, skip: 0 }
    }
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default()
}

/// The separator that a line such as `sep=;` names.
fn named_separator(line: &[u8]) -> Option<u8> {
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [s, e, p, b'=', separator @ (b',' | b';' | b'\t' | b'|')]
            if [s, e, p].map(u8::to_ascii_lowercase) == *b"sep" =>
        {
            Some(*separator)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("code,name\n", b',', 0)]
    #[case("code;name\r\n", b';', 0)]
    #[case("\"code\"\t\"name\"", b'\t', 0)]
    #[case("sep=;\r\ncode;name", b';', 7)]
    #[case("SEP=,\ncode,name", b',', 6)]
    #[case("\"sep=|\"\rcode|name", b'|', 8)]
    #[case("sep=,", b',', 5)]
    #[case("code", b',', 0)]
    #[case("what;ever", b',', 0)]
    #[case("", b',', 0)]
    fn the_first_line_says_what_sets_cells_apart(#[case] file: &str, #[case] separator: u8, #[case] skip: usize) {
        let layout = Layout::of(file.as_bytes(), |name| ["code", "name"].contains(&name));
        assert_eq!(layout, Layout { separator, skip });
    }
}
