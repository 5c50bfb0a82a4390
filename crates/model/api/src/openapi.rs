//! The description of the API: OpenAPI 3.1, its schemas made of the types of this crate.
//!
//! `cargo xtask codegen` writes it to `docs/api/openapi.json`. A test of `scope-server` holds the
//! routes and their answers to that file. Paths, parameters and sentences are written here by hand.

mod access_paths;

mod control_paths;

mod enrolment_paths;

mod history_paths;

mod position_paths;

use crate::{
    AppDetails, Diff, EdgeDetailAnswer, NodeDetailAnswer, Nodes, ProbeEntry, TopologyEntry,
};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Every view, by its id.
const VIEWS: [&str; 13] = [
    "processes",
    "processes-by-name",
    "containers",
    "containers-by-hostname",
    "containers-by-image",
    "pods",
    "kube-controllers",
    "services",
    "ecs-tasks",
    "ecs-services",
    "swarm-services",
    "hosts",
    "weave",
];

/// Options of views: name, values as far as they are fixed, description.
const OPTIONS: [(&str, &[&str], &str); 7] = [
    ("unconnected", &["show", "hide"], "processes*: nodes without an edge. Default hide."),
    (
        "system",
        &["all", "system", "application"],
        "containers*: by what they serve; also `containerLabelFilter<N>` and \
         `containerLabelFilterExclude<N>`, as the operator set them. Default application.",
    ),
    ("stopped", &["stopped", "running", "both"], "containers*: by state. Default running."),
    (
        "pseudo",
        &["show", "hide"],
        "containers*, pods, kube-controllers, services, ecs-*, swarm-services: what is in no \
         container, or managed by nobody. Default hide.",
    ),
    ("storage", &["show", "hide"], "pods: volumes, claims and classes. Default hide."),
    ("snapshot", &["show", "hide"], "pods: snapshots of volumes. Default hide."),
    (
        "namespace",
        &[],
        "containers, pods, kube-controllers, services, swarm-services: namespaces or stacks, \
         several joined by commas. Default all.",
    ),
];

const ABOUT: &str = "What runs on your hosts and who talks to whom, as JSON. A superset of the API \
of Weave Scope 1.13: what an answer has here and has not there is an additional key.\n\nOptions of \
a view are query parameters. Without any query parameter no option applies, not even a default. \
With any, even `timestamp` or one that does not exist, every option has its default unless given. \
A value that an option does not have switches it off. `GET /api/topology` lists the options of \
each view.\n\nAny request may be answered with 503 and a sentence while too many connections are \
open, with 401 and a sentence to whoever did not sign in, with 403 and one to whoever lacks the \
right, and with 421 and one by a name that is not the app's. Scripts sign in with each request: \
`Authorization: Bearer TOKEN` or `Authorization: Basic …`.";

/// The whole document.
pub fn openapi() -> Value {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths = paths(&mut generator);
    if let Some(paths) = paths.as_object_mut() {
        paths.extend(access_paths::access_paths(&mut generator));
        paths.extend(position_paths::position_paths(&mut generator));
        paths.extend(history_paths::history_paths(&mut generator));
        paths.extend(control_paths::control_paths());
        paths.extend(enrolment_paths::enrolment_paths());
    }
    // The frames of a websocket are in no answer, and belong to the contract all the same.
    let _ = generator.subschema_for::<Diff>();
    let mut schemas = generator.take_definitions(true);
    schemas.insert(
        "Failure".to_owned(),
        json!({"type": "string", "description": "A sentence on what is wrong."}),
    );
    schemas.insert(
        "Report".to_owned(),
        json!({
            "type": "object",
            "description": "Topologies by name, in the JSON of Weave Scope 1.13.",
            "additionalProperties": true,
        }),
    );
    schemas.insert("ControlOutcome".to_owned(), control_paths::outcome_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Scope",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://localhost:4040"}],
        "paths": paths,
        "components": {"schemas": schemas, "parameters": parameters()},
    })
}

fn paths(generator: &mut SchemaGenerator) -> Value {
    json!({
        "/api": {"get": get("app", "What the app says of itself.", &["timestamp"],
            answer::<AppDetails>(generator))},
        "/api/openapi.json": {"get": get("openapi", "This document.", &[],
            content("application/json", json!({"type": "object", "additionalProperties": true})))},
        "/api/probes": {"get": get("probes", "The probes; with `sparse`, whether there are any.",
            &["timestamp", "sparse"], probes(generator))},
        "/api/report": {
            "get": get("report", "The reports of the window, merged. MessagePack if `Accept` asks \
                for `application/msgpack`.",
                &["timestamp", "hideCommandLineArguments", "hideEnvironmentVariables"],
                json!({"description": "The report.", "content": {
                    "application/json": {"schema": reference("schemas", "Report")},
                    "application/msgpack": {},
                }})),
            "post": post_report(),
        },
        "/api/topology": {"get": get("topologies", "The views with their options and sizes.",
            &with_options(&[]), answer::<Vec<TopologyEntry>>(generator))},
        "/api/topology/{view}": {"get": with_failure(
            get("topology", "The nodes of a view.", &with_options(&["view"]),
                answer::<Nodes>(generator)),
            "404", missing())},
        "/api/topology/{view}/ws": {"get": watch()},
        "/api/topology/{view}/{id}": {"get": with_failure(
            get("node", "A node of a view, also one that the options leave out.",
                &with_options(&["view", "id"]), answer::<NodeDetailAnswer>(generator)),
            "404", missing())},
        "/api/topology/{view}/{from}/edge/{to}": {"get": with_failure(
            get("edge", "An edge of a view: what it carries, with history and evidence.",
                &with_options(&["view", "from", "to"]), answer::<EdgeDetailAnswer>(generator)),
            "404", failure("There is no such edge, or no such view."))},
        "/admin/summary": {"get": get("summary", "A line for each report held.", &[],
            content("text/plain", json!({"type": "string"})))},
        "/metrics": {"get": get("metrics", "Figures of the app for Prometheus.", &[],
            content("application/openmetrics-text", json!({"type": "string"})))},
        "/debug/pprof/{profile}": {"get": no_profile()},
    })
}

/// Weave Scope had profiles there.
fn no_profile() -> Value {
    json!({
        "operationId": "profile",
        "summary": "Go's profiles in Weave Scope; this program has none.",
        "parameters": [reference("parameters", "profile")],
        "responses": {"404": failure("What there is instead.")},
    })
}

/// A description of a `GET`.
fn get(id: &str, summary: &str, names: &[&str], answer: Value) -> Value {
    let parameters = names.iter().map(|name| reference("parameters", name));
    json!({
        "operationId": id,
        "summary": summary,
        "parameters": parameters.collect::<Vec<_>>(),
        "responses": {"200": answer},
    })
}

fn with_failure(mut operation: Value, status: &str, answer: Value) -> Value {
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        responses.insert(status.to_owned(), answer);
    }
    operation
}

fn watch() -> Value {
    let summary = "A websocket of differences: text frames, each a `Diff`. The first has `reset` \
        and the whole view; an empty one says that nothing changed. An unknown view is upgraded, \
        then closed.";
    let mut operation =
        get("watch", summary, &with_options(&["view", "t", "edges", "still"]), Value::Null);
    let responses = json!({
        "101": {"description": "Upgraded.", "x-frames": reference("schemas", "Diff")},
        "400": failure("No websocket, or no duration in `t`."),
        "503": failure("Too many watchers or connections; try again later."),
    });
    if let Some(operation) = operation.as_object_mut() {
        operation.insert("responses".to_owned(), responses);
    }
    operation
}

fn post_report() -> Value {
    json!({
        "operationId": "postReport",
        "summary": "A report of a probe, `Content-Encoding: gzip` or none.",
        "requestBody": {"required": true, "content": {
            "application/msgpack": {},
            "application/json": {"schema": reference("schemas", "Report")},
        }},
        "responses": {
            "200": {"description": "Taken; the body is empty."},
            "400": failure("Another content type, unreadable, cut off, or an `X-Scope-Probe-ID` \
                that is too long."),
            "408": failure("It did not arrive in time."),
            "413": failure("Larger than the app takes."),
            "503": failure("Too many reports or connections at once; try again later."),
        },
    })
}

fn probes(generator: &mut SchemaGenerator) -> Value {
    let list = generator.subschema_for::<Vec<ProbeEntry>>();
    content("application/json", json!({"anyOf": [list, {"type": "boolean"}]}))
}

fn answer<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    content("application/json", Value::from(generator.subschema_for::<T>()))
}

fn content(media_type: &str, schema: Value) -> Value {
    json!({"description": "Answered.", "content": {media_type: {"schema": schema}}})
}

fn failure(description: &str) -> Value {
    let schema = reference("schemas", "Failure");
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}

fn missing() -> Value {
    let schema = json!({"type": "string"});
    json!({"description": "There is none.", "content": {"text/plain": {"schema": schema}}})
}

fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

fn with_options<'a>(first: &[&'a str]) -> Vec<&'a str> {
    let always = ["timestamp", "hideCommandLineArguments", "hideEnvironmentVariables"];
    let options = OPTIONS.iter().map(|(name, _, _)| *name);
    first.iter().copied().chain(options).chain(always).collect()
}

fn parameters() -> Value {
    let mut all = Map::new();
    let mut add = |place: &str, name: &str, schema: Value, description: &str| {
        let required = place == "path";
        let parameter = json!({"in": place, "name": name, "required": required,
            "schema": schema, "description": description});
        all.insert(name.to_owned(), parameter);
    };
    let text = || json!({"type": "string"});
    add("path", "view", json!({"type": "string", "enum": VIEWS}), "The view.");
    add("path", "id", text(), "The node, percent-encoded: `;`, `<`, `>` and `/` are part of ids.");
    add("path", "probe", text(), "The probe, as the control names it.");
    add("path", "control", text(), "The control, by its id.");
    add("path", "profile", text(), "The profile, as Go calls it.");
    add("path", "recording", text(), "The recording, by its id in the audit log.");
    add("path", "pipe", text(), "The pipe, as the control that opened it names it.");
    add("path", "picture", text(), "A view and how the map groups it, as the web client names it.");
    let end = "The node at this end of the edge, percent-encoded.";
    add("path", "from", text(), end);
    add("path", "to", text(), end);
    add(
        "query",
        "edges",
        json!({"type": "boolean", "default": false}),
        "Whether frames have the key `edges` of nodes, which changes with every report.",
    );
    add(
        "query",
        "t",
        json!({"type": "string", "default": "1s"}),
        "Time between two frames as a Go duration, `5s`, at least `250ms`; `0` for frames only \
         when a probe reports something urgent.",
    );
    add(
        "query",
        "timestamp",
        text(),
        "The moment, RFC 3339: what stood then, as far back as `GET /api/history` says; of \
         others what stands now. What is no time has no reports. A watcher's moment goes on as \
         time passes.",
    );
    let still = "Whether `timestamp` is meant exactly: frames stay there, and of moments that are \
                 not kept there is nothing.";
    add("query", "still", json!({"type": "boolean", "default": false}), still);
    add("query", "sparse", text(), "Answer only whether there are any.");
    let count = || json!({"type": "integer", "minimum": 1});
    add("query", "before", count(), "Entries of a lower number only.");
    add("query", "limit", count(), "Entries of a page, at most 500. Default 100.");
    for (name, values, description) in OPTIONS {
        let schema =
            if values.is_empty() { text() } else { json!({"type": "string", "examples": values}) };
        add("query", name, schema, description);
    }
    let flag = || json!({"type": "boolean", "default": false});
    add("query", "hideCommandLineArguments", flag(), "Cut commands after the first word.");
    add("query", "hideEnvironmentVariables", flag(), "Leave the environment of containers out.");
    add("query", "replay", flag(), "Begin with the last output, for a page that shows none yet.");
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = openapi();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 50);
        for reference in found {
            let pointer = reference.strip_prefix('#').expect("it is of this document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn null_and_absent_are_told_apart() {
        let document = openapi();
        let metric = &document["components"]["schemas"]["MetricRow"];
        let required: Vec<&str> = metric["required"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        assert!(required.contains(&"samples") && !required.contains(&"format"), "{required:?}");
        assert_eq!(metric["properties"]["samples"]["type"], json!(["array", "null"]));
    }
}
