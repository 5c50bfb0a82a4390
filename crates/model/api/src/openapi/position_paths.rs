//! Where nodes have been put, in the description of the API.

use super::{answer, content, failure, reference};
use crate::{Pin, Positions};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// The paths by which readers share where they have put nodes.
pub(super) fn position_paths(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let described = answer::<Positions>(generator);
    let pins = Value::from(generator.subschema_for::<Vec<Pin>>());
    let body = json!({"application/json": {"schema": {
        "type": "object",
        "required": ["pins"],
        "properties": {"pins": pins},
    }}});
    let picture = || json!([reference("parameters", "picture")]);
    let paths = json!({
        "/api/positions/{picture}": {
            "get": {
                "operationId": "positions",
                "summary": "Where readers have put nodes on a picture of the map.",
                "parameters": picture(),
                "responses": {"200": described},
            },
            "put": {
                "operationId": "putPositions",
                "summary": "Replaces where readers have put nodes; kept while the app runs.",
                "parameters": picture(),
                "requestBody": {"required": true, "content": body},
                "responses": {
                    "200": content("application/json", reference("schemas", "Positions")),
                    "400": failure("No positions, too many, or too far out."),
                    "403": failure("Asked for by a page of another site."),
                },
            },
        },
    });
    match paths {
        Value::Object(paths) => paths,
        _ => Map::new(),
    }
}
