//! Names for the outside, on the map: a host, and a container, ask a real DNS server and connect to
//! the answer.
//!
//! The probe hears the answer, and looks up the address that nobody asked the name of. The outside
//! of the host is this very process on a street of its own, out of the probe's sight; the
//! container asks through the resolver that its engine puts before every container.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use scope_e2e::api::{Api, row, rows, text};
use scope_e2e::internet::{self, Internet};
use scope_e2e::program::{Program, binary, free_port};
use scope_testkit::docker_engine::{DockerEngine, IMAGE};
use scope_testkit::host::Host;
use scope_testkit::{namespace, wait};
use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

/// From the start of the probe until every name is there.
const MAP_LIMIT: Duration = Duration::from_secs(30);

const APP: &str = "10.78.0.254:4040";
const RESOLVER: &str = "10.78.0.254:53";
const SERVICE_PORT: u16 = 7443;

/// Addresses out there: one is asked for by name, the other is only called.
const NAMED: &str = "192.0.2.10";
const CALLED: &str = "192.0.2.11";

/// What the server answers: a name, the kind of record (RFC 1035 §3.2.2) and its data.
const ADDRESS_KIND: u16 = 1;
const POINTER_KIND: u16 = 12;
const ASKED: &str = "api.shop.example";
const ASKED_BY_CONTAINER: &str = "cache.depot.example";

#[test]
fn peers_outside_have_names() {
    if let Some(reason) = Host::missing() {
        return println!("skipped: {reason}");
    }
    let street = Host::start("street").unwrap();
    let mut host = Host::start("web-1").unwrap();
    host.connect("eth0", street.namespace(), "door").unwrap();
    street.ip(&["addr", "add", "10.78.0.254/24", "dev", "door"]).unwrap();
    host.ip(&["addr", "add", "10.78.0.11/24", "dev", "eth0"]).unwrap();
    host.ip(&["route", "add", "default", "via", "10.78.0.254"]).unwrap();
    for address in [NAMED, CALLED] {
        street.ip(&["addr", "add", address, "dev", "lo"]).unwrap();
    }
    namespace::enter(street.namespace()).unwrap();
    answer_questions(RESOLVER);
    let services = TcpListener::bind(("0.0.0.0", SERVICE_PORT)).unwrap();
    std::thread::spawn(move || services.incoming().flatten().collect::<Vec<_>>());
    let api = Api::at(APP);
    let address = format!("--app.http.address={APP}");
    let _scope = Program::start(&["app", &address, "--app.auth=none"], &[]).unwrap();
    wait::until("the app", MAP_LIMIT, || api.get("/api").ok()).unwrap();
    let binary = binary().unwrap();
    let probe = format!("{} probe {APP}", binary.display());
    let flags = format!("--probe.docker=false --probe.resolver={RESOLVER}");
    host.order(&format!("{probe} {flags} &")).unwrap();
    wait::until("the host", MAP_LIMIT, || api.view("hosts").ok()?.labelled("web-1").map(|_| ()))
        .unwrap();
    host.order(&format!("busybox nslookup {ASKED} 10.78.0.254")).unwrap();
    for address in [NAMED, CALLED] {
        let call = format!("busybox nc {address} {SERVICE_PORT} -e busybox sleep 36000");
        host.order(&format!("{call} &")).unwrap();
    }
    let named = || -> Option<()> {
        let view = api.view("hosts").ok()?;
        let domain = view.nodes.get("service-shop.example")?;
        let is_so = text(domain, "label") == "shop.example"
            && view.connects("web-1;<host>", "service-shop.example")
            && view.connects("web-1;<host>", "out-theinternet");
        let expect = format!("{ASKED} ({NAMED})");
        let remotes = remotes(&api, "service-shop.example");
        (is_so && remotes == [expect]).then_some(())
    };
    let found = wait::until("a name that was heard", MAP_LIMIT, named);
    found.unwrap_or_else(|failure| panic!("{failure}: {:#?} {}", api.view("hosts"), host.log()));
    let expect = format!("host-11.isp.example ({CALLED})");
    let looked_up = || remotes(&api, "out-theinternet").contains(&expect).then_some(());
    let found = wait::until("a name that was looked up", MAP_LIMIT, looked_up);
    found.unwrap_or_else(|failure| panic!("{failure}: {:?}", remotes(&api, "out-theinternet")));
}

#[test]
fn peers_of_containers_have_names() {
    if let Some(reason) = DockerEngine::missing() {
        return println!("skipped: {reason}");
    }
    let engine = DockerEngine::start().unwrap();
    namespace::enter(engine.namespace()).unwrap();
    let _internet = Internet::connect(engine.namespace()).unwrap();
    answer_questions(&format!("{}:53", internet::GATEWAY));
    engine.cli(&["network", "create", "depot"]).unwrap();
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let flag = format!("--app.http.address={address}");
    let arguments = ["launch", "--hostname=depot", "--probe.dns.reverse=false", &flag];
    let scope = Program::start(&arguments, &[("DOCKER_HOST", engine.socket())]).unwrap();
    let api = Api::at(&address);
    wait::until("the host", MAP_LIMIT, || api.view("hosts").ok()?.labelled("depot").map(|_| ()))
        .unwrap();
    // Networks of one's own have a resolver of the engine's at 127.0.0.11.
    let call = format!("nc {} {} -e sleep 36000", internet::ADDRESS, internet::PORT);
    let script = format!("nslookup {ASKED_BY_CONTAINER}; while :; do {call}; sleep 0.2; done");
    let network = ["--network", "depot", "--dns", internet::GATEWAY, "--name", "keeper"];
    engine.run(&[&network[..], &[IMAGE, "sh", "-c", &script]].concat()).unwrap();
    let named = || -> Option<()> {
        let view = api.view("containers").ok()?;
        let (keeper, _) = view.labelled("keeper")?;
        view.connects(keeper, "service-depot.example").then_some(())
    };
    wait::until("a name that a container asked for", MAP_LIMIT, named).unwrap_or_else(|failure| {
        let said = engine.cli(&["logs", "keeper"]);
        panic!("{failure}: {:#?} {said:?} {}", api.view("containers"), scope.log())
    });
}

/// The addresses of the node `id`, with their names, as its inbound connections tell them.
fn remotes(api: &Api, id: &str) -> Vec<String> {
    let node = api.details("hosts", id).unwrap_or_default();
    let Some(inbound) = row(&node, "connections", "incoming-connections") else {
        return Vec::new();
    };
    let cell = |connection| row(connection, "metadata", "remote").map(|cell| text(cell, "value"));
    rows(inbound, "connections").iter().filter_map(cell).collect()
}

/// Answers questions at `address`, in the network namespace of this thread, until the test ends.
fn answer_questions(address: &str) {
    let resolver = UdpSocket::bind(address).unwrap();
    std::thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, client)) = resolver.recv_from(&mut question) {
            let answer = answer(&question[..length]);
            let _gone = resolver.send_to(&answer, client);
        }
    });
}

/// The answer to a message that asks one question: a record of a minute, or none.
fn answer(question: &[u8]) -> Vec<u8> {
    let mut name = String::new();
    let mut at = 12;
    while question[at] != 0 {
        let label = &question[at + 1..=at + usize::from(question[at])];
        name.push_str(&String::from_utf8_lossy(label).to_lowercase());
        name.push('.');
        at += 1 + label.len();
    }
    let kind = u16::from_be_bytes([question[at + 1], question[at + 2]]);
    let data = match (name.as_str(), kind) {
        ("api.shop.example.", ADDRESS_KIND) => Some(vec![192, 0, 2, 10]),
        ("cache.depot.example.", ADDRESS_KIND) => Some(vec![198, 51, 100, 10]),
        ("11.2.0.192.in-addr.arpa.", POINTER_KIND) => {
            let labels = ["host-11", "isp", "example", ""];
            let framed = labels.iter().flat_map(|label| {
                std::iter::once(u8::try_from(label.len()).unwrap()).chain(label.bytes())
            });
            Some(framed.collect())
        }
        _ => None,
    };
    // The number of the question, "response, recursion available", one question.
    let mut answer = [&question[..2], &[0x81, 0x80, 0, 1, 0, u8::from(data.is_some())]].concat();
    answer.extend([0, 0, 0, 0]);
    answer.extend(&question[12..at + 5]);
    if let Some(data) = data {
        // The name of the question, its kind, the class "Internet".
        answer.extend([0xc0, 12]);
        answer.extend(kind.to_be_bytes());
        answer.extend([0, 1, 0, 0, 0, 60]);
        answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        answer.extend(data);
    }
    answer
}
