//! How long files, lines and components may get.
//!
//! The length of functions is clippy's business, that of TypeScript lines biome's.

use super::Finding;
use crate::code::{Language, blank};
use crate::tree::{SourceFile, Tree};

const RUST_LINES_MAX: usize = 600;
const TYPESCRIPT_LINES_MAX: usize = 400;
const COMPONENT_LINES_MAX: usize = 150;
const LINE_LETTERS_MAX: usize = 100;

/// Rust files end by line 600, TypeScript files by line 400.
pub fn file_lengths(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        let lines_max = match file {
            file if file.is_rust() => RUST_LINES_MAX,
            // What is generated nobody reads from top to bottom.
            file if file.path.ends_with("/generated.ts") => continue,
            file if file.is_typescript() => TYPESCRIPT_LINES_MAX,
            _ => continue,
        };
        let lines = file.text.lines().count();
        if lines > lines_max {
            let message = format!("{lines} lines, {lines_max} is the limit: split it by subject");
            found.push(finding("file-length", file, 0, message));
        }
    }
    found
}

/// Lines of Rust end by column 100; lines inside a string literal are data.
pub fn line_widths(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_rust()) {
        let code = blank(&file.text, Language::Rust).code;
        for (index, (line, code)) in file.text.lines().zip(code.lines()).enumerate() {
            let letters = line.chars().count();
            let data = code.trim().is_empty() && !line.trim_start().starts_with("//");
            if letters > LINE_LETTERS_MAX && !data && !line.contains("://") {
                let message = format!("{letters} letters, {LINE_LETTERS_MAX} is the limit");
                found.push(finding("line-width", file, index + 1, message));
            }
        }
    }
    found
}

/// A function at the left margin of a `.tsx` file, which is what a component is, has 150 lines.
pub fn component_lengths(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".tsx")) {
        let mut start = None;
        for (index, line) in file.text.lines().enumerate() {
            if line.starts_with("function ") || line.starts_with("export function ") {
                start = Some(index);
            }
            if line != "}" {
                continue;
            }
            let lines = start.take().map_or(0, |start| index - start + 1);
            if lines > COMPONENT_LINES_MAX {
                let message =
                    format!("a component of {lines} lines, {COMPONENT_LINES_MAX} is the limit");
                found.push(finding("component-length", file, index + 2 - lines, message));
            }
        }
    }
    found
}

fn finding(rule: &'static str, file: &SourceFile, line: usize, message: String) -> Finding {
    Finding { rule, path: file.path.clone(), line, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&Tree) -> Vec<Finding>, path: &str, text: &str, lines: &[usize]) {
        let found = rule(&Tree::of(&[(path, text)]));
        let found: Vec<usize> = found.iter().map(|finding| finding.line).collect();
        assert_eq!(found, lines, "{path}");
    }

    #[test]
    fn long_files_are_found() {
        check(file_lengths, "a.rs", &"x\n".repeat(600), &[]);
        check(file_lengths, "a.rs", &"x\n".repeat(601), &[0]);
        check(file_lengths, "a.ts", &"x\n".repeat(401), &[0]);
        check(file_lengths, "a.json", &"x\n".repeat(9000), &[]);
    }

    #[test]
    fn wide_lines_are_found() {
        let wide = "x".repeat(101);
        check(line_widths, "a.rs", &format!("fine\n{wide}"), &[2]);
        check(line_widths, "a.rs", &format!("// {wide}"), &[1]);
        check(line_widths, "a.rs", &format!("r#\"\n{wide}\n\"#"), &[]);
        check(line_widths, "a.md", &wide, &[]);
    }

    #[test]
    fn long_components_are_found() {
        let body = "  x;\n".repeat(149);
        check(component_lengths, "a.tsx", &format!("\nexport function A() {{\n{body}}}\n"), &[2]);
        check(component_lengths, "a.tsx", "function A() {\n}\n", &[]);
    }
}
