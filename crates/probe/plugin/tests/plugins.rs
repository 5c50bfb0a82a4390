//! Real plugins over real sockets: what is reported, and that no plugin spoils the others.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_agent::{ControlHandler, Reporter, Secrets, ShortcutSender};
use scope_control::Invocation;
use scope_plugin::{PluginConfig, PluginControls, Plugins};
use scope_report::{Report, Timestamp, TopologyKind};
use scope_testkit::wait;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(30);

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../testdata/plugins");

const HOST: &str = "web-1;<host>";

/// A folder of sockets and its plugins, ended with the test.
struct Bench {
    root: PathBuf,
    plugins: Vec<Child>,
    reporter: Box<dyn Reporter>,
    controls: PluginControls,
    shortcuts: Receiver<Box<Report>>,
}

impl Bench {
    /// `None` where there is no Python.
    fn new(name: &str) -> Option<Self> {
        if Command::new("python3").arg("--version").output().is_err() {
            println!("skipped: there is no python3");
            return None;
        }
        let root = std::env::temp_dir().join(format!("scope-plugin-{name}-{}", std::process::id()));
        let (sender, shortcuts) = sync_channel(8);
        let Plugins { reporter, controls, .. } = scope_plugin::start(PluginConfig {
            root: root.clone(),
            probe_id: "1f".to_owned(),
            secrets: Secrets::Masked,
            shortcuts: ShortcutSender::new(sender),
        });
        Some(Self { root, plugins: Vec::new(), reporter, controls, shortcuts })
    }

    fn socket(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.sock"))
    }

    /// Starts a plugin and waits until it listens.
    fn start(&mut self, script: &str, name: &str) {
        std::fs::create_dir_all(&self.root).unwrap();
        let socket = self.socket(name);
        let child = Command::new("python3")
            .arg(format!("{SCRIPTS}/{script}.py"))
            .arg(&socket)
            .arg("web-1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.plugins.push(child);
        wait::until(name, LIMIT, || connects(&socket).then_some(())).unwrap();
    }

    fn look(&mut self) -> Report {
        self.reporter.report(Timestamp::ZERO).unwrap().report
    }

    fn look_until<T>(&mut self, what: &str, find: impl Fn(&Report) -> Option<T>) -> T {
        wait::until(what, LIMIT, || find(&self.look())).unwrap()
    }

    fn status(&mut self, plugin: &str, word: &str) -> String {
        self.look_until(&format!("{plugin}: {word}"), |report| {
            let status = &report.plugins.get(plugin)?.status;
            status.contains(word).then(|| status.to_string())
        })
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for plugin in &mut self.plugins {
            let _ = plugin.kill();
            let _ = plugin.wait();
        }
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

fn connects(socket: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}

fn has_metric(report: &Report, metric: &str) -> Option<()> {
    let node = report.topology(TopologyKind::Host).nodes.get(HOST)?;
    node.metrics.contains_key(metric).then_some(())
}

#[test]
fn a_plugin_adds_to_the_map() {
    let Some(mut bench) = Bench::new("adds") else { return };
    // The folder is not there when the probe starts; the original then gave up on plugins.
    assert_eq!(bench.look().plugins.len(), 0);
    bench.start("iowait", "iowait");
    assert_eq!(bench.status("iowait", "ok"), "ok");
    bench.look_until("its metric", |report| has_metric(report, "iowait"));
    let report = bench.look_until("its controls", |report| {
        (report.topology(TopologyKind::Host).controls.len() == 2).then(|| report.clone())
    });
    let host = report.topology(TopologyKind::Host);
    assert!(host.controls.contains_key("iowait~switch-to-idle"));
    assert_eq!(host.metric_templates.get("iowait").unwrap().label, "Waiting for disks");
    assert!(bench.controls.takes("iowait~switch-to-idle"));
    let mut invocation = Invocation {
        node_id: HOST.to_owned(),
        control: "iowait~switch-to-idle".to_owned(),
        ..Invocation::default()
    };
    let outcome = bench.controls.run(&invocation);
    assert_eq!(outcome.error, "");
    assert_eq!(outcome.value, Some("idle".into()));
    let shortcut = bench.shortcuts.recv_timeout(LIMIT).unwrap();
    assert!(shortcut.shortcut && has_metric(&shortcut, "idle").is_some());
    bench.look_until("the other metric", |report| has_metric(report, "idle"));
    invocation.node_id = "web-2;<host>".to_owned();
    assert_eq!(bench.controls.run(&invocation).error, "there is no such host here");
}

#[test]
fn no_plugin_spoils_the_others() {
    let Some(mut bench) = Bench::new("spoils") else { return };
    let bad = ["hanging", "dripping", "malformed", "no-http", "failing", "endless"];
    for name in bad {
        bench.start("misbehaving", name);
    }
    bench.start("iowait", "iowait");
    std::os::unix::net::UnixListener::bind(bench.socket("wrong_name")).unwrap();
    assert_eq!(bench.status("iowait", "ok"), "ok");
    for (name, word) in [
        ("hanging", "no answer within 500 ms"),
        ("dripping", "no answer within 500 ms"),
        ("malformed", "unreadable"),
        ("no-http", "cannot ask it"),
        ("failing", "status 500"),
        ("endless", "error: "),
    ] {
        assert!(bench.status(name, word).starts_with("error: "));
    }
    let started = Instant::now();
    for _ in 0..5 {
        bench.look_until("the metric", |report| has_metric(report, "iowait"));
    }
    println!("five reports took {} ms", started.elapsed().as_millis());
    let warnings = bench.reporter.report(Timestamp::ZERO).unwrap().warnings;
    let says = |word: &str| warnings.iter().any(|warning| warning.contains(word));
    assert!(says("wrong_name") && says("plugin hanging"), "{warnings:?}");
}

#[test]
fn a_killed_plugin_says_so_and_one_removed_is_gone() {
    let Some(mut bench) = Bench::new("killed") else { return };
    bench.start("iowait", "iowait");
    bench.status("iowait", "ok");
    let mut child = bench.plugins.pop().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    bench.status("iowait", "nothing listens");
    bench.start("iowait", "iowait");
    bench.status("iowait", "ok");
    std::fs::remove_file(bench.socket("iowait")).unwrap();
    bench.look_until("its end", |report| report.plugins.is_empty().then_some(()));
    assert!(!bench.controls.takes("iowait~switch-to-idle"));
}
