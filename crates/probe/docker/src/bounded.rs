//! Limits on what an engine, or whoever labels containers, can put into a report.

use scope_agent::Secrets;
use scope_report::Text;
use std::collections::HashMap;

/// Bytes of one fact's value; a longer one is cut.
pub(crate) const FACT_BYTES_MAX: usize = 4_096;

/// Bytes of one key: a label's or an environment variable's.
pub(crate) const KEY_BYTES_MAX: usize = 256;

/// Bytes of all labels of one container or image, and again of its environment variables.
pub(crate) const PAIRS_BYTES_MAX: usize = 32_768;

/// Members of one set of a node: addresses, ports, networks.
pub(crate) const SET_MEMBERS_MAX: usize = 512;

/// `text`, cut at a character's boundary to at most `bytes_max`.
pub(crate) fn text(text: &str, bytes_max: usize) -> Text {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default().into()
}

/// A fact's value, cut to its limit.
pub(crate) fn fact(value: &str) -> Text {
    text(value, FACT_BYTES_MAX)
}

/// Labels or variables in the order of their keys, as many as fit into [`PAIRS_BYTES_MAX`], what is
/// secret in them masked.
///
/// A pair whose key exceeds [`KEY_BYTES_MAX`] is left out: a cut key could name another label.
pub(crate) fn pairs(all: Option<HashMap<String, String>>, secrets: Secrets) -> Vec<(Text, Text)> {
    let mut all: Vec<(String, String)> = all.unwrap_or_default().into_iter().collect();
    all.sort_unstable();
    let mut bytes = 0;
    all.into_iter()
        .filter(|(key, _)| !key.is_empty() && key.len() <= KEY_BYTES_MAX)
        .map(|(key, value)| {
            let told = fact(&secrets.value(&key, &value));
            (Text::from(key), told)
        })
        .take_while(|(key, value)| {
            bytes += key.len() + value.len();
            bytes <= PAIRS_BYTES_MAX
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_characters() {
        assert_eq!(text("größe", 3), "gr");
        assert_eq!(text("größe", 4), "grö");
        assert_eq!(text("", 4), "");
    }

    #[test]
    fn pairs_stay_within_their_bytes() {
        let many = (0..100).map(|number| (format!("k{number:03}"), "v".repeat(5_000)));
        let kept =
            pairs(Some(many.chain([("x".repeat(300), String::new())]).collect()), Secrets::Masked);
        assert_eq!(kept.len(), 7);
        assert!(kept.iter().all(|(_, value)| value.len() == FACT_BYTES_MAX));
    }
}
