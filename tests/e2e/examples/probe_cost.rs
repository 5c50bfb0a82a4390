//! The scenario `probe-cost`: what the probe takes from a host it watches.
//!
//! A real engine with 20 containers of 10 processes each, half of them with a connection to the
//! first; a probe that reports to an app beside it; 60 seconds. Prints figures and judges nothing:
//! a shared machine is too noisy for that. `cargo xtask bench probe-cost` runs it.
#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

use scope_e2e::api::Api;
use scope_e2e::footprint::{cpu_seconds, status_kib};
use scope_e2e::program::{Program, free_port};
use scope_e2e::shop::address;
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::{namespace, wait};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const CONTAINERS: usize = 20;
/// With an engine's own processes and those of a small machine, some 300 in all.
const PROCESSES_PER_CONTAINER: usize = 10;
const SETTLE_LIMIT: Duration = Duration::from_secs(60);
const MEASURED: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("probe-cost: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), String> {
    let engine = DockerEngine::start()?;
    namespace::enter(engine.namespace())?;
    start_containers(&engine)?;
    let app_address = format!("127.0.0.1:{}", free_port()?);
    let flag = format!("--app.http.address={app_address}");
    let _app = Program::start(&["app", &flag], &[])?;
    let api = Api::at(&app_address);
    wait::until("the app", SETTLE_LIMIT, || api.get("/api").ok())?;
    let probe = Program::start(
        &["probe", "--hostname=measured", &app_address],
        &[("DOCKER_HOST", engine.socket())],
    )?;
    let complete = || (api.view("containers").ok()?.observed().count() == CONTAINERS).then_some(());
    wait::until("every container on the map", SETTLE_LIMIT, complete)?;
    let first_map = probe.started().elapsed();

    let (start, cpu_before) = (Instant::now(), cpu_seconds(probe.pid())?);
    let over = || (start.elapsed() >= MEASURED).then_some(());
    wait::until("the end of the measurement", MEASURED + SETTLE_LIMIT, over)?;
    let cpu = cpu_seconds(probe.pid())? - cpu_before;
    let wall = start.elapsed().as_secs_f64();
    let view = api.view("processes?unconnected=show")?;
    println!("scenario            probe-cost");
    println!("containers          {CONTAINERS}");
    println!("processes seen      {}", view.observed().count());
    println!("first map           {} ms", first_map.as_millis());
    println!("measured            {wall:.0} s");
    println!("processor           {:.2} % of one core", 100.0 * cpu / wall);
    println!("per second          {:.1} ms", 1000.0 * cpu / wall);
    println!("resident, now       {} MiB", status_kib(probe.pid(), "VmRSS:")? / 1024);
    println!("resident, peak      {} MiB", status_kib(probe.pid(), "VmHWM:")? / 1024);
    Ok(())
}

fn start_containers(engine: &DockerEngine) -> Result<(), String> {
    engine.cli(&["network", "create", "mall"])?;
    let idle = "sleep 36000 & ".repeat(PROCESSES_PER_CONTAINER - 2);
    let mut first = None;
    for number in 0..CONTAINERS {
        let name = format!("shop-{number}");
        let work = match &first {
            Some(address) if number % 2 == 0 => {
                format!("while :; do nc {address} 80 -e sleep 36000; sleep 0.2; done")
            }
            _ => "nc -ll -p 80 -e sleep 36000".to_owned(),
        };
        let script = format!("{idle}{work}");
        engine.run(&["--network", "mall", "--name", &name, IMAGE, "sh", "-c", &script])?;
        if first.is_none() {
            first = Some(address(engine, &name, "mall")?);
        }
    }
    Ok(())
}
