//! A recorded report, posted to a fresh app, is on the map as it was on the original's.

use scope_e2e::api::Api;
use scope_e2e::program::{Program, free_port};
use scope_testkit::wait;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// The recording has so many containers, all running.
const CONTAINERS: usize = 17;

const START_LIMIT: Duration = Duration::from_secs(10);

#[test]
fn a_recorded_report_is_on_the_map() {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let path = Path::new(&folder).join("../../testdata/conformance/docker/report.json.gz");
    let report = std::fs::read(&path).unwrap();
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let mut scope =
        Program::start(&["app", &format!("--app.http.address={address}")], &[]).unwrap();
    let api = Api::at(&address);
    let up = wait::until("the app", START_LIMIT, || api.get("/api").ok()).unwrap();
    assert!(up.get("version").is_some(), "{up}");
    api.post_report(&report).unwrap();
    let view = api.view("containers").unwrap();
    assert_eq!(view.observed().count(), CONTAINERS, "{:?}", view.labels());
    assert!(!view.edges().is_empty());
    let topologies = api.get("/api/topology").unwrap();
    let names: BTreeSet<&str> = topologies
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry.get("name")?.as_str())
        .collect();
    assert!(names.is_superset(&BTreeSet::from(["Containers", "Hosts", "Processes"])), "{names:?}");
    let (status, _) = scope.interrupt().unwrap();
    assert!(status.success(), "{status}");
}
