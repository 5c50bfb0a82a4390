//! Patterns of rules: text in which `*` is any text.

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wildcard(String);

impl Wildcard {
    pub(crate) fn new(pattern: &str) -> Self {
        Self(pattern.to_owned())
    }

    /// Whether all of `text` is as the pattern says; capital letters count.
    ///
    /// The pieces between stars are looked for from left to right, each as early as can be, so the
    /// time is that of reading the text a few times whatever the pattern.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == text };
        let Some(mut text) = text.strip_prefix(first) else { return false };
        let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        for piece in middle.split('*').filter(|piece| !piece.is_empty()) {
            match text.split_once(piece) {
                Some((_, after)) => text = after,
                None => return false,
            }
        }
        text.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_any_text() {
        let check = |pattern: &str, text: &str, expect: bool| {
            assert_eq!(Wildcard::new(pattern).fits(text), expect, "{pattern} {text}");
        };
        check("web-1", "web-1", true);
        check("web-1", "web-12", false);
        check("web-*", "web-12", true);
        check("web-*", "db-1", false);
        check("*", "", true);
        check("*-eu-*-1", "web-eu-a-1", true);
        check("*-eu-*-1", "web-eu-1", false);
        check("a*a", "a", false);
        check("a**b", "ab", true);
        check("Web", "web", false);
        check("*a*a*a*a*a*b", &"a".repeat(10_000), false);
    }
}
