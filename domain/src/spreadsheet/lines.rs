//! On which line of a file a record stands.

/// Counts lines as an editor does. The CSV reader's own count is that of the byte where it stopped
/// before, so it is one short after blank lines and Windows line ends.
#[derive(Debug)]
pub struct Lines<'a> {
    bytes: &'a [u8],
    counted_to: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Counts in `bytes`, whose first line has the number `first`.
    #[must_use]
    pub fn of(bytes: &'a [u8], first: u64) -> Self {
        Self { bytes, counted_to: 0, line: first }
    }

    /// On which line a record begins; to be asked for one after another.
    pub fn line_of(&mut self, record: &csv::ByteRecord) -> u64 {
        let from = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or_default();
        let rest = self.bytes.get(from..).unwrap_or_default();
        let start = from + rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let passed = self.bytes.get(self.counted_to..start).unwrap_or_default();
        self.line += count_breaks(passed);
        self.counted_to = start;
        self.line
    }
}

/// Line breaks of any system: `\n`, `\r\n`, and `\r` alone.
fn count_breaks(bytes: &[u8]) -> u64 {
    let returns = bytes.iter().enumerate().filter(|&(at, byte)| *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    let breaks = returns.count() + bytes.split(|byte| *byte == b'\n').count() - 1;
    u64::try_from(breaks).unwrap_or(u64::MAX)
}
