//! Reports that no honest probe would send: facts anywhere, ids of every grammar and of none,
//! rows that refer to themselves, to each other in circles, and to nothing.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;
use scope_report::{
    Column, Control, DnsNames, MetadataTemplate, Metric, MetricTemplate, Node, Report, Sample,
    StringSet, TableTemplate, TemplateSource, Text, Timestamp, TopologyKind,
};

const IDS: [&str; 30] = [
    "",
    ";",
    ";;",
    ";;;",
    "h1;<host>",
    "h2;<host>",
    "h1;1",
    "h1;2",
    "h2;1",
    "c1;<container>",
    "c2;<container>",
    "i1;<container_image>",
    "app;<container_image>",
    "p1;<pod>",
    "p2;<pod>",
    "s1;<service>",
    "d1;<deployment>",
    "cluster;web",
    "é;<pod>",
    "<pod>",
    ";10.0.0.1;80",
    ";10.0.0.2;4000",
    ";8.8.8.8;443",
    ";9.9.9.9;1",
    "h1;127.0.0.1;80",
    ";fd00::1;80",
    "in-theinternet",
    "out-theinternet",
    "pseudo:uncontained:h1",
    "#docker_peer_h1",
];

const KEYS: [&str; 32] = [
    "active_controls",
    "cmdline",
    "conn_count",
    "control_probe_id",
    "copy_of",
    "count_container",
    "docker_container_hostname",
    "docker_container_id",
    "docker_container_name",
    "docker_container_state",
    "docker_env_TOKEN",
    "docker_image_id",
    "docker_image_name",
    "docker_label_a___b",
    "docker_label_works.weave.role",
    "does_not_make_connections",
    "host_name",
    "host_node_id",
    "kuberneets_snapshot_data",
    "kubernetes_ip",
    "kubernetes_name",
    "kubernetes_namespace",
    "kubernetes_state",
    "kubernetes_storage_class_name",
    "kubernetes_volume_claim",
    "kubernetes_volume_name",
    "name",
    "pid",
    "service_name",
    "stack_namespace",
    "table_truncation_count_docker_label_",
    "weave_peer_nick_name",
];

const VALUES: [&str; 16] = [
    "",
    "1",
    "2",
    "c1",
    "c2",
    "i1",
    "r:5/app:1",
    "<none>",
    "running",
    "deleted",
    "10.0.0.1",
    "ns",
    "a;b;a",
    "-9223372036854775809",
    "é é",
    "é:é/é@é",
];

const SETS: [&str; 4] = [
    "docker_container_ips_with_scopes",
    "docker_container_ports",
    "local_networks",
    "docker_container_networks",
];

const MEMBERS: [&str; 9] = [
    ";10.0.0.1",
    ";10.0.0.2",
    "h1;127.0.0.1",
    "10.0.0.1:80->80/tcp",
    "[::]:80->80/tcp",
    ":->/tcp",
    "10.0.0.0/8",
    "::/0",
    "10.0.0.0/99",
];

fn any_of(list: &'static [&'static str]) -> impl Strategy<Value = Text> {
    prop_oneof![
        20 => select(list).prop_map(Text::new_static),
        1 => proptest::string::string_regex("[ -~é;<>]{0,24}").unwrap().prop_map(Text::from),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(1.5),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MAX),
        Just(-1e300),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![Just(Timestamp::ZERO), Just(Timestamp::from_unix(1_795_000_000, 1).unwrap())]
}

fn kind() -> impl Strategy<Value = TopologyKind> {
    select(&TopologyKind::ALL[..])
}

fn metric() -> impl Strategy<Value = (Text, Metric)> {
    let sample = (time(), number()).prop_map(|(date, value)| Sample { date, value });
    let metric = (vec(sample, 0..3), number(), number()).prop_map(|(samples, min, max)| Metric {
        samples,
        min,
        max,
    });
    (any_of(&KEYS), metric)
}

fn node() -> impl Strategy<Value = (TopologyKind, Node)> {
    let facts = vec((any_of(&KEYS), time(), any_of(&VALUES)), 0..8);
    let ids_as_facts = vec((any_of(&["copy_of", "host_node_id"]), any_of(&IDS)), 0..2);
    let sets = vec((any_of(&SETS), any_of(&MEMBERS)), 0..3);
    let parents = vec((kind(), any_of(&IDS)), 0..5);
    let adjacency = vec(any_of(&IDS), 0..4);
    let topology = prop_oneof![20 => Just(false), 1 => Just(true)];
    let parts = (kind(), any_of(&IDS), topology, facts, ids_as_facts, sets, parents, adjacency);
    (parts, vec(metric(), 0..2)).prop_map(|(parts, metrics)| {
        let (kind, id, is_part, facts, ids_as_facts, sets, parents, adjacency) = parts;
        let mut node = Node::new(id, if is_part { "" } else { kind.name() });
        for (key, timestamp, value) in facts {
            node.set_fact(key, timestamp, value);
        }
        for (key, id) in ids_as_facts {
            node.set_fact(key, Timestamp::ZERO, id);
        }
        for (key, member) in sets {
            node.add_to_set(&key, member);
        }
        for (kind, id) in parents {
            node.add_parent(kind.name(), id);
        }
        node.adjacency = StringSet::from_iter(adjacency);
        node.metrics = metrics.into_iter().collect();
        (kind, node)
    })
}

fn add_templates(report: &mut Report, kind: TopologyKind, key: &Text, priority: f64, choice: u8) {
    let topology = report.topology_mut(kind);
    let from = match choice % 4 {
        0 => TemplateSource::Any,
        1 => TemplateSource::Latest,
        2 => TemplateSource::Sets,
        _ => TemplateSource::Counters,
    };
    let template = MetadataTemplate { id: key.clone(), priority, from, ..Default::default() };
    topology.metadata_templates.insert(key.clone(), template);
    let template = MetricTemplate { id: key.clone(), priority, ..Default::default() };
    topology.metric_templates.insert(key.clone(), template);
    let kind = if choice.is_multiple_of(2) { "multicolumn-table" } else { "property-list" };
    let table = TableTemplate {
        id: key.clone(),
        prefix: key.chars().take(usize::from(choice)).collect(),
        kind: kind.into(),
        columns: vec![Column::default()],
        ..Default::default()
    };
    topology.table_templates.insert(key.clone(), table);
    topology.controls.insert(key.clone(), Control { id: key.clone(), ..Default::default() });
}

/// Any report.
pub fn report() -> impl Strategy<Value = Report> {
    let templates = vec((kind(), any_of(&KEYS), number(), 0_u8..14), 0..12);
    let names = vec(any_of(&["storage.googleapis.com", "a.example", ""]), 0..3);
    let dns = vec((any_of(&["8.8.8.8", "9.9.9.9", "10.0.0.1"]), names), 0..3);
    (vec(node(), 0..60), templates, dns).prop_map(|(nodes, templates, dns)| {
        let mut report = Report::stamped(Timestamp::ZERO);
        for (kind, node) in nodes {
            report.topology_mut(kind).add(node);
        }
        for (kind, key, priority, choice) in templates {
            add_templates(&mut report, kind, &key, priority, choice);
        }
        for (address, names) in dns {
            let names = DnsNames { forward: names.into_iter().collect(), ..DnsNames::default() };
            report.dns.insert(address, names);
        }
        report
    })
}

/// The query of a request.
pub fn query() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let keys =
        ["unconnected", "system", "stopped", "pseudo", "snapshot", "storage", "namespace", "x"];
    let values = ["show", "hide", "all", "system", "stopped", "both", "ns,1", "", "x"];
    vec((select(keys.to_vec()), select(values.to_vec())), 0..4)
}
