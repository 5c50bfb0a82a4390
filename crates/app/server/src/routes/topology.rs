//! Views: the list of them, one whole, one node and one edge of one.

use crate::past::Looked;
use crate::request::{Address, header};
use crate::visitor::Visitor;
use crate::{App, answer, places};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scope_api::{ControlButton, EdgeDetailAnswer, NodeDetailAnswer};
use scope_auth::{Access, Right};
use scope_render::{Lifted, ViewId};
use std::sync::Arc;

/// `GET /api/topology`.
pub(super) async fn list(app: &App, parts: &Parts, address: &Address) -> Response {
    let (options, censor) = (address.view_options(&app.config.label_filters), address.censor());
    let asked = address.asked();
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let build = move |app: &App| {
        let Looked { snapshot, renderings } = app.look(asked);
        let lifted = renderings.lifted(&snapshot);
        let filters = &app.config.label_filters;
        let entries = scope_present::topology_list(&lifted, filters, &mut |view| {
            scope_present::topology_stats(
                &renderings.get(&snapshot, view, &options, app.manner(censor)).graph,
            )
        });
        answer::json(&entries, &accept_encoding)
    };
    app.compute(build).await.unwrap_or_else(|_| answer::defect())
}

/// `GET /api/topology/{view}`.
pub(super) async fn view(app: &App, parts: &Parts, address: &Address, view: &str) -> Response {
    let Some(view) = ViewId::parse(view) else { return answer::not_found() };
    let (options, censor) = (address.view_options(&app.config.label_filters), address.censor());
    let asked = address.asked();
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let build = move |app: &App| {
        let body = app.rendering(asked, view, &options, censor).body();
        answer::body_of("application/json", body, &accept_encoding)
    };
    app.compute(build).await.unwrap_or_else(|_| answer::defect())
}

/// `GET /api/topology/{view}/{id}`.
pub(super) async fn node(
    app: &App,
    parts: &Parts,
    address: &Address,
    visitor: &Visitor,
    [view, node]: [&str; 2],
) -> Response {
    let Some(view) = ViewId::parse(view) else { return answer::not_found() };
    let (options, censor) = (address.view_options(&app.config.label_filters), address.censor());
    let asked = address.asked();
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let (node, access) = (node.to_owned(), Arc::clone(&visitor.access));
    let build = move |app: &App| {
        let rendering = app.rendering(asked, view, &options, censor);
        let (lifted, graph) = (&rendering.lifted, &rendering.graph);
        match scope_present::detail(lifted, graph, view, &node, app.manner(censor)) {
            Some(mut node) => {
                let offered = app.config.controls_offered;
                node.controls.retain(|button| offered.allow(&button.id));
                node.summary.last_action = rendering.deed(&node.summary.id);
                tell_rights(&mut node.controls, &access, &rendering.lifted);
                answer::json(&NodeDetailAnswer { node }, &accept_encoding)
            }
            None => answer::not_found(),
        }
    };
    app.compute(build).await.unwrap_or_else(|_| answer::defect())
}

/// `GET /api/topology/{view}/{from}/edge/{to}`.
pub(super) async fn edge(
    app: &App,
    parts: &Parts,
    address: &Address,
    view: &str,
    [from, to]: [&str; 2],
) -> Response {
    let missing = |sentence: &str| answer::failure(StatusCode::NOT_FOUND, sentence);
    let Some(view) = ViewId::parse(view) else { return missing("there is no such view") };
    let (options, censor) = (address.view_options(&app.config.label_filters), address.censor());
    let asked = address.asked();
    let accept_encoding = header(&parts.headers, "accept-encoding").to_owned();
    let (from, to) = (from.to_owned(), to.to_owned());
    let build = move |app: &App| {
        let rendering = app.rendering(asked, view, &options, censor);
        match scope_present::edge_detail(&rendering.lifted, &rendering.graph, &from, &to) {
            Some(edge) => answer::json(&EdgeDetailAnswer { edge }, &accept_encoding),
            None => missing("no edge leads from the one node to the other in this view"),
        }
    };
    app.compute(build).await.unwrap_or_else(|_| answer::defect())
}

/// Says of each control that is not for whoever asks why it is not.
fn tell_rights(controls: &mut [ControlButton], access: &Access, lifted: &Lifted) {
    for control in controls {
        let asked = [control.probe_id.as_str(), control.node_id.as_str(), control.id.as_str()];
        if !places::may_run(access, lifted.report(), asked) {
            let deed = Right::of_control(&control.id).deed();
            control.not_allowed = format!("you may not {deed}").into();
        }
    }
}
