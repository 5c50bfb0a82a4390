//! The past, in the description of the API.

use super::{answer, get};
use crate::HistoryAnswer;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// The path by which clients learn what `timestamp` can ask for.
pub(super) fn history_paths(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let summary = "The moments that `timestamp` can ask for, and what happened between them.";
    let paths = json!({
        "/api/history": {"get": get("history", summary, &[], answer::<HistoryAnswer>(generator))},
    });
    match paths {
        Value::Object(paths) => paths,
        _ => Map::new(),
    }
}
