//! Writing JSON as Scope 1.13 does: `<`, `>` and `&` escaped, whole floats with `.0`.

use crate::sink::Sink;
use scope_report::Timestamp;

#[derive(Default)]
pub(crate) struct JsonSink(Vec<u8>);

impl JsonSink {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Puts a comma unless the value is the first of its list or belongs to a key.
    fn before_value(&mut self) {
        if !matches!(self.0.last(), None | Some(b'[' | b':')) {
            self.0.push(b',');
        }
    }

    fn bare(&mut self, text: &str) {
        self.before_value();
        self.0.extend_from_slice(text.as_bytes());
    }

    fn quoted(&mut self, text: &str) {
        self.0.push(b'"');
        let mut plain_from = 0;
        for (index, letter) in text.char_indices() {
            let Some(escape) = escape(letter) else { continue };
            self.plain(text, plain_from, index);
            self.0.extend_from_slice(escape.as_bytes());
            plain_from = index + letter.len_utf8();
        }
        self.plain(text, plain_from, text.len());
        self.0.push(b'"');
    }

    fn plain(&mut self, text: &str, from: usize, to: usize) {
        self.0.extend_from_slice(text.as_bytes().get(from..to).unwrap_or_default());
    }
}

/// How `letter` is written where it may not stand for itself. The line separators break
/// JavaScript, the angle brackets HTML.
fn escape(letter: char) -> Option<String> {
    match letter {
        '"' => Some("\\\"".to_owned()),
        '\\' => Some("\\\\".to_owned()),
        '\n' => Some("\\n".to_owned()),
        '\r' => Some("\\r".to_owned()),
        '\t' => Some("\\t".to_owned()),
        '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
            Some(format!("\\u{:04x}", u32::from(letter)))
        }
        _ => None,
    }
}

impl Sink for JsonSink {
    fn map(&mut self, _len: usize) {
        self.bare("{");
    }

    fn key(&mut self, key: &str) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.quoted(key);
        self.0.push(b':');
    }

    fn map_end(&mut self) {
        self.0.push(b'}');
    }

    fn list(&mut self, _len: usize) {
        self.bare("[");
    }

    fn list_end(&mut self) {
        self.0.push(b']');
    }

    fn text(&mut self, text: &str) {
        self.before_value();
        self.quoted(text);
    }

    fn float(&mut self, value: f64) {
        if value.is_finite() {
            self.bare(&format!("{value:?}"));
        } else {
            self.nil();
        }
    }

    fn integer(&mut self, value: i64) {
        self.bare(&value.to_string());
    }

    fn unsigned(&mut self, value: u64) {
        self.bare(&value.to_string());
    }

    fn flag(&mut self, value: bool) {
        self.bare(if value { "true" } else { "false" });
    }

    fn timestamp(&mut self, value: Timestamp) {
        self.before_value();
        self.quoted(&value.to_string());
    }

    fn nil(&mut self) {
        self.bare("null");
    }
}
