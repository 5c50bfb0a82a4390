//! The street with an app on it and a probe in every house: what plays there, and what the map
//! says of it.

use crate::api::{Api, Edges, edges, fact, is_pseudo, rows, text};
use crate::program::{Program, binary};
use crate::street::{APP, Room, Street};
use scope_testkit::{namespace, wait};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// From the start of the probes until every edge is there.
pub const MAP_LIMIT: Duration = Duration::from_secs(30);

/// How many houses there are.
pub const HOUSES: usize = 4;

/// Who plays what: room, host, name and part.
pub type Part = (Room, usize, &'static str, &'static str);

/// The street, and the app that is asked about it.
#[derive(Debug)]
pub struct Scene {
    /// Where the parts are played.
    pub street: Street,
    /// What the app answers.
    pub api: Api,
    scope: Program,
}

impl Scene {
    /// Builds the street, moves this thread onto it and starts an app there; `actor` is the program
    /// that plays the parts.
    pub fn build(actor: &Path) -> Result<Self, String> {
        // Counts are summed over the window.
        Self::build_with(actor, "120s")
    }

    /// As [`Scene::build`], with such a window of reports.
    pub fn build_with(actor: &Path, window: &str) -> Result<Self, String> {
        let street = Street::build(actor)?;
        namespace::enter(street.namespace())?;
        let flag = format!("--app.http.address={APP}");
        let window = format!("--app.window={window}");
        let scope = Program::start(&["app", &flag, "--app.auth=none", &window], &[])?;
        let api = Api::at(APP);
        wait::until("the app", MAP_LIMIT, || api.get("/api").ok())?;
        Ok(Self { street, api, scope })
    }

    /// Lets `parts` be played.
    pub fn play(&mut self, parts: &[Part]) -> Result<(), String> {
        parts
            .iter()
            .try_for_each(|(room, host, name, part)| self.street.play_in(*room, *host, name, part))
    }

    /// Starts a probe in every house.
    pub fn start_probes(&mut self, flags: &str) -> Result<(), String> {
        (1..=HOUSES).try_for_each(|number| self.start_probe(number, flags))
    }

    /// Starts a probe in one house.
    pub fn start_probe(&mut self, number: usize, flags: &str) -> Result<(), String> {
        self.start_probe_as(number, "", flags)
    }

    /// Starts a probe in one house by the words of another program, as `setpriv …`.
    pub fn start_probe_as(
        &mut self,
        number: usize,
        starter: &str,
        flags: &str,
    ) -> Result<(), String> {
        let program = binary()?;
        let program = program.display();
        let probe = format!("{starter} {program} probe {APP} --probe.docker=false {flags}");
        // A machine has the names of its own namespaces only, not of its neighbours'.
        let alone = format!("mount -t tmpfs names /run/netns && exec {probe}");
        self.street.order(number, &format!("unshare --mount sh -c '{alone}' &"))
    }

    /// Until every probe follows the kernel's events: what ends before is not told.
    pub fn wait_for_events(&self) -> Result<(), String> {
        let follows = |number: &usize| {
            self.observation(&format!("h{number}")).is_some_and(|text| text.contains("events · "))
        };
        let there = || (1..=HOUSES).all(|number| follows(&number)).then_some(());
        wait::until("events on every host", MAP_LIMIT, there)
    }

    /// Waits until a host says that it observes connections in such a way.
    pub fn wait_for_observation(&self, host: &str, part: &str) -> Result<(), String> {
        let says = || self.observation(host)?.contains(part).then_some(());
        wait::until("a way of observing", MAP_LIMIT, says)
            .map_err(|failure| format!("{failure}: {part} in {:?}", self.observation(host)))
    }

    /// What the host of that name says of how it observes connections.
    pub fn observation(&self, host: &str) -> Option<String> {
        let hosts = self.api.view("hosts").ok()?;
        let (id, _) = hosts.labelled(host)?;
        Some(fact(&self.api.details("hosts", id).ok()?, "host_observation"))
    }

    /// What the host of that name says of what its probe sees, and what not.
    pub fn sentences(&self, host: &str) -> Option<Vec<String>> {
        let hosts = self.api.view("hosts").ok()?;
        let (id, _) = hosts.labelled(host)?;
        let details = self.api.details("hosts", id).ok()?;
        let tables = rows(&details, "tables").iter().flat_map(|table| rows(table, "rows"));
        Some(tables.filter_map(|row| Some(text(row.get("entries")?, "value"))).collect())
    }

    /// Waits until a host says a sentence that contains each of `parts`.
    pub fn host_says(&self, host: &str, parts: &[&str]) -> Result<(), String> {
        let says = || {
            let all = self.sentences(host)?;
            let is_said = |part: &&str| all.iter().any(|sentence| sentence.contains(*part));
            parts.iter().all(is_said).then_some(())
        };
        wait::until("the host's sentences", MAP_LIMIT, says)
            .map_err(|failure| format!("{failure}: {parts:?} in {:?}", self.sentences(host)))
    }

    /// Waits until a host says no sentence that contains any of `parts`.
    pub fn host_is_silent(&self, host: &str, parts: &[&str]) -> Result<(), String> {
        let silent = || {
            let all = self.sentences(host)?;
            let is_said = |part: &&str| all.iter().any(|sentence| sentence.contains(*part));
            (!parts.iter().any(is_said)).then_some(())
        };
        wait::until("the host's silence", MAP_LIMIT, silent)
            .map_err(|failure| format!("{failure}: {parts:?} in {:?}", self.sentences(host)))
    }

    /// Edges between processes, and to servers that are not there; the probes' own aside.
    pub fn edges(&self) -> Option<Edges> {
        let mut found = self.api.view("processes").ok()?.edges_among(is_part, place);
        found.retain(|(from, to)| !from.ends_with(" scope") && !to.ends_with(" scope"));
        Some(found)
    }

    /// Waits until the edges are those of `wanted`, each once; answers precision and recall in
    /// words.
    pub fn edges_become(&self, wanted: &[(&str, &str)]) -> Result<String, String> {
        let wanted = edges(wanted);
        let joined = || self.edges().filter(|found| *found == wanted);
        let joined = wait::until("the edges between processes", MAP_LIMIT, joined);
        let found = self.edges().unwrap_or_default();
        if let Err(failure) = joined {
            let missing: Vec<_> = wanted.difference(&found).collect();
            let wrong: Vec<_> = found.difference(&wanted).collect();
            let log = self.street.log();
            return Err(format!("{failure}; missing {missing:#?}, wrong {wrong:#?}\n{log}"));
        }
        let right = found.intersection(&wanted).count();
        Ok(format!("precision {right}/{}, recall {right}/{}", found.len(), wanted.len()))
    }

    /// What the app has printed.
    pub fn app_log(&self) -> String {
        self.scope.log()
    }
}

/// Whether a node is a process, or a server that is not there.
fn is_part(node: &Value) -> bool {
    !is_pseudo(node) || text(node, "id").starts_with("unanswered:")
}

/// `h1 caller4`: host and name of a process.
pub fn place(node: &Value) -> String {
    if is_pseudo(node) {
        return text(node, "label");
    }
    let minor = text(node, "labelMinor");
    let host = minor.split(' ').next().unwrap_or_default();
    let label = text(node, "label");
    let name = label.rsplit('/').next().unwrap_or_default();
    format!("{host} {name}")
}
