//! The one door: what every request passes before its route.
//!
//! Here, and nowhere else, is decided whether a request is answered: the name it calls the app by,
//! the page it comes from, who sends it, and whether they have the right that its route, its
//! control or its pipe needs. Routes find the question settled.

use crate::owners::Opened;
use crate::places::{self, Place};
use crate::probes::{Speaker, peer};
use crate::request::{Address, Asked};
use crate::routes::{Needs, Route};
use crate::visitor::Visitor;
use crate::{App, answer, host_names, origin, protections, refusals, routes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::Response;
use scope_auth::Right;
use scope_control::PipeId;
use std::sync::Arc;
use std::time::Instant;

/// A request that is answered, and what was found on the way.
pub(crate) struct Admitted {
    pub(crate) route: Option<&'static Route>,
    pub(crate) address: Address,
    pub(crate) visitor: Visitor,
    /// Of a control: where its node is, if a report knows it.
    pub(crate) place: Option<Place>,
    /// Who speaks, where only probes do.
    pub(crate) speaker: Option<Speaker>,
    /// Everything was checked.
    pub(crate) is_let_in: bool,
}

/// Answers one request.
pub(crate) async fn answer(app: App, request: Request) -> Response {
    let start = Instant::now();
    let (parts, body) = request.into_parts();
    let line = app.config.request_log.line(&parts);
    let method = parts.method.clone();
    let address = Address::of(&parts);
    let route = routes::find(&method, &address);
    let figures = Arc::clone(&app.figures);
    let is_secure = app.config.is_secure;
    let mut response = match admit(&app, &parts, route, address).await {
        Ok(admitted) => routes::answer(app, admitted, Request::from_parts(parts, body)).await,
        Err(response) => response,
    };
    protections::add(&mut response, is_secure);
    let path = route.map_or("", |route| route.path);
    figures.answered(&method, path, response.status(), start.elapsed());
    if let Some(line) = line {
        line.write(response.status(), start.elapsed());
    }
    response
}

/// Decides; the error is the answer.
async fn admit(
    app: &App,
    parts: &Parts,
    route: Option<&'static Route>,
    address: Address,
) -> Result<Admitted, Response> {
    if route.is_some_and(origin::matters) && !origin::is_own(parts) {
        return Err(origin::refusal());
    }
    let visitor = match Visitor::of(app, parts).await {
        Ok(visitor) => visitor,
        Err(error) => return Err(refusals::sign_in(app, parts, &error)),
    };
    // Whoever signs in with the request itself is no page of another site.
    if !visitor.is_explicit && !host_names::is_own(parts, &app.config.host_names) {
        return Err(host_names::refusal());
    }
    let mut admitted =
        Admitted { route, address, visitor, place: None, speaker: None, is_let_in: false };
    let Some(route) = route else {
        // What does not exist is told only to those who may know what does.
        let may_know = admitted.visitor.access.may(Right::See);
        return if may_know {
            Ok(admitted)
        } else {
            Err(refused(app, parts, &admitted, Right::See))
        };
    };
    let is_for_probes = route.needs == Needs::All(Right::Publish);
    if is_for_probes && admitted.visitor.access.may(Right::Publish) {
        let speaker = app.probes.speaker(parts, &admitted.visitor.identity);
        let speaker = speaker.map_err(|refusal| app.probes.refuse(&refusal, Instant::now()))?;
        admitted.speaker = Some(speaker);
    }
    let missing = match route.needs {
        Needs::Nothing => None,
        Needs::All(right) => lacking(&admitted, &[right]),
        Needs::OneOf(rights) => lacking(&admitted, &rights),
        Needs::Control => control(app, &mut admitted).await?,
        Needs::Pipe => pipe(app, &admitted),
        Needs::PipeOrPublish if is_probe(app, parts, &admitted) => None,
        Needs::PipeOrPublish => pipe(app, &admitted),
    };
    if let Some(right) = missing {
        return Err(refused(app, parts, &admitted, right));
    }
    let hides = !sees_secrets(app, &admitted).await?;
    admitted.address.hides_secrets = hides;
    admitted.is_let_in = true;
    Ok(admitted)
}

/// Whether it is a probe that may end its own pipes.
fn is_probe(app: &App, parts: &Parts, admitted: &Admitted) -> bool {
    let identity = &admitted.visitor.identity;
    let is_taken = peer(parts).is_some_and(|peer| peer.shown.is_some())
        || app.probes.speaker(parts, identity).is_ok();
    is_taken && admitted.visitor.access.may(Right::Publish)
}

/// The right that is lacking, where one of these would do.
fn lacking(admitted: &Admitted, rights: &[Right]) -> Option<Right> {
    let access = &admitted.visitor.access;
    if rights.iter().any(|right| access.may(*right)) { None } else { rights.first().copied() }
}

/// The right lacking for a control: that of its kind, on its node, by the probe of the node.
async fn control(app: &App, admitted: &mut Admitted) -> Result<Option<Right>, Response> {
    let [_, _, probe, node, control] = admitted.address.segments.as_slice() else {
        return Ok(Some(Right::Administer));
    };
    let (probe, node, control) = (probe.clone(), node.clone(), control.clone());
    let (right, access) = (Right::of_control(&control), Arc::clone(&admitted.visitor.access));
    let look = move |app: &App| {
        let report = &app.snapshot(Asked::Now).report;
        let may = places::may_run(&access, report, [&probe, &node, &control]);
        (places::of(report, &node), may)
    };
    let (place, may) = app.compute(look).await.map_err(|_| answer::defect())?;
    admitted.place = place;
    Ok((!may).then_some(right))
}

/// The right lacking for a pipe: it is for whoever opened it while they may, and for admins.
fn pipe(app: &App, admitted: &Admitted) -> Option<Right> {
    let access = &admitted.visitor.access;
    if access.may(Right::Administer) {
        return None;
    }
    let id = admitted.address.segments.get(2).and_then(|id| PipeId::parse(id).ok());
    match id.and_then(|id| app.owners.of(&id)) {
        Some(opened) if is_owner(&opened, &admitted.visitor) => None,
        Some(opened) => Some(opened.right),
        // One that was opened before this app started, or long ago.
        None => (!access.may(Right::Terminal)).then_some(Right::Terminal),
    }
}

fn is_owner(opened: &Opened, visitor: &Visitor) -> bool {
    let may = match &opened.resource {
        Some(resource) => visitor.access.may_on(opened.right, resource),
        None => visitor.access.may(opened.right),
    };
    may && opened.identity.is_same(&visitor.identity)
}

/// Whether the answer may hold secrets: everywhere, or on the one node that is asked for.
async fn sees_secrets(app: &App, admitted: &Admitted) -> Result<bool, Response> {
    let access = &admitted.visitor.access;
    if access.may(Right::SeeSecrets) {
        return Ok(true);
    }
    let is_node = admitted.route.is_some_and(|route| route.path == routes::NODE);
    let node = admitted.address.segments.get(3).filter(|_| is_node);
    let Some(node) = node.filter(|_| access.rights_somewhere().has(Right::SeeSecrets)) else {
        return Ok(false);
    };
    let node = node.clone();
    let look = move |app: &App| places::of(&app.snapshot(Asked::Now).report, &node);
    let place = app.compute(look).await.map_err(|_| answer::defect())?;
    Ok(place.is_some_and(|place| access.may_on(Right::SeeSecrets, &place.resource)))
}

fn refused(app: &App, parts: &Parts, admitted: &Admitted, right: Right) -> Response {
    refusals::lacking(app, parts, admitted, right)
}
