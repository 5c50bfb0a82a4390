//! The operator's ways to group over a real socket: read again when the file changes, kept when it
//! is wrong.

use crate::served::{Served, app, guard};
use scope_auth::Openness;
use scope_control::ControlKinds;
use scope_server::{Bounds, Groups};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How long a condition may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[track_caller]
fn until(served: &Served, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = served.json("/api/groups");
        if condition(&told) {
            return told;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}: {told}");
        std::thread::yield_now();
    }
}

#[test]
fn a_file_that_changes_is_read_again() {
    let name = format!("scope-groups-{}.toml", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, "[[by]]\nname = \"Team\"\nlabels = [\"team\"]\n").unwrap();
    let groups = Groups::open(&path).unwrap();
    let served = Served::run(|port| {
        let bounds = (Bounds::default(), Duration::from_secs(60));
        app(ControlKinds::ALL, bounds, guard(Openness::Acting), port).grouping(groups)
    });
    let way = |told: &Value| told["ways"][0]["name"].as_str().map(str::to_owned);
    assert_eq!(way(&served.json("/api/groups")).as_deref(), Some("Team"));

    std::fs::write(&path, "[[by]]\nname = \"Team\"\nlabel = 3\n").unwrap();
    let told = until(&served, "the fault is told", |told| told["fault"].is_string());
    assert!(told["fault"].as_str().unwrap().contains("line 3: unknown field `label`"), "{told}");
    assert_eq!(way(&told).as_deref(), Some("Team"));

    std::fs::write(&path, "[[by]]\nname = \"Owner\"\nlabels = [\"owner\"]\n").unwrap();
    let told = until(&served, "it is good again", |told| told["fault"].is_null());
    assert_eq!(way(&told).as_deref(), Some("Owner"));
    std::fs::remove_file(&path).unwrap();
    let error = Groups::open(&path).unwrap_err().to_string();
    assert!(error.starts_with("read the groups of "), "{error}");
}

#[test]
fn without_a_file_there_are_none() {
    let served = Served::start();
    assert_eq!(served.json("/api/groups"), serde_json::json!({"ways": []}));
}
