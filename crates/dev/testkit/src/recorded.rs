//! Recorded reports, read as the app reads them.

use scope_report::Report;
use scope_wire::{CONTENT_TYPE_JSON, Limits, decode};
use std::path::Path;

/// The report in a file of JSON under gzip.
pub fn report(path: &Path) -> Result<Report, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    decode(&bytes, CONTENT_TYPE_JSON, "gzip", &Limits::default())
        .map_err(|error| format!("{}: {error}", path.display()))
}
