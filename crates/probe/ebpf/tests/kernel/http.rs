//! HTTP at a glance: requests, outcomes and latency of a serving process.

use crate::bed::{Bed, PATIENCE, if_possible, inode};
use scope_ebpf::{Config, HttpConfig, HttpCounts, HttpGlance, HttpServer, Kernel};

fn of_pid(glance: &mut HttpGlance, pid: u32, version: u16) -> Option<HttpServer> {
    glance.servers(0).into_iter().find(|one| one.pid == pid && one.version == version)
}

/// The paths are the statuses; `expect` are requests, client errors, server errors.
fn check(word: &str, client_role: &str, version: u16, expect: (u64, u64, u64)) {
    let Some(mut glance) = if_possible(HttpGlance::open(&HttpConfig::default())) else { return };
    let bed = Bed::build(word);
    let mut server = bed.play(&bed.b, "http-server [::]:0");
    let port: u16 = server.hear("ready").parse().unwrap();
    for address in ["10.77.0.2", "[fd77::2]"] {
        let role = client_role.replace("SERVER", &format!("{address}:{port}"));
        let mut client = bed.play(&bed.a, &role);
        client.hear("done");
        client.end();
    }
    let (requests, client_errors, server_errors) = expect;
    let counted = scope_testkit::wait::until("all answers", PATIENCE, || {
        of_pid(&mut glance, server.pid(), version)
            .filter(|one| one.counts.responses >= 2 * requests)
    });
    let HttpServer { netns, port: counted_port, counts, .. } = counted.unwrap();
    assert_eq!((netns, counted_port), (inode(&bed.b), port));
    let errors = (counts.client_errors, counts.server_errors, counts.unknown);
    assert_eq!(errors, (2 * client_errors, 2 * server_errors, 0), "{counts:?}");
    assert_eq!((counts.requests, counts.responses), (2 * requests, 2 * requests));
    assert_eq!(counts.latency.iter().sum::<u64>(), 2 * requests);
    let HttpCounts { latency_nanos, last_nanos, .. } = counts;
    assert!(latency_nanos > 0 && last_nanos > latency_nanos, "{counts:?}");
    assert!(counts.latency_micros_at(500) < Some(1 << 20), "{counts:?}");
}

#[test]
fn http_1() {
    check("h1", "http-client SERVER 200 404 200 503 302", 1, (5, 1, 1));
}

#[test]
fn http_2() {
    check("h2", "http2-client SERVER 200 404 503 302 500 418", 2, (6, 2, 2));
}

#[test]
fn a_connection_older_than_the_glance() {
    let Some(mut kernel) = if_possible(Kernel::open(&Config::default())) else { return };
    let bed = Bed::build("ho");
    let mut server = bed.play(&bed.b, "http-server 10.77.0.2:0");
    let port = server.hear("ready");
    // The second request waits for the word that the glance is open.
    let role = format!("http-client 10.77.0.2:{port} 200 wait 500");
    let mut client = bed.play(&bed.a, &role);
    client.hear("waiting");
    let mut glance = HttpGlance::open(&HttpConfig::default()).unwrap();
    glance.learn(&kernel.sockets().unwrap());
    client.tell();
    client.hear("done");
    let counted = scope_testkit::wait::until("the answer", PATIENCE, || {
        of_pid(&mut glance, server.pid(), 1).filter(|one| one.counts.responses > 0)
    });
    let counts = counted.unwrap().counts;
    assert_eq!((counts.requests, counts.responses, counts.server_errors), (1, 1, 1));
}

#[test]
fn a_sample_is_a_part() {
    let config = HttpConfig { sample_one_in: 4 };
    let Some(mut glance) = if_possible(HttpGlance::open(&config)) else { return };
    let bed = Bed::build("hs");
    let mut server = bed.play(&bed.b, "http-server 10.77.0.2:0");
    let port = server.hear("ready");
    for _ in 0..20 {
        let mut client = bed.play(&bed.a, &format!("http-client 10.77.0.2:{port} 200"));
        client.hear("done");
        client.end();
    }
    let responses = of_pid(&mut glance, server.pid(), 1).map_or(0, |one| one.counts.responses);
    assert!(responses < 20, "{responses} of 20");
}
