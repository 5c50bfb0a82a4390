//! Views: the list of them, one whole, one node of one.

use crate::request::{Address, header};
use crate::{App, answer};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scope_api::NodeDetailAnswer;
use scope_render::ViewId;

/// `GET /api/topology`.
pub(super) async fn list(app: &App, parts: &Parts, address: &Address) -> Response {
    let (options, censor) = (address.view_options(&app.config.label_filters), address.censor());
    let asked = address.asked();
    let app = app.clone();
    let build = move || {
        let (snapshot, renderings) = (app.snapshot(asked), app.renderings(asked));
        let lifted = renderings.lifted(&snapshot);
        scope_present::topology_list(&lifted, &app.config.label_filters, &mut |view| {
            scope_present::topology_stats(
                &renderings.get(&snapshot, view, &options, app.manner(censor)).graph,
            )
        })
    };
    match tokio::task::spawn_blocking(build).await {
        Ok(entries) => answer::json(&entries, header(&parts.headers, "accept-encoding")),
        Err(_) => defect(),
    }
}

/// `GET /api/topology/{view}`.
pub(super) async fn view(app: &App, parts: &Parts, address: &Address, view: &str) -> Response {
    let Some(view) = ViewId::parse(view) else { return answer::not_found() };
    let (options, censor) = (address.view_options(&app.config.label_filters), address.censor());
    let asked = address.asked();
    let app = app.clone();
    let build = move || app.rendering(asked, view, &options, censor).body();
    match tokio::task::spawn_blocking(build).await {
        Ok(body) => {
            let accept_encoding = header(&parts.headers, "accept-encoding");
            answer::body_of("application/json", body, accept_encoding)
        }
        Err(_) => defect(),
    }
}

/// `GET /api/topology/{view}/{id}`.
pub(super) async fn node(
    app: &App,
    parts: &Parts,
    address: &Address,
    view: &str,
    node: &str,
) -> Response {
    let Some(view) = ViewId::parse(view) else { return answer::not_found() };
    let (options, censor) = (address.view_options(&app.config.label_filters), address.censor());
    let asked = address.asked();
    let (app, node) = (app.clone(), node.to_owned());
    let build = move || {
        let rendering = app.rendering(asked, view, &options, censor);
        let (lifted, graph) = (&rendering.lifted, &rendering.graph);
        scope_present::detail(lifted, graph, view, &options, &node, app.manner(censor))
    };
    match tokio::task::spawn_blocking(build).await {
        Ok(Some(node)) => {
            answer::json(&NodeDetailAnswer { node }, header(&parts.headers, "accept-encoding"))
        }
        Ok(None) => answer::not_found(),
        Err(_) => defect(),
    }
}

fn defect() -> Response {
    answer::failure(StatusCode::INTERNAL_SERVER_ERROR, "rendering the view failed by a defect")
}
