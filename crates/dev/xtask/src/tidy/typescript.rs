//! The layers of the web client, and the one door of its effects and looks.
//!
//! `main → screens, panels → state, canvas, terminal, ui → domain → api`: a folder imports itself
//! and what is to its right. `ui` imports no other. All but `api` may use the words of `text`,
//! which imports none. `domain`, `canvas` and `terminal` know no React, so they can be tested and
//! reused without a page. What biome checks (formatting, hooks) is left to it.

use super::Finding;
use crate::code::{Blanked, Language, blank, is_word, word_at};
use crate::tree::{SourceFile, Tree};

const SOURCE: &str = "web/src/";
const TOKENS: &str = "web/src/ui/tokens.css";

/// A folder of `web/src` and those it may import besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("screens", &["panels", "state", "canvas", "terminal", "ui", "domain", "api", "text"]),
    ("panels", &["screens", "state", "canvas", "terminal", "ui", "domain", "api", "text"]),
    ("state", &["canvas", "ui", "domain", "api", "text"]),
    ("canvas", &["state", "ui", "domain", "api", "text"]),
    ("terminal", &["domain", "text"]),
    ("ui", &["text"]),
    ("domain", &["api", "text"]),
    ("api", &[]),
    ("text", &[]),
];

/// Folders that must not know the page's framework.
const WITHOUT_REACT: &[&str] = &["api", "canvas", "domain", "terminal", "text"];

/// Effects and the folders that may have them.
const EFFECTS: &[(&str, &[&str])] = &[
    ("fetch", &["api", "state"]),
    ("WebSocket", &["api", "state"]),
    ("setTimeout", &["api", "state"]),
    ("setInterval", &["api", "state"]),
    // The chosen language is known before anything else is.
    ("localStorage", &["api", "state", "text"]),
    ("sessionStorage", &["api", "state"]),
    ("requestAnimationFrame", &["api", "state", "canvas"]),
];

/// Imports point to the right in the layers; a test may look at what it needs.
pub fn imports(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, _, text) in sources(tree).filter(|(_, test, _)| !test) {
        let layer = layer_of(&file.path);
        for (index, line) in text.code_and_strings.lines().enumerate() {
            let Some(target) = imported(line) else {
                continue;
            };
            let react = target == "react" || target.starts_with("react-dom");
            if react && WITHOUT_REACT.contains(&layer) {
                found.push(finding("ts-layers", file, index, format!("`{layer}` knows no React")));
            }
            let Some(to) = resolve(&file.path, target) else {
                continue;
            };
            let allowed = LAYERS.iter().find(|(name, _)| *name == layer);
            let to = layer_of(&to).to_owned();
            let known = LAYERS.iter().any(|(name, _)| *name == to);
            if known && to != layer && allowed.is_some_and(|(_, to_list)| !to_list.contains(&&*to))
            {
                let message = format!("`{layer}` may not import from `{to}`");
                found.push(finding("ts-layers", file, index, message));
            }
        }
    }
    found
}

/// No `any`, no default export, no `export *`.
pub fn loose_code(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, _, text) in sources(tree) {
        for (index, line) in text.code.lines().enumerate() {
            let trimmed = line.trim_start();
            if is_any_type(line) {
                found.push(finding("ts-loose", file, index, "`any` hides what it is".to_owned()));
            }
            if trimmed.starts_with("export default") || trimmed.starts_with("export * ") {
                let message = "export by name, each from its own file".to_owned();
                found.push(finding("ts-loose", file, index, message));
            }
        }
    }
    found
}

/// Requests, sockets, timers and storage are used in `api` and `state` only.
pub fn effects(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, test, text) in sources(tree) {
        let layer = layer_of(&file.path);
        for (index, line) in text.code.lines().enumerate() {
            for (effect, allowed) in EFFECTS {
                if !test && !allowed.contains(&layer) && is_global(line, effect) {
                    let message = format!("`{effect}` is used in {} only", allowed.join(", "));
                    found.push(finding("ts-effects", file, index, message));
                }
            }
        }
    }
    found
}

/// Colours are written in `ui/tokens.css` and named elsewhere.
pub fn colours(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut judge = |file: &SourceFile, text: &str, quoted: bool| {
        for (index, line) in text.lines().enumerate() {
            if has_colour(line, quoted) {
                let message = format!("colours are written in {TOKENS} only");
                found.push(finding("ts-colours", file, index, message));
            }
        }
    };
    for (file, test, text) in sources(tree) {
        if !test {
            judge(file, &text.code_and_strings, true);
        }
    }
    for file in &tree.files {
        if file.path.starts_with(SOURCE) && file.path.ends_with(".css") && file.path != TOKENS {
            judge(file, &file.text, false);
        }
    }
    found
}

/// TypeScript files of the client: whether each is a test, and its text.
fn sources(tree: &Tree) -> impl Iterator<Item = (&SourceFile, bool, Blanked)> {
    let own = |file: &&SourceFile| file.path.starts_with(SOURCE) && file.is_typescript();
    tree.files
        .iter()
        .filter(own)
        .map(|file| (file, file.is_test(), blank(&file.text, Language::TypeScript)))
}

/// The folder below `web/src`; blank for a file right in it.
fn layer_of(path: &str) -> &str {
    let below = path.strip_prefix(SOURCE).unwrap_or_default();
    below.split_once('/').map_or("", |(layer, _)| layer)
}

/// The module that a line imports or exports from.
fn imported(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    let rest = if let Some((_, rest)) = line.split_once(" from ") {
        rest
    } else if let Some((_, rest)) = line.split_once("import(") {
        rest
    } else {
        trimmed.strip_prefix("import ")?
    };
    let quote = rest.trim_start().chars().next().filter(|letter| "\"'".contains(*letter))?;
    rest.split(quote).nth(1)
}

/// `web/src/panels/a.ts` and `../ui/b` make `web/src/ui/b`; packages make nothing.
fn resolve(from: &str, target: &str) -> Option<String> {
    if !target.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn is_any_type(line: &str) -> bool {
    let Some(at) = word_at(line, "any") else {
        return false;
    };
    let before = line.get(..at).unwrap_or_default().trim_end();
    before.ends_with([':', '<', '|', '&', ',']) || crate::code::has_word(before, "as")
}

/// `name` stands in `line` as the global, not as somebody's property or a type's member.
fn is_global(line: &str, name: &str) -> bool {
    let Some(at) = word_at(line, name) else {
        return false;
    };
    let before = line.get(..at).unwrap_or_default();
    let owner = before
        .strip_suffix('.')
        .map(|owner| owner.rsplit(|letter| !is_word(letter)).next().unwrap_or_default());
    owner.is_none_or(|owner| ["window", "globalThis", "self"].contains(&owner))
}

fn has_colour(line: &str, quoted: bool) -> bool {
    let function = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "oklab("];
    function.iter().any(|name| {
        line.match_indices(name).any(|(at, _)| {
            let before = line.get(..at).and_then(|part| part.chars().next_back());
            !before.is_some_and(is_word)
        })
    }) || line.match_indices('#').any(|(at, _)| {
        let rest = line.get(at + 1..).unwrap_or_default();
        let end = rest.find(|letter: char| !letter.is_ascii_hexdigit()).unwrap_or(rest.len());
        let after = rest.get(end..).and_then(|part| part.chars().next());
        let before = line.get(..at).and_then(|part| part.chars().next_back());
        let is_quote = |letter: Option<char>| letter.is_some_and(|letter| "\"'`".contains(letter));
        let framed = if quoted {
            is_quote(before) && is_quote(after)
        } else {
            before.is_some_and(|letter| " :,(".contains(letter))
                && after.is_none_or(|letter| " ;,)}!".contains(letter))
                && line.get(..at).unwrap_or_default().contains(':')
        };
        framed && [3, 4, 6, 8].contains(&end)
    })
}

fn finding(rule: &'static str, file: &SourceFile, index: usize, message: String) -> Finding {
    Finding { rule, path: file.path.clone(), line: index + 1, message }
}

#[cfg(test)]
mod tests;
