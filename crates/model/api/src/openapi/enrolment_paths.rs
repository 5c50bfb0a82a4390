//! The enrolment of probes in the description of the API.

use super::{content, failure};
use serde_json::{Map, Value, json};

/// The paths by which probes get their certificates.
pub(super) fn enrolment_paths() -> Map<String, Value> {
    let text = |description: &str| json!({"type": "string", "description": description});
    let request = || text("A request for a certificate (PKCS #10) as PEM.");
    let operation = |id: &str, summary: &str, properties: Value, refused: &str| {
        let required: Vec<&String> =
            properties.as_object().into_iter().flat_map(Map::keys).collect();
        json!({"post": {
            "operationId": id,
            "summary": summary,
            "requestBody": {"required": true, "content": {"application/json": {"schema": {
                "type": "object",
                "required": required,
                "properties": properties,
            }}}},
            "responses": {
                "200": content("application/json", certified()),
                "400": failure("The request cannot be read."),
                "403": failure(refused),
                "404": failure("The app speaks no TLS, without which nobody can join."),
                "429": failure("Too many attempts from this address; try again in a minute."),
                "500": failure("The app failed; its log says how."),
            },
        }})
    };
    let join = json!({
        "secret": text("The secret of a join code, in URL-safe base64."),
        "probe_id": text("The id under which the probe reports."),
        "host_id": text("The name of its host on the map."),
        "request": request(),
    });
    let paths = json!({
        "/api/enrolment/join": operation("joinApp",
            "Gives a probe with a join code its certificate, over TLS.", join,
            "The code is unknown, expired or used, or another probe speaks for this host."),
        "/api/enrolment/renew": operation("renewCertificate",
            "Gives a probe that shows its certificate the next one.",
            json!({"request": request()}), "No certificate was shown that is good."),
    });
    match paths {
        Value::Object(paths) => paths,
        _ => Map::new(),
    }
}

fn certified() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let seconds = |description: &str| json!({"type": "integer", "description": description});
    json!({
        "type": "object",
        "required": ["certificate", "authority", "made_secs", "not_after_secs"],
        "properties": {
            "certificate": text("The probe's certificate as PEM."),
            "authority": text("The certificate of the app's authority as PEM."),
            "made_secs": seconds("When it was made, in seconds since 1970."),
            "not_after_secs": seconds("When it ends, in seconds since 1970."),
        },
    })
}
