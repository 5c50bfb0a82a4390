//! Source text with its comments and strings blanked out.
//!
//! The house rules look for words in code; a comment about `tokio` or a message with a brace must
//! not trip them. Blanking keeps every line and column where it was, so a finding can still name
//! its line. This is no parser: it knows where comments and strings end, and nothing else.

/// How comments, strings and quotes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Nested block comments, raw strings, lifetimes.
    Rust,
    /// Template strings, regular expressions, strings that end with the line.
    TypeScript,
}

/// A text twice: without comments, and without comments and strings.
#[derive(Debug, PartialEq, Eq)]
pub struct Blanked {
    /// Comments are spaces.
    pub code_and_strings: String,
    /// Comments and the insides of strings are spaces.
    pub code: String,
}

/// Blanks `text`.
pub fn blank(text: &str, language: Language) -> Blanked {
    let mut scanner = Scanner {
        chars: text.chars().collect(),
        at: 0,
        language,
        templates: Vec::new(),
        before: '\n',
        code_and_strings: String::with_capacity(text.len()),
        code: String::with_capacity(text.len()),
    };
    while scanner.peek(0).is_some() {
        scanner.step();
    }
    Blanked { code_and_strings: scanner.code_and_strings, code: scanner.code }
}

/// Whether `word` stands in `line` as a whole word.
pub fn has_word(line: &str, word: &str) -> bool {
    word_at(line, word).is_some()
}

/// Where `word` begins in `line` as a whole word.
pub fn word_at(line: &str, word: &str) -> Option<usize> {
    line.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = line.get(..*at).and_then(|part| part.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|part| part.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Whether `letter` can stand in an identifier.
pub fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    language: Language,
    /// Open braces within each `${` of the template strings around us.
    templates: Vec<u32>,
    /// The last letter of code that is no space: tells a regular expression from a division.
    before: char,
    code_and_strings: String,
    code: String,
}

impl Scanner {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            (Some('/'), Some('/')) => self.line_comment(),
            (Some('/'), Some('*')) => self.block_comment(),
            (Some('"'), _) => self.string('"'),
            (Some('\''), _) => self.single_quote(),
            (Some('`'), _) if self.language == Language::TypeScript => {
                self.keep();
                self.template();
            }
            (Some('/'), _) if self.starts_pattern() => self.pattern(),
            (Some('r'), Some('"' | '#')) if self.starts_raw_string() => self.raw_string(),
            (Some('{'), _) => {
                if let Some(depth) = self.templates.last_mut() {
                    *depth += 1;
                }
                self.keep();
            }
            (Some('}'), _) => self.closing_brace(),
            _ => self.keep(),
        }
    }

    fn keep(&mut self) {
        if let Some(letter) = self.peek(0) {
            self.code.push(letter);
            self.code_and_strings.push(letter);
            if !letter.is_whitespace() {
                self.before = letter;
            }
            self.at += 1;
        }
    }

    fn in_string(&mut self) {
        if let Some(letter) = self.peek(0) {
            self.code.push(if letter == '\n' { '\n' } else { ' ' });
            self.code_and_strings.push(letter);
            self.at += 1;
        }
    }

    fn in_comment(&mut self) {
        if let Some(letter) = self.peek(0) {
            let blank = if letter == '\n' { '\n' } else { ' ' };
            self.code.push(blank);
            self.code_and_strings.push(blank);
            self.at += 1;
        }
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|letter| letter != '\n') {
            self.in_comment();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_u32;
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) => return,
                (Some('/'), Some('*')) if depth == 0 || self.language == Language::Rust => {
                    depth += 1;
                    self.in_comment();
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.in_comment();
                    if depth == 0 {
                        return self.in_comment();
                    }
                }
                _ => {}
            }
            self.in_comment();
        }
    }

    fn string(&mut self, quote: char) {
        self.keep();
        while let Some(letter) = self.peek(0) {
            if letter == quote {
                return self.keep();
            }
            if letter == '\n' && self.language == Language::TypeScript {
                return;
            }
            if letter == '\\' {
                self.in_string();
            }
            self.in_string();
        }
    }

    /// A string in TypeScript; in Rust a character or the mark of a lifetime.
    fn single_quote(&mut self) {
        let character = self.peek(1) == Some('\\') || self.peek(2) == Some('\'');
        if self.language == Language::TypeScript || character {
            self.string('\'');
        } else {
            self.keep();
        }
    }

    fn starts_raw_string(&self) -> bool {
        if self.language != Language::Rust {
            return false;
        }
        let before = self.at.checked_sub(1).and_then(|at| self.chars.get(at)).copied();
        if before.is_some_and(|letter| is_word(letter) && letter != 'b' && letter != 'c') {
            return false;
        }
        let hashes = self.chars.iter().skip(self.at + 1).take_while(|c| **c == '#').count();
        self.peek(1 + hashes) == Some('"')
    }

    fn raw_string(&mut self) {
        self.keep();
        let mut hashes = 0;
        while self.peek(0) == Some('#') {
            hashes += 1;
            self.keep();
        }
        self.keep();
        while let Some(letter) = self.peek(0) {
            let closes = letter == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'));
            if closes {
                return (0..=hashes).for_each(|_| self.keep());
            }
            self.in_string();
        }
    }

    fn template(&mut self) {
        while let Some(letter) = self.peek(0) {
            match (letter, self.peek(1)) {
                ('`', _) => return self.keep(),
                ('$', Some('{')) => {
                    self.templates.push(0);
                    self.keep();
                    return self.keep();
                }
                ('\\', _) => {
                    self.in_string();
                    self.in_string();
                }
                _ => self.in_string(),
            }
        }
    }

    fn closing_brace(&mut self) {
        self.keep();
        match self.templates.last_mut() {
            Some(0) => {
                self.templates.pop();
                self.template();
            }
            Some(depth) => *depth -= 1,
            None => {}
        }
    }

    fn starts_pattern(&self) -> bool {
        self.language == Language::TypeScript && "(,=:[!&|?;".contains(self.before)
    }

    fn pattern(&mut self) {
        self.keep();
        let mut in_class = false;
        while let Some(letter) = self.peek(0) {
            match letter {
                '\n' => return,
                '/' if !in_class => return self.keep(),
                '[' => in_class = true,
                ']' => in_class = false,
                '\\' => self.in_string(),
                _ => {}
            }
            self.in_string();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, text: &str, code: &str) {
        assert_eq!(blank(text, language).code, code, "{text}");
    }

    #[test]
    fn rust_comments_and_strings_are_blanked() {
        use Language::Rust;
        check(Rust, "a // b\nc", "a     \nc");
        check(Rust, "a /* b /* c */ d */ e", "a                   e");
        check(Rust, r#"f("x\"y", 'z', '\'', 'a)"#, r#"f("    ", ' ', '  ', 'a)"#);
        check(Rust, "r#\"a\"b\"# c", "r#\"   \"# c");
        check(Rust, "for\"a\"", "for\" \"");
        check(Rust, "b'\\n' 'static", "b'  ' 'static");
    }

    #[test]
    fn typescript_templates_and_patterns_are_blanked() {
        use Language::TypeScript;
        check(TypeScript, "`a${b({c})}d` e", "` ${b({c})} ` e");
        check(TypeScript, "x = /a\"[/]b/ + 'c'", "x = /      / + ' '");
        check(TypeScript, "<p>Don't</p>\nfetch", "<p>Don'     \nfetch");
        check(TypeScript, "a / b / c", "a / b / c");
    }

    #[test]
    fn strings_stay_where_they_are_wanted() {
        let blanked = blank("a \"b\" // c", Language::Rust);
        assert_eq!(blanked.code_and_strings, "a \"b\"     ");
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("use rand::x", "rand"));
        assert!(!has_word("operand rand_x", "rand"));
    }
}
