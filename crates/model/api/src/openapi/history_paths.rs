//! The past and the operator's groups, in the description of the API.

use super::{answer, get};
use crate::{GroupsAnswer, HistoryAnswer};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// The paths by which clients learn what `timestamp` can ask for, and how nodes can be grouped.
pub(super) fn history_paths(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let summary = "The moments that `timestamp` can ask for, and what happened between them.";
    let groups = "The operator's own ways to group nodes (`--app.groups`), for clients to apply.";
    let paths = json!({
        "/api/groups": {"get": get("groups", groups, &[], answer::<GroupsAnswer>(generator))},
        "/api/history": {"get": get("history", summary, &[], answer::<HistoryAnswer>(generator))},
    });
    match paths {
        Value::Object(paths) => paths,
        _ => Map::new(),
    }
}
