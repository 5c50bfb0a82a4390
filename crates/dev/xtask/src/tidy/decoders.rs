//! A decoder of bytes has a fuzz target.
//!
//! A public function named `parse…` or `decode…` over bytes is a decoder; a target calls it by its
//! name, in `fuzz/src` or in the file `fuzzing.rs` through which a crate lends its decoders.

use super::Finding;
use crate::code::{Language, blank, has_word, is_word};
use crate::tree::{SourceFile, Tree};

/// What a signature takes that came from outside.
const BYTES: &[&str] = &["&[u8]", "Message<'_>"];

/// Letters of a signature that are looked at; more than any has.
const SIGNATURE_BYTES_MAX: usize = 300;

/// Every decoder is called by a fuzz target.
pub fn have_targets(tree: &Tree) -> Vec<Finding> {
    let is_target =
        |file: &&SourceFile| file.path.starts_with("fuzz/src/") || file.name() == "fuzzing.rs";
    let targets: Vec<&SourceFile> = tree.files.iter().filter(is_target).collect();
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_rust() && !file.is_test()) {
        if !file.path.starts_with("crates/") {
            continue;
        }
        let code = blank(&file.text, Language::Rust).code;
        for (at, _) in code.match_indices("pub fn ") {
            let rest = code.get(at + "pub fn ".len()..).unwrap_or_default();
            let Some(name) = decoder_name(rest) else { continue };
            if !targets.iter().any(|target| has_word(&target.text, name)) {
                let line = code.get(..at).unwrap_or_default().lines().count();
                let message = format!("`{name}` reads bytes and no fuzz target calls it");
                found.push(Finding { rule: "fuzz-target", path: file.path.clone(), line, message });
            }
        }
    }
    found
}

/// The name of the function whose text begins here, if it is a decoder.
fn decoder_name(text: &str) -> Option<&str> {
    let name = text.get(..text.find(|letter| !is_word(letter))?)?;
    let signature: &str = text.split('{').next()?;
    let takes_bytes = BYTES.iter().any(|bytes| signature.contains(bytes));
    let is_named_so = name.starts_with("parse") || name.starts_with("decode");
    (is_named_so && takes_bytes && signature.len() <= SIGNATURE_BYTES_MAX).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, target: &str, count: usize) {
        let files = [("crates/a/src/b.rs", code), ("fuzz/src/main.rs", target)];
        assert_eq!(have_targets(&Tree::of(&files)).len(), count, "{code}");
    }

    #[test]
    fn a_decoder_needs_a_target() {
        let decoder = "pub fn parse_flow(\n    message: Message<'_>,\n) -> Option<Flow> {";
        check(decoder, "", 1);
        check(decoder, "parse_flow(bytes)", 0);
        check(decoder, "parse_flows(bytes)", 1);
        check("pub fn decode(bytes: &[u8]) {", "", 1);
        check("pub fn encode(bytes: &[u8]) {", "", 0);
        check("pub fn parse_word(text: &str) {}\npub fn sum(bytes: &[u8]) {}", "", 0);
    }
}
