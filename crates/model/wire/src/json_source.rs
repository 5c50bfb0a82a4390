//! Reading JSON by pulling, straight from the bytes, so that no tree of values is ever built.

use crate::limits::Account;
use crate::source::Source;
use crate::{DecodeError, Limits};
use scope_report::Timestamp;
use std::borrow::Cow;

pub(crate) struct JsonSource<'a> {
    bytes: &'a [u8],
    at: usize,
    account: Account,
}

impl<'a> JsonSource<'a> {
    pub(crate) fn new(bytes: &'a [u8], limits: &Limits) -> Self {
        Self { bytes, at: 0, account: Account::new(limits) }
    }

    /// Refuses bytes after the report.
    pub(crate) fn finish(mut self) -> Result<(), DecodeError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.malformed("bytes after the end of the report")),
        }
    }

    fn malformed(&self, problem: &'static str) -> DecodeError {
        DecodeError::Malformed { offset: self.at, problem }
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next byte that is no white space, not consumed.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.rest();
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        let blanks = blank.count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    /// Consumes `byte` if it is next.
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, byte: u8, problem: &'static str) -> Result<(), DecodeError> {
        if self.eat(byte) { Ok(()) } else { Err(self.malformed(problem)) }
    }

    /// Consumes `word` if it is next.
    fn eat_word(&mut self, word: &str) -> bool {
        self.peek();
        let found = self.rest().starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    /// The characters of a number.
    fn number(&mut self) -> Result<&'a str, DecodeError> {
        self.peek();
        let rest = self.rest();
        let is_numeric = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let len = rest.iter().take_while(|byte| is_numeric(byte)).count();
        let digits = rest.get(..len).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits {
            Some(digits) if len > 0 => {
                self.at += len;
                Ok(digits)
            }
            _ => Err(self.malformed("expected a number")),
        }
    }

    fn quoted(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        self.expect(b'"', "expected a string")?;
        let rest = self.rest();
        let plain = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
        self.account.check_string(plain)?;
        match rest.get(plain) {
            Some(b'"') => {
                self.at += plain + 1;
                Ok(String::from_utf8_lossy(rest.get(..plain).unwrap_or_default()))
            }
            Some(_) => self.escaped().map(Cow::Owned),
            None => Err(self.malformed("a string does not end")),
        }
    }

    /// The rest of a string that holds a backslash.
    fn escaped(&mut self) -> Result<String, DecodeError> {
        let mut bytes = Vec::new();
        loop {
            let rest = self.rest();
            let plain = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
            bytes.extend_from_slice(rest.get(..plain).unwrap_or_default());
            self.account.check_string(bytes.len())?;
            self.at += plain + 1;
            match rest.get(plain) {
                Some(b'"') => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Some(_) => {
                    let letter = self.escape()?;
                    bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                }
                None => return Err(self.malformed("a string does not end")),
            }
        }
    }

    /// The character after a backslash.
    fn escape(&mut self) -> Result<char, DecodeError> {
        let byte = self.rest().first().copied();
        self.at += 1;
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => self.unicode_escape()?,
            _ => return Err(self.malformed("an unknown escape in a string")),
        })
    }

    /// The character of `\uXXXX`, or of two of them that form a surrogate pair; half a pair becomes
    /// U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, DecodeError> {
        let high = self.hex4()?;
        if !(0xd800..0xdc00).contains(&high) || !self.rest().starts_with(b"\\u") {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before_low = self.at;
        self.at += 2;
        let low = self.hex4()?;
        if (0xdc00..0xe000).contains(&low) {
            let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        self.at = before_low;
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex4(&mut self) -> Result<u32, DecodeError> {
        let digits = self.rest().get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let code = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.malformed("expected four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }
}

impl<'a> Source<'a> for JsonSource<'a> {
    fn map(
        &mut self,
        mut entry: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        if self.eat_word("null") {
            return Ok(());
        }
        self.expect(b'{', "expected a map")?;
        self.account.enter()?;
        let mut ended = self.eat(b'}');
        while !ended {
            let key = self.quoted()?;
            self.expect(b':', "expected a colon after a key")?;
            entry(self, key)?;
            ended = self.eat(b'}');
            if !ended {
                self.expect(b',', "expected a comma or the end of a map")?;
            }
        }
        self.account.leave();
        Ok(())
    }

    fn list(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        if self.eat_word("null") {
            return Ok(());
        }
        self.expect(b'[', "expected a list")?;
        self.account.enter()?;
        let mut ended = self.eat(b']');
        while !ended {
            item(self)?;
            ended = self.eat(b']');
            if !ended {
                self.expect(b',', "expected a comma or the end of a list")?;
            }
        }
        self.account.leave();
        Ok(())
    }

    fn text(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        if self.eat_word("null") { Ok(Cow::Borrowed("")) } else { self.quoted() }
    }

    fn float(&mut self) -> Result<f64, DecodeError> {
        if self.eat_word("null") {
            return Ok(0.0);
        }
        self.number()?.parse().map_err(|_| self.malformed("expected a number"))
    }

    #[expect(clippy::cast_possible_truncation, reason = "`as` on floats takes the nearest bound")]
    fn integer(&mut self) -> Result<i64, DecodeError> {
        let start = self.at;
        if self.eat_word("null") {
            return Ok(0);
        }
        if let Ok(value) = self.number()?.parse() {
            return Ok(value);
        }
        self.at = start;
        Ok(self.float()? as i64)
    }

    #[expect(clippy::cast_possible_truncation, reason = "`as` on floats takes the nearest bound")]
    #[expect(clippy::cast_sign_loss, reason = "`as` on floats takes the nearest bound")]
    fn unsigned(&mut self) -> Result<u64, DecodeError> {
        let start = self.at;
        if self.eat_word("null") {
            return Ok(0);
        }
        if let Ok(value) = self.number()?.parse() {
            return Ok(value);
        }
        self.at = start;
        Ok(self.float()? as u64)
    }

    fn flag(&mut self) -> Result<bool, DecodeError> {
        if self.eat_word("true") {
            Ok(true)
        } else if self.eat_word("false") || self.eat_word("null") {
            Ok(false)
        } else {
            Err(self.malformed("expected a boolean"))
        }
    }

    fn timestamp(&mut self) -> Result<Timestamp, DecodeError> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(Timestamp::ZERO);
        }
        text.parse().map_err(|_| self.malformed("expected an instant"))
    }

    fn skip(&mut self) -> Result<(), DecodeError> {
        match self.peek() {
            Some(b'{') => self.map(|source, _| source.skip()),
            Some(b'[') => self.list(Self::skip),
            Some(b'"') => self.quoted().map(drop),
            Some(b't' | b'f') => self.flag().map(drop),
            _ => self.float().map(drop),
        }
    }

    fn account(&mut self) -> &mut Account {
        &mut self.account
    }
}
