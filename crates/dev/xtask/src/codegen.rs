//! Files made from the source: the description of the API and the web client's types of it.
//!
//! They are committed, so that a change of the contract shows in the diff. `codegen` writes them,
//! `codegen --check` and tidy compare them. What a reader should edit is `crates/model/api`.

mod typescript;

use crate::step::step;
use anyhow::{Context, Result, bail};
use std::path::Path;

/// A generated file, relative to the root, and what belongs into it.
pub struct Generated {
    /// Relative to the root.
    pub path: &'static str,
    /// All of it.
    pub text: String,
}

/// Every generated file.
pub fn files() -> Vec<Generated> {
    let document = scope_api::openapi();
    vec![
        Generated { path: "docs/api/openapi.json", text: format!("{document:#}\n") },
        Generated { path: "web/src/api/generated.ts", text: typescript::declarations(&document) },
    ]
}

/// Writes what is stale; with `check`, fails instead.
pub fn run(root: &Path, check: bool) -> Result<()> {
    step("codegen: docs/api/openapi.json, web/src/api/generated.ts", || {
        for Generated { path, text } in files() {
            let place = root.join(path);
            if std::fs::read_to_string(&place).is_ok_and(|there| there == text) {
                continue;
            }
            if check {
                bail!("{path} is stale: run `cargo xtask codegen`");
            }
            std::fs::write(&place, text).with_context(|| format!("write {path}"))?;
            println!("   wrote {path}");
        }
        Ok(())
    })
}
