//! Windows, figures and sums over containers, on counts made up here.

use super::*;
use scope_ebpf::{HttpServer, LATENCY_BUCKETS};
use scope_report::MetricTemplate;

const SECOND: u64 = 1_000_000_000;

/// So many requests, all answered within step 4 (16 µs), some with errors.
fn counts(requests: u64, client_errors: u64, server_errors: u64, secs: u64) -> HttpCounts {
    let mut latency = [0; LATENCY_BUCKETS];
    latency[4] = requests;
    let last_nanos = secs * SECOND;
    let responses = requests;
    HttpCounts {
        requests,
        responses,
        client_errors,
        server_errors,
        latency,
        last_nanos,
        ..HttpCounts::default()
    }
}

fn server(pid: u32, port: u16, counts: HttpCounts) -> HttpServer {
    HttpServer { pid, netns: 1, port, version: 1, counts }
}

/// `pid requests`, over so many seconds; a look each second, of `(port, total)` of process 7.
#[track_caller]
fn check(looks: &[&[(u16, u64)]], expect: &str) {
    let mut window = Window::begun(SECOND);
    for (look, secs) in looks.iter().zip(2..) {
        let servers = look.iter().map(|(port, all)| server(7, *port, counts(*all, 0, 0, secs)));
        window.take(secs * SECOND, 0, servers.collect());
    }
    let (sums, secs) = window.sums();
    let told = sums.iter().map(|(pid, sum)| format!("{pid} {} in {secs}", sum.requests));
    assert_eq!(told.collect::<Vec<_>>().join(", "), expect);
}

#[test]
fn counts_are_of_the_last_five_seconds() {
    check(&[], "");
    check(&[&[(80, 10)]], "7 10 in 1");
    check(&[&[(80, 10)], &[(80, 30)]], "7 30 in 2");
    check(&[&[(80, 10)], &[(80, 30), (81, 5)]], "7 35 in 2");
    let each: Vec<Vec<(u16, u64)>> = (1..=20).map(|second| vec![(80, second * 100)]).collect();
    let each: Vec<&[(u16, u64)]> = each.iter().map(Vec::as_slice).collect();
    check(&each, "7 500 in 5");
    // The kernel had no room and began anew.
    check(&[&[(80, 100)], &[(80, 100)], &[], &[], &[], &[], &[(80, 3)]], "7 3 in 5");
}

#[test]
fn looks_are_few_however_often_it_looks() {
    let mut window = Window::begun(0);
    for tenths in 1..400_u64 {
        window.take(tenths * SECOND / 10, 0, vec![server(7, 80, counts(tenths, 0, 0, tenths))]);
    }
    let (sums, secs) = window.sums();
    assert!((5.0..6.0).contains(&secs), "{secs}");
    assert_eq!(number_of(sums[&7].requests), (secs * 10.0).round());
}

fn number_of(count: u64) -> f64 {
    crate::process_reporter::number(count)
}

#[test]
fn idle_servers_are_forgotten() {
    let mut window = Window::begun(0);
    let idle = server(7, 80, counts(9, 0, 0, 1));
    window.take(2 * SECOND, 0, vec![idle.clone()]);
    window.take(3 * SECOND, 2 * SECOND, vec![idle]);
    assert!(window.sums().0.is_empty());
    window.take(4 * SECOND, 2 * SECOND, vec![server(7, 80, counts(11, 0, 0, 4))]);
    assert_eq!(window.sums().0[&7].requests, 11);
}

/// `key=value` of what is shown.
#[track_caller]
fn check_figures(counts: &HttpCounts, one_in: u32, expect: &str) {
    let metrics = Figures { secs: 4.0, one_in }.metrics(counts, Timestamp::ZERO);
    let told = metrics.iter().map(|(key, one)| format!("{key}={}", one.last().unwrap().value));
    assert_eq!(told.collect::<Vec<_>>().join(" "), expect);
}

#[test]
fn what_is_unknown_is_not_zero() {
    check_figures(&counts(0, 0, 0, 1), 1, "http_requests_per_second=0");
    check_figures(&counts(0, 0, 0, 1), 2, "");
    check_figures(
        &counts(40, 10, 4, 1),
        1,
        "http_requests_per_second=10 http_errors_percent=10 http_client_errors_percent=25 \
         http_latency_p50_ms=0.016 http_latency_p95_ms=0.016",
    );
    // Statuses that could not be read are no successes, and a sample stands for the whole.
    let unread = HttpCounts { unknown: 20, ..counts(40, 10, 4, 1) };
    check_figures(
        &unread,
        8,
        "http_requests_per_second=80 http_errors_percent=20 http_client_errors_percent=50 \
         http_latency_p50_ms=0.016 http_latency_p95_ms=0.016",
    );
    check_figures(
        &HttpCounts { unknown: 40, latency: [0; LATENCY_BUCKETS], ..counts(40, 0, 0, 1) },
        1,
        "http_requests_per_second=10",
    );
}

#[test]
fn the_absence_is_one_sentence() {
    let check = |first: &str, expect: &str| {
        assert_eq!(absence(&Unavailable::NothingRuns { first: first.to_owned() }), expect);
    };
    check("HTTP at a glance: no groups", "HTTP at a glance is off: no groups");
    check("no groups", "HTTP at a glance is off: no groups");
    let expect = "HTTP at a glance is off: the kernel is in lockdown (confidentiality)";
    assert_eq!(absence(&Unavailable::Lockdown), expect);
}

/// A process of the container `c`, with the metric that the reporter gives.
fn process(pid: u32, container: &str, is_told: bool) -> Node {
    let mut node = Node::new(id::process("h", pid), TopologyKind::Process.name());
    node.set_fact("pid", Timestamp::ZERO, pid.to_string());
    node.add_parent(TopologyKind::Container.name(), id::container(container));
    if is_told {
        let figures = Figures { secs: 1.0, one_in: 1 };
        node.metrics =
            figures.metrics(&HttpCounts::default(), Timestamp::ZERO).into_iter().collect();
    }
    node
}

#[test]
fn a_container_has_the_sum_of_its_processes() {
    use scope_agent::Tagger;
    let book = HttpBook::default();
    let by_pid = [(1, counts(30, 0, 3, 1)), (2, counts(10, 0, 5, 1)), (3, counts(99, 0, 0, 1))];
    let figures = Figures { secs: 4.0, one_in: 1 };
    book.tell(Told { figures, by_pid: by_pid.into_iter().collect() });
    let mut report = Report::stamped(Timestamp::ZERO);
    let processes = report.topology_mut(TopologyKind::Process);
    // The last is of a container that its engine does not know.
    for node in [process(1, "c", true), process(2, "c", true), process(3, "gone", true)] {
        processes.add(node);
    }
    processes.add(process(4, "c", true));
    let container = Node::new(id::container("c"), TopologyKind::Container.name());
    report.topology_mut(TopologyKind::Container).add(container);
    let mut tagger = HttpTagger::new(book);
    tagger.tag(&mut report, Timestamp::ZERO);
    let containers = report.topology(TopologyKind::Container);
    assert_eq!(containers.nodes.len(), 1);
    let metrics = &containers.nodes.get("c;<container>").unwrap().metrics;
    let value = |key| metrics.get(key).unwrap().last().unwrap().value;
    assert_eq!((value("http_requests_per_second"), value("http_errors_percent")), (10.0, 20.0));
    let label = |one: &MetricTemplate| one.label.clone();
    let template = containers.metric_templates.get("http_requests_per_second").map(label);
    assert_eq!(template.as_deref(), Some("HTTP requests/second"));
}

#[test]
fn old_figures_are_not_told_again() {
    use scope_agent::Tagger;
    let book = HttpBook::default();
    let by_pid = [(1, counts(30, 0, 3, 1))].into_iter().collect();
    book.tell(Told { figures: Figures { secs: 4.0, one_in: 1 }, by_pid });
    let mut report = Report::stamped(Timestamp::ZERO);
    report.topology_mut(TopologyKind::Process).add(process(1, "c", false));
    let container = Node::new(id::container("c"), TopologyKind::Container.name());
    report.topology_mut(TopologyKind::Container).add(container);
    HttpTagger::new(book).tag(&mut report, Timestamp::ZERO);
    let node = report.topology(TopologyKind::Container).nodes.get("c;<container>").unwrap();
    assert!(node.metrics.is_empty());
}
