//! Controls and pipes in the description of the API.

use super::{content, failure, missing, reference};
use serde_json::{Map, Value, json};

/// The paths by which nodes are acted on.
pub(super) fn control_paths() -> Map<String, Value> {
    let operation = |id: &str, summary: &str, parameters: &[&str], responses: Value| {
        let parameters = parameters.iter().map(|name| reference("parameters", name));
        json!({
            "operationId": id,
            "summary": summary,
            "parameters": parameters.collect::<Vec<_>>(),
            "responses": responses,
        })
    };
    let upgraded = || {
        json!({
            "101": {"description": "Upgraded."},
            "400": failure("No websocket."),
            "403": failure("Asked for by a page of another site."),
            "404": failure("The pipe is closed."),
            "503": failure("Too many pipes are open; try again later."),
        })
    };
    let close = |id: &str| {
        let responses = json!({
            "200": {"description": "Closed; the body is empty."},
            "403": failure("Asked for by a page of another site."),
        });
        operation(id, "Closes a pipe at both ends.", &["pipe"], responses)
    };
    let paths = json!({
        "/api/control/ws": {"get": operation("registerProbe",
            "A websocket over which a probe takes controls, named by `X-Scope-Probe-ID`.", &[],
            json!({
                "101": {"description": "Upgraded."},
                "400": failure("No websocket, or no `X-Scope-Probe-ID`."),
                "403": failure("Asked for by a page of another site."),
                "503": failure("Too many probes are connected; try again later."),
            }))},
        "/api/control/{probe}/{id}/{control}": {"post": run()},
        "/api/pipe/{pipe}": {
            "get": operation("pipe",
                "A websocket of the bytes of a terminal or log: binary frames to the browser, \
                 text or binary ones to the program. With `replay`, the last 64 KiB of its \
                 output come first.", &["pipe", "replay"], upgraded()),
            "delete": close("closePipe"),
            "post": close("closePipeByPost"),
        },
        "/api/pipe/{pipe}/probe": {"get": operation("pipeProbe", "The probe's end of a pipe.",
            &["pipe"], upgraded())},
        "/api/pipe/{pipe}/check": {"get": operation("checkPipe",
            "Whether a pipe is not closed; one nobody heard of is not.", &["pipe"], json!({
                "204": {"description": "It is not closed."},
                "404": failure("It is closed."),
            }))},
    });
    match paths {
        Value::Object(paths) => paths,
        _ => Map::new(),
    }
}

fn run() -> Value {
    let parameters = ["probe", "id", "control"].map(|name| reference("parameters", name));
    json!({
        "operationId": "control",
        "summary": "Runs a control that a node lists, on the probe that lists it.",
        "parameters": parameters,
        "requestBody": {"required": false, "content": {"application/json": {"schema": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "examples": [{"pipeID": "pipe-1", "height": "40", "width": "120"}],
        }}}},
        "responses": {
            "200": content("application/json", reference("schemas", "ControlOutcome")),
            "400": failure("The control failed, its arguments are unreadable, or the probe is not \
                connected."),
            "403": failure("Whoever asks may not, the kind of control is off at the app or at the \
                probe, or a page of another site asked."),
            "404": missing(),
            "429": failure("Too many controls of the same person are under way."),
        },
    })
}

/// What a control answers.
pub(super) fn outcome_schema() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    json!({
        "type": "object",
        "description": "What came of a control.",
        "properties": {
            "value": {"description": "What a plugin answers beyond the rest."},
            "error": text("Why it failed; blank or absent in an answer with 200."),
            "pipe": text("The pipe that was opened."),
            "raw_tty": {"type": "boolean",
                "description": "The pipe is a terminal: keys and screen codes, not lines."},
            "resize_tty_control": text("The control that tells the terminal its size."),
            "removedNode": text("The node that is no more."),
        },
    })
}
