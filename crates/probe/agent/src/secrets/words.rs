//! A command line: its arguments, and the words of those that hold a line of their own.

use super::names::{self, NameKind, kind};
use super::programs::{Form, Running};
use super::values::is_secret;
use super::{Found, pairs, shapes};
use std::ops::Range;

/// A value that the next argument is to be.
#[derive(Clone, Copy, Debug)]
enum Expected {
    Named(NameKind),
    Formed(Form),
}

/// Options of `kubectl create secret` and the like: `--from-literal=name=secret`.
const LITERALS: [&str; 2] = ["from-literal", "secret-literal"];

/// Finds the secrets in `line`, whose arguments are at `places`.
pub(super) fn find(line: &str, places: &[Range<usize>], found: &mut Found) {
    shapes::find_pem(line, found);
    options(line, places, places.len() == 1, found);
    let mut before = "";
    for place in places {
        let argument = line.get(place.clone()).unwrap_or_default();
        let is_line = argument.contains(char::is_whitespace);
        // What a shell runs, and what a process made its whole command line.
        let is_script = is_line && (places.len() == 1 || takes_script(before));
        if is_line {
            let words = words(argument, place.start);
            options(line, &words, false, found);
            if is_script {
                for word in &words {
                    let word = unquoted(line, word);
                    let text = line.get(word.clone()).unwrap_or_default();
                    shapes::find(text, word.start, found);
                    pairs::find(text, word.start, found);
                }
            }
        }
        shapes::find(argument, place.start, found);
        if !is_script || places.len() == 1 {
            pairs::find(argument, place.start, found);
        }
        before = argument;
    }
}

/// `-c`, `-lc`, `-exc`: the next argument is a line for a shell.
fn takes_script(option: &str) -> bool {
    let letters = option.strip_prefix('-').unwrap_or_default();
    letters.len() <= 5
        && letters.ends_with('c')
        && letters.bytes().all(|it| it.is_ascii_lowercase())
}

/// Finds what options and assignments say; those that hold a line are left to their words.
fn options(line: &str, places: &[Range<usize>], is_alone: bool, found: &mut Found) {
    let mut running = Running::default();
    let mut expected: Option<Expected> = None;
    let mut before = "";
    for place in places {
        let place = unquoted(line, place);
        let word = line.get(place.clone()).unwrap_or_default();
        let is_line = word.contains(char::is_whitespace) && (is_alone || takes_script(before));
        let is_first = before.is_empty();
        before = word;
        if let Some(own) = expected.take()
            && !is_option(word)
        {
            let range = match own {
                Expected::Named(kind) => is_secret(kind, word).then_some(0..word.len()),
                Expected::Formed(form) => formed(form, word),
            };
            push(range, place.start, found);
            continue;
        }
        if is_line {
            continue;
        }
        if word.starts_with('-') || word.starts_with("/p:") {
            expected = option(word, running, place.start, found);
        } else {
            running.note(word, is_first);
            push(plain(word, running), place.start, found);
        }
    }
}

/// An option: its value is in it, or in the next argument.
fn option(word: &str, running: Running, base: usize, found: &mut Found) -> Option<Expected> {
    if let Some((form, at)) = running.attached(word) {
        let range = formed(form, word.get(at..).unwrap_or_default());
        push(range.map(|range| at + range.start..at + range.end), base, found);
    }
    let Some((name, value)) = word.split_once('=') else {
        let name = word.trim_start_matches('-');
        let own = kind(name);
        let is_named = own != NameKind::Plain && !names::is_switch(name) && name.len() > 1;
        let by_form = running.option(word).map(Expected::Formed);
        return by_form.or_else(|| is_named.then_some(Expected::Named(own)));
    };
    let start = word.len() - value.len();
    let bare = name.trim_start_matches('-');
    if LITERALS.contains(&bare) {
        let range = value.find('=').map(|at| start + at + 1..word.len());
        push(range, base, found);
    } else if is_secret(kind(bare), value) {
        push(Some(start..word.len()), base, found);
    } else if let Some((inner, rest)) = value.split_once('=')
        && is_name(inner)
        && is_secret(kind(inner), rest)
    {
        // `--env=DB_PASSWORD=…`
        push(Some(word.len() - rest.len()..word.len()), base, found);
    }
    None
}

/// What is no option: `NAME=value`, `name:password@host`, `token@host` of our own program.
fn plain(word: &str, running: Running) -> Option<Range<usize>> {
    if let Some((name, value)) = word.split_once('=')
        && is_name(name)
    {
        let is_value = is_secret(kind(name), value) && !names::is_folder(name, value);
        return is_value.then(|| word.len() - value.len()..word.len());
    }
    // `openssl -passin pass:…`
    if let Some(secret) = word.strip_prefix("pass:") {
        return Some(word.len() - secret.len()..word.len());
    }
    if let Some(range) = shapes::password_before_host(word) {
        return Some(range);
    }
    let bare = word.split_once("://").map_or(word, |(_, rest)| rest);
    let token = bare.rsplit_once('@').map_or("", |(token, _)| token);
    let start = word.len() - bare.len();
    (running.shows_token() && !token.is_empty()).then(|| start..start + token.len())
}

/// The secret part of a value.
fn formed(form: Form, value: &str) -> Option<Range<usize>> {
    let after = |sign| value.find(sign).map(|at| at + 1..value.len());
    let range = match form {
        Form::Attached | Form::Next | Form::Separate => Some(0..value.len()),
        // Without a sign it is a file of cookies.
        Form::Cookies => value.contains('=').then_some(0..value.len()),
        Form::AfterColon => after(':').or_else(|| after(',')),
        Form::AfterPercent => after('%'),
    };
    let secret = |range: &Range<usize>| value.get(range.clone()).unwrap_or_default();
    range.filter(|range| is_secret(NameKind::Password, secret(range)))
}

fn push(range: Option<Range<usize>>, base: usize, found: &mut Found) {
    found.extend(range.map(|range| base + range.start..base + range.end));
}

/// Whether an argument is certainly an option and no value: `-x`, `--name`, `--name=value`.
fn is_option(word: &str) -> bool {
    let name = word.split_once('=').map_or(word, |(name, _)| name);
    match name.strip_prefix("--") {
        Some(long) => {
            let is_part = |byte: u8| byte.is_ascii_lowercase() || b"-._".contains(&byte);
            long.starts_with(|it: char| it.is_ascii_lowercase()) && long.bytes().all(is_part)
        }
        None => {
            let letter = word.strip_prefix('-').unwrap_or_default();
            letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_alphabetic())
        }
    }
}

/// A variable, or a property with dots.
fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

/// The place without the quotes around it.
fn unquoted(line: &str, place: &Range<usize>) -> Range<usize> {
    let word = line.get(place.clone()).unwrap_or_default();
    for quote in ['"', '\''] {
        let inner = word.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if inner.is_some() {
            return place.start + 1..place.end - 1;
        }
    }
    place.clone()
}

/// The words of a line; blanks in quotes belong to their word. A quote without an end is a letter.
fn words(text: &str, base: usize) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    // Behind these a quote has no end, so nobody looks for it again.
    let last = |quote| text.rfind(quote).unwrap_or_default();
    let (last_single, last_double) = (last('\''), last('"'));
    let mut words = Vec::new();
    let mut start: Option<usize> = None;
    let mut quote: Option<u8> = None;
    for (at, byte) in bytes.iter().enumerate() {
        match quote {
            Some(own) => {
                if *byte == own {
                    quote = None;
                }
            }
            None if byte.is_ascii_whitespace() => {
                words.extend(start.take().map(|start| base + start..base + at));
            }
            None => {
                start.get_or_insert(at);
                let ends = match byte {
                    b'\'' => at < last_single,
                    b'"' => at < last_double,
                    _ => false,
                };
                quote = ends.then_some(*byte);
            }
        }
    }
    words.extend(start.map(|start| base + start..base + bytes.len()));
    words
}
