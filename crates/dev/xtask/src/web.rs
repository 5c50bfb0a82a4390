//! The web client: the layout as wasm, then Vite's build, only when an input is newer.

use crate::step::{run, step};
use crate::tree::target_directory;
use anyhow::{Context, Result};
use std::path::Path;
use std::time::SystemTime;

const WASM_BUILT: &str = "wasm32-unknown-unknown/wasm/scope_layout_wasm.wasm";
const WASM_PLACE: &str = "web/src/generated/layout.wasm";

/// Written when the client was built; what is newer than it makes a build needed.
const STAMP: &str = "web/dist/.stamp";

/// What the client is built from.
const INPUTS: &[&str] = &[
    "web/index.html",
    "web/package.json",
    "web/package-lock.json",
    "web/public",
    "web/src",
    "web/tsconfig.json",
    "web/vite.config.ts",
];

/// Builds `web/dist` unless it is fresh.
pub fn build(root: &Path) -> Result<()> {
    crate::setup::run(root, false)?;
    layout(root)?;
    if is_fresh(root) {
        println!("=> web client: web/dist is fresh");
        return Ok(());
    }
    step("web client: npm run build", || {
        run(&root.join("web"), "npm run --silent build")?;
        std::fs::write(root.join(STAMP), "").context("write the stamp of web/dist")
    })
}

/// Builds the layout as wasm and puts it where the client imports it.
pub fn layout(root: &Path) -> Result<()> {
    step("layout as wasm", || {
        run(
            root,
            "cargo build --quiet --profile wasm --package scope-layout-wasm \
             --target wasm32-unknown-unknown",
        )?;
        let built = target_directory(root)?.join(WASM_BUILT);
        let bytes = std::fs::read(&built).with_context(|| format!("read {}", built.display()))?;
        let place = root.join(WASM_PLACE);
        // An unchanged file keeps its date, so the client is not built again for it.
        if std::fs::read(&place).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        if let Some(folder) = place.parent() {
            std::fs::create_dir_all(folder).context("make web/src/generated")?;
        }
        std::fs::write(&place, bytes).with_context(|| format!("write {WASM_PLACE}"))
    })
}

fn is_fresh(root: &Path) -> bool {
    let Some(stamp) = changed_at(&root.join(STAMP)) else {
        return false;
    };
    let newest = INPUTS.iter().filter_map(|input| newest_below(&root.join(input))).max();
    newest.is_some_and(|newest| newest <= stamp)
}

/// When the newest file at or below `path` changed.
fn newest_below(path: &Path) -> Option<SystemTime> {
    let Ok(folder) = std::fs::read_dir(path) else {
        return changed_at(path);
    };
    let below = folder.flatten().filter_map(|entry| newest_below(&entry.path()));
    // The folder's own date tells of files taken away.
    below.chain(changed_at(path)).max()
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
