//! The engine starts, runs a container on a published port, restarts, and leaves nothing behind.

use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::wait;
use std::time::Duration;

#[test]
fn engine_runs_containers_and_leaves_nothing() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let mut engine = DockerEngine::start().unwrap();
    engine.cli(&["network", "create", "front"]).unwrap();
    let serve = ["--net", "front", "-p", "8080:80", "--name", "web", IMAGE, "httpd", "-f"];
    assert_eq!(engine.run(&serve).unwrap().len(), 64);
    let fetch = || {
        let answer = engine
            .command("busybox")
            .args(["nc", "-w", "1", "127.0.0.1", "8080"])
            .stdin(std::process::Stdio::null())
            .status()
            .ok()?;
        answer.success().then_some(())
    };
    wait::until("the published port", Duration::from_secs(10), fetch).unwrap();
    engine.stop().unwrap();
    engine.start_again().unwrap();
    assert!(engine.cli(&["ps", "-a"]).unwrap().contains("Exited"));
    let (namespace, socket) = (engine.namespace().to_owned(), engine.socket().to_owned());
    drop(engine);
    let path = std::path::Path::new("/run/netns").join(namespace);
    assert!(!path.exists(), "the namespace is still there");
    assert!(!std::path::Path::new(socket.trim_start_matches("unix://")).exists());
}
