//! Text of strangers in a line for a person.
//!
//! A name may hold what a terminal obeys, a line break that makes one line of a log two, or marks
//! that turn the order of letters around. Where text goes to a terminal or into a log it passes
//! here. Where it goes on as data (JSON, MessagePack) it stays as it is.

use std::borrow::Cow;

/// Whether a letter only shows itself: neither a control character nor an invisible one, nor one
/// that reorders others (Unicode's `Bidi_Control` and the like).
pub fn is_printable(letter: char) -> bool {
    let is_invisible = matches!(
        letter,
        '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    !letter.is_control() && !is_invisible
}

/// The text with all other letters written as in source: `\n`, `\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_printable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_printable(letter) {
            shown.push(letter);
        } else {
            shown.extend(letter.escape_default());
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        let check = |text: &str, expect: &str| assert_eq!(printable(text), expect);
        check(
            "gr\u{f6}\u{df}e \u{20ac} \"x\" \\n \u{1f600}",
            "gr\u{f6}\u{df}e \u{20ac} \"x\" \\n \u{1f600}",
        );
        check("\u{1b}]0;own\u{7}", "\\u{1b}]0;own\\u{7}");
        check("a\nforged\r\tx", "a\\nforged\\r\\tx");
        check("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}");
        check("abc\u{202e}fdp", "abc\\u{202e}fdp");
        check("\u{2028}\u{feff}\u{200b}\u{2066}", "\\u{2028}\\u{feff}\\u{200b}\\u{2066}");
    }
}
