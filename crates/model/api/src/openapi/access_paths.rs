//! Signing in, and the audit log, in the description of the API.

use super::{answer, content, failure, reference};
use crate::{AuditPage, Me};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// The paths by which people sign in and admins look at what was done.
pub(super) fn access_paths(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let me = || reference("schemas", "Me");
    let described = answer::<Me>(generator);
    let credentials = json!({"application/json": {"schema": {
        "type": "object",
        "properties": {
            "token": {"type": "string", "description": "That of a sign-in link."},
            "name": {"type": "string"},
            "password": {"type": "string"},
        },
        "examples": [{"token": "…"}, {"name": "eve", "password": "…"}],
    }}});
    let paths = json!({
        "/api/me": {"get": {
            "operationId": "me",
            "summary": "Who asks, what they may do, and the ways to sign in.",
            "parameters": [],
            "responses": {"200": described},
        }},
        "/api/sign-in": {"post": {
            "operationId": "signIn",
            "summary": "Begins a session, which is in a cookie that no script can read. A form \
                (`application/x-www-form-urlencoded`) is answered with a page.",
            "requestBody": {"required": true, "content": credentials},
            "responses": {
                "200": content("application/json", me()),
                "303": {"description": "The answer to a form: to the map."},
                "400": failure("Neither a token nor a name and a password."),
                "401": failure("The token or the password is wrong, or there is no such way in."),
                "403": failure("Whoever signed in may do nothing here."),
                "429": failure("Too many sign-ins failed from this address; try again later."),
            },
        }},
        "/api/sign-out": {"post": {
            "operationId": "signOut",
            "summary": "Ends the session of the cookie.",
            "responses": {"200": content("application/json", me())},
        }},
        "/api/audit": {"get": {
            "operationId": "audit",
            "summary": "Who signed in, who did what to which node, who had a terminal; newest \
                first. Needs the right `administer`.",
            "parameters": [reference("parameters", "before"), reference("parameters", "limit")],
            "responses": {
                "200": answer::<AuditPage>(generator),
                "400": failure("A parameter is no number."),
                "403": failure("Whoever asks may not administer this app."),
                "404": failure("This app keeps no audit log."),
            },
        }},
    });
    [paths, elsewhere_paths()].into_iter().filter_map(into_map).flatten().collect()
}

/// The way to an OpenID Connect provider and back.
fn elsewhere_paths() -> Value {
    let brought = ["state", "code", "error", "iss"]
        .map(|name| json!({"in": "query", "name": name, "schema": {"type": "string"}}));
    json!({
        "/api/sign-in/open-id": {"get": {
            "operationId": "signInElsewhere",
            "summary": "Sends a browser to the OpenID Connect provider to sign in.",
            "parameters": [],
            "responses": {
                "303": {"description": "To the provider."},
                "404": failure("There is no provider."),
                "502": {"description": "The provider cannot be asked; a page says so."},
            },
        }},
        "/api/sign-in/open-id/callback": {"get": {
            "operationId": "signedInElsewhere",
            "summary": "Where the provider sends the browser back to. Begins a session.",
            "parameters": brought,
            "responses": {
                "200": {"description": "A page that leads on to the map."},
                "401": {"description": "Nobody was signed in; a page says why."},
                "403": {"description": "Who was signed in may do nothing here."},
                "404": failure("There is no provider."),
                "502": {"description": "The provider cannot be asked; a page says so."},
            },
        }},
    })
}

fn into_map(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}
