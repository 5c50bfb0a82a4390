//! Runs the examples of `docs/use/api.md` against an app with a recorded report.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "served/served.rs"]
mod served;

use served::{BODY_BYTES_MAX, Served, frame};
use std::process::{Command, Output};

/// The programs that the examples are written for.
const PROGRAMS: [&str; 4] = ["bash", "curl", "jq", "python3"];

const PAGE: &str = include_str!("../../../../docs/use/api.md");

/// The language and the text of every example, in order.
fn examples() -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        found.push((language, text.join("\n")));
    }
    found
}

fn run(served: &Served, program: &str, arguments: &[&str], example: &str) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).arg("-c").arg(example).env("SCOPE", served.url(""));
    command.output().unwrap()
}

fn recorded() -> Served {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../testdata/conformance");
    let body = std::fs::read(format!("{root}/docker/report.json.gz")).unwrap();
    assert!(body.len() < BODY_BYTES_MAX);
    let served = Served::start();
    assert_eq!(served.post(("application/json", "gzip"), &body).0, 200);
    served
}

#[test]
fn every_example_runs() {
    let there = |program: &&str| Command::new(program).arg("--version").output().is_ok();
    if let Some(missing) = PROGRAMS.iter().find(|program| !there(program)) {
        println!("skipped: {missing} is not installed");
        return;
    }
    let served = recorded();
    let websockets = run(&served, "python3", &[], "import websockets.sync.client");
    let mut silent = Vec::new();
    let mut ran = 0;
    for (language, example) in examples() {
        let output = match language {
            // The first line sets the address, which is ours here.
            "sh" if example.starts_with("export SCOPE=") => continue,
            "sh" => run(&served, "bash", &["-euo", "pipefail"], &example),
            "python websockets" if !websockets.status.success() => {
                println!("without websockets of PyPI that example is only compiled");
                let program = format!("compile({example:?}, 'example', 'exec')");
                run(&served, "python3", &[], &program)
            }
            "python" | "python websockets" => run(&served, "python3", &[], &example),
            "json" => continue,
            other => panic!("an example in `{other}`"),
        };
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{example}\n{errors}");
        if output.stdout.is_empty() {
            silent.push(example);
        }
        ran += 1;
    }
    assert!(ran >= 10, "{ran} examples");
    // The two that only compare, and the one that may only be compiled.
    assert!(silent.len() <= 3, "{silent:?}");
}

#[test]
fn frames_are_as_the_page_says() {
    let served = recorded();
    let first = frame(&mut served.watch("hosts", "?t=1h"));
    let shown: serde_json::Value = {
        let json = examples().into_iter().find(|(language, _)| *language == "json");
        serde_json::from_str(&json.unwrap().1).unwrap()
    };
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect();
    let (own, page): (Vec<String>, Vec<String>) = (keys(&first), keys(&shown));
    assert_eq!(own, page);
    assert_eq!(served.json("/api")["capabilities"]["historic_reports"], false);
    assert_eq!(served.get("/api/topology/nothing").0, 404);
}
