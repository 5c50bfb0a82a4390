//! Masks what looks like a credential in command lines, labels and variables, before it is told.
//!
//! The rules are those of `docs/use/secrets.md`: the name before a value, the options of known
//! programs, and shapes that only credentials have. Reporters ask here when they read a line, so
//! that no secret enters a report. It reads text from left to right and never goes back further
//! than a fixed length, whatever strangers write. It refuses to guess beyond its rules: a password
//! that stands alone, without a name and without a shape, is not found.

mod names;

mod values;

mod shapes;

mod pairs;

mod programs;

mod words;

use std::borrow::Cow;
use std::ops::Range;

/// What stands in the place of a secret.
pub const MASK: &str = "<masked>";

/// Bytes of a line or a value that are looked at; what is beyond is left out of the report.
pub const MASKED_BYTES_MAX: usize = 16 << 10;

/// Whether secrets are masked, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// As the rules say.
    Masked,
    /// Everything is told as it is.
    Told,
}

/// Where secrets are in a text, in any order; some may lie within others.
type Found = Vec<Range<usize>>;

impl Secrets {
    /// Arguments, the program first, as one line.
    pub fn line<'a>(self, arguments: impl IntoIterator<Item = &'a str>) -> String {
        let (mut line, mut places) = (String::new(), Vec::new());
        for argument in arguments {
            if !places.is_empty() {
                line.push(' ');
            }
            let start = line.len();
            line.push_str(within(argument, MASKED_BYTES_MAX.saturating_sub(start)));
            places.push(start..line.len());
            if line.len() >= MASKED_BYTES_MAX {
                break;
            }
        }
        match self {
            Self::Told => line,
            Self::Masked => {
                let mut found = Found::new();
                words::find(&line, &places, &mut found);
                masked(&line, found).into_owned()
            }
        }
    }

    /// The value of a label or a variable of this name.
    pub fn value<'a>(self, name: &str, value: &'a str) -> Cow<'a, str> {
        let value = within(value, MASKED_BYTES_MAX);
        if self == Self::Told || value.is_empty() {
            return Cow::Borrowed(value);
        }
        if values::is_secret(names::kind(name), value) && !names::is_folder(name, value) {
            return Cow::Borrowed(MASK);
        }
        let mut found = Found::new();
        words::find(value, std::slice::from_ref(&(0..value.len())), &mut found);
        masked(value, found)
    }
}

/// The text with what was found replaced.
fn masked(text: &str, mut found: Found) -> Cow<'_, str> {
    found.retain(|range| !range.is_empty());
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for range in found {
        if range.start >= done {
            out.push_str(text.get(done..range.start).unwrap_or_default());
            out.push_str(MASK);
        }
        done = done.max(range.end);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// `text`, cut at a character's boundary.
fn within(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
