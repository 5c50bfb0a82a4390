//! What is said of each kind of node, on reports of a few lines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../render/tests/fixture/fixture.rs"]
mod fixture;

use scope_api::{ConnectionsTable, NodeDetail};
use scope_present::{Censor, detail, summaries, topology_list};
use scope_render::{LabelFilters, Lifted, ViewId, ViewOptions, render};
use scope_report::{Control, Report, TableTemplate, TopologyKind};
use std::sync::Arc;

fn detail_of(report: Report, view: ViewId, id: &str, censor: Censor) -> NodeDetail {
    let lifted = Lifted::new(Arc::new(report));
    let options = ViewOptions::default();
    let graph = render(&lifted, view, &options);
    detail(&lifted, &graph, view, id, censor).unwrap()
}

/// `label | second line | rank | shape`, a `*` for what stands for several.
#[track_caller]
fn check(report: &str, view: ViewId, id: &str, expect: &str) {
    let lifted = Lifted::new(Arc::new(fixture::report(report)));
    let graph = render(&lifted, view, &ViewOptions::default());
    let nodes = summaries(&lifted, &graph, Censor::default());
    let node = &nodes[id];
    let stack = if node.stack { "*" } else { "" };
    let words =
        format!("{} | {} | {} | {}{stack}", node.label, node.label_minor, node.rank, node.shape);
    assert_eq!(words, expect);
}

#[test]
fn processes_are_named() {
    let report = "
        host web-1 10.0.0.0/8
        process web-1 101 nginx
        fact process web-1;7 pid 7
        connect 10.0.0.1:1 web-1:55 -> 10.0.0.1:2 web-1:101
        fact process web-1;8 pid 8
        fact process web-1;8 docker_container_name front
    ";
    check(report, ViewId::Processes, "web-1;101", "nginx | web-1 (101) | nginx | square");
    check(report, ViewId::Processes, "web-1;7", "7 | web-1 (7) | web-1 | square");
    check(report, ViewId::Processes, "web-1;8", "8 | web-1 (front:8) | web-1 | square");
    check(report, ViewId::Processes, "web-1;55", "55 | web-1 | web-1 | square");
    check(report, ViewId::ProcessesByName, "nginx", "nginx | 1 process | nginx | square*");
}

#[test]
fn containers_and_images_are_named() {
    let report = "
        host web-1 10.0.0.0/8
        image sha1 registry:5000/team/app:1
        image sha2 <none>
        container c1 web-1 front sha1 10.0.0.2
        container c2 web-1 back sha2 10.0.0.3
        fact container c2;<container> docker_label_io.kubernetes.container.name pod-name
        fact container 0123456789abcdef;<container> docker_container_state running
        process web-1 9 loner
        connect 10.0.0.2:1 -> 10.0.0.9:2 web-1:9
    ";
    check(report, ViewId::Containers, "c1;<container>", "front | web-1 | team/app | hexagon");
    check(report, ViewId::Containers, "c2;<container>", "pod-name | web-1 | <none> | hexagon");
    let id = "0123456789abcdef;<container>";
    check(report, ViewId::Containers, id, "0123456789ab |  | 0123456789ab | hexagon");
    let id = "team/app;<container_image>";
    check(report, ViewId::ContainersByImage, id, "team/app | 1 container | team/app | hexagon*");
    check(report, ViewId::ContainersByHostname, "back", "back | 1 container | back | hexagon*");
}

#[test]
fn what_is_not_observed_is_named() {
    let report = "
        host web-1 10.0.0.0/8
        process web-1 9 loner
        dns 9.9.9.9 storage.googleapis.com
        connect 10.0.0.1:1 web-1:9 -> 9.9.9.9:443
        connect 10.0.0.1:2 web-1:9 -> 1.1.1.1:443
        connect 8.8.8.8:3 -> 10.0.0.1:80 web-1:9
    ";
    let rank = "uncontained:web-1";
    let words = format!("Uncontained | web-1 | {rank} | square*");
    check(report, ViewId::Containers, "pseudo:uncontained:web-1", &words);
    let words = "The Internet | Inbound connections | in-theinternet | cloud";
    check(report, ViewId::Hosts, "in-theinternet", words);
    let words = "The Internet | Outbound connections | out-theinternet | cloud";
    check(report, ViewId::Hosts, "out-theinternet", words);
    let id = "service-storage.googleapis.com";
    check(report, ViewId::Hosts, id, &format!("storage.googleapis.com |  | {id} | cloud"));
}

#[test]
fn the_rest_is_named() {
    let report = "
        host web-1.example.org
        fact pod p1;<pod> kubernetes_name front
        fact pod p1;<pod> kubernetes_namespace shop
        parent pod p1;<pod> job j1;<job>
        fact ecs_task arn:1;<ecs_task> ecs_task_family web
        row ecs_service cluster;api
        row ecs_service old;<ecs_service>
        row swarm_service s1;<swarm_service>
        fact overlay #aa host_node_id web-1
    ";
    let id = "web-1.example.org;<host>";
    check(report, ViewId::Hosts, id, "web-1 | example.org | example.org | circle");
    check(report, ViewId::Pods, "p1;<pod>", "front | 0 containers | shop/front | heptagon");
    check(report, ViewId::KubeControllers, "j1;<job>", "j1 | Job of 1 pod | /j1 | dottedtriangle*");
    check(report, ViewId::EcsTasks, "arn:1;<ecs_task>", "web |  |  | heptagon");
    check(report, ViewId::EcsServices, "cluster;api", "api |  |  | heptagon*");
    check(report, ViewId::EcsServices, "old;<ecs_service>", "old |  |  | heptagon*");
    check(report, ViewId::SwarmServices, "s1;<swarm_service>", "s1 |  |  | heptagon");
    check(report, ViewId::Weave, "#aa", "aa | aa |  | circle");
}

/// `label:port=count`, for the Internet with the local address before.
fn rows(table: &ConnectionsTable) -> Vec<String> {
    let row = |connection: &scope_api::Connection| {
        let cells: Vec<&str> = connection.metadata.iter().map(|cell| cell.value.as_str()).collect();
        format!("{} {}", connection.label, cells.join(" "))
    };
    table.connections.iter().map(row).collect()
}

#[test]
fn connections_are_counted_once() {
    let report = "
        host web-1 10.0.0.0/8
        process web-1 1 front
        process web-1 2 db
        dns 8.8.8.8 client.example
        connect 10.0.0.1:4000 web-1:1 -> 10.0.0.2:5432 web-1:2
        connect 10.0.0.1:4001 web-1:1 -> 10.0.0.2:5432 web-1:2
        fact endpoint ;10.0.0.1;4001 conn_count 5
        connect 10.0.0.99:4000 web-1:1 -> 10.0.0.2:5432 web-1:2
        fact endpoint ;10.0.0.99;4000 copy_of ;10.0.0.1;4000
        connect 8.8.8.8:4002 -> 10.0.0.2:5432 web-1:2
        connect 10.0.0.2:4003 web-1:2 -> 1.1.1.1:443
    ";
    let of = |id| {
        let node = detail_of(fixture::report(report), ViewId::Processes, id, Censor::default());
        (rows(&node.connections[0]), rows(&node.connections[1]))
    };
    let (inbound, outbound) = of("web-1;2");
    assert_eq!(inbound, ["client.example (8.8.8.8) 5432 1", "front 5432 6"]);
    assert_eq!(outbound, ["1.1.1.1 443 1"]);
    let (inbound, outbound) = of("web-1;1");
    assert_eq!((inbound.len(), outbound), (0, vec!["db 5432 6".to_owned()]));
    let (_, outbound) = of("in-theinternet");
    assert_eq!(outbound, ["db client.example (8.8.8.8) 5432 1"]);
}

#[test]
fn the_peers_of_a_domain_are_told_apart() {
    let report = "
        host web-1 10.0.0.0/8
        fact host web-1;<host> host_dns_snooping 3
        process web-1 1 front
        dns 192.0.2.1 api.example.org
        dns 192.0.2.2 www.example.org
        connect 10.0.0.1:4000 web-1:1 -> 192.0.2.1:443
        connect 10.0.0.1:4001 web-1:1 -> 192.0.2.2:443
    ";
    let id = "service-example.org";
    check(report, ViewId::Processes, id, &format!("example.org |  | {id} | cloud"));
    let of = |id| {
        let node = detail_of(fixture::report(report), ViewId::Processes, id, Censor::default());
        (rows(&node.connections[0]), rows(&node.connections[1]))
    };
    let expect = ["api.example.org (192.0.2.1) 443 1", "www.example.org (192.0.2.2) 443 1"];
    assert_eq!(of("web-1;1").1, expect);
    let expect =
        ["front api.example.org (192.0.2.1) 443 1", "front www.example.org (192.0.2.2) 443 1"];
    assert_eq!(of(id).0, expect);
}

#[test]
fn a_node_left_out_is_still_answered() {
    let report = "
        host web-1 10.0.0.0/8
        container c1 web-1 front sha1 10.0.0.2
        container c2 web-1 back sha1 10.0.0.3
        fact container c1;<container> docker_container_state exited
        process web-1 1 idle
        connect 10.0.0.2:4000 -> 10.0.0.3:80
    ";
    let lifted = Lifted::new(Arc::new(fixture::report(report)));
    let options = ViewOptions::from_query([("stopped", "running")]);
    let graph = render(&lifted, ViewId::Containers, &options);
    let nodes = summaries(&lifted, &graph, Censor::default());
    assert!(!nodes.contains_key("c1;<container>"));
    let id = "c1;<container>";
    let view = ViewId::Containers;
    let node = detail(&lifted, &graph, view, id, Censor::default()).unwrap();
    assert_eq!(node.summary.adjacency, ["c2;<container>"]);
    assert_eq!(rows(&node.connections[1]), ["back 80 1"]);
}

#[test]
fn a_control_goes_to_its_own_probe_or_the_nodes() {
    let mut report = fixture::report(
        "
        fact host a;<host> control_probe_id own
        fact host a;<host> active_controls cordon;exec;unknown
        ",
    );
    for (id, probe_id) in [("cordon", "cluster"), ("exec", "")] {
        let control = Control { id: id.into(), probe_id: probe_id.into(), ..Control::default() };
        report.topology_mut(TopologyKind::Host).controls.insert(id, control);
    }
    let node = detail_of(report, ViewId::Hosts, "a;<host>", Censor::default());
    let probes: Vec<_> =
        node.controls.iter().map(|control| (&*control.id, &*control.probe_id)).collect();
    assert_eq!(probes, [("cordon", "cluster"), ("exec", "own")]);
}

#[test]
fn tables_are_made_of_facts() {
    let report = || {
        let mut report = fixture::report(
            "
            fact container c1;<container> docker_env_TOKEN secret
            fact container c1;<container> docker_label_tier front
            fact container c1;<container> docker_image_id sha1
            fact container c1;<container> net_r1___state up
            fact container c1;<container> net_r1 lost
            fact container c1;<container> table_truncation_count_docker_label_ 3
            ",
        );
        let topology = report.topology_mut(TopologyKind::Container);
        for (id, kind) in
            [("docker_env_", "property-list"), ("docker_label_", ""), ("net_", "multicolumn-table")]
        {
            let mut template = TableTemplate {
                id: id.into(),
                prefix: id.into(),
                kind: kind.into(),
                ..TableTemplate::default()
            };
            template.fixed_rows.insert("docker_image_id", " ID".into());
            topology.table_templates.insert(id, template);
        }
        report
    };
    let tables = |censor| {
        let node = detail_of(report(), ViewId::Containers, "c1;<container>", censor);
        let table = |table: &scope_api::Table| {
            let rows: Vec<String> = table
                .rows
                .iter()
                .map(|row| {
                    let cells: Vec<&str> = row.entries.values().map(|cell| cell.as_str()).collect();
                    format!("{}={}", row.id, cells.join(","))
                })
                .collect();
            format!("{} {} +{}", table.id, rows.join(" "), table.truncation_count)
        };
        node.summary.tables.iter().map(table).collect::<Vec<_>>()
    };
    assert_eq!(
        tables(Censor::default()),
        [
            "docker_env_ label_ ID= ID,sha1 label_TOKEN=TOKEN,secret +0",
            "docker_label_ label_ ID= ID,sha1 label_tier=tier,front +3",
            "net_ r1=up +0",
        ]
    );
    let censor = Censor { hide_environment_variables: true, ..Censor::default() };
    assert_eq!(tables(censor).len(), 2);
}

#[test]
fn the_list_is_sorted_and_nested() {
    let lifted = Lifted::new(Arc::new(Report::empty()));
    let list = topology_list(&lifted, &LabelFilters::default(), &mut |_| Default::default());
    let names: Vec<String> = list
        .iter()
        .map(|entry| {
            let subs: Vec<&str> =
                entry.sub_topologies.iter().map(|sub| sub.name.as_str()).collect();
            format!("{} {}", entry.name, subs.join(","))
        })
        .collect();
    assert_eq!(
        names,
        [
            "Containers by DNS name,by image",
            "Hosts Weave Net",
            "Pods Controllers,Services",
            "Processes by name",
            "Services ",
            "Tasks Services",
        ]
    );
}

#[test]
fn children_beyond_the_limit_are_counted_and_not_listed() {
    let mut report = String::from("host web-1 10.0.0.0/8\n");
    for pid in 1..=5_007 {
        report.push_str(&format!("process web-1 {pid} worker\n"));
    }
    let report = fixture::report(&report);
    let host = detail_of(report, ViewId::Hosts, "web-1;<host>", Censor::default());
    let processes = host.children.iter().find(|group| group.label == "Processes").unwrap();
    assert_eq!((processes.nodes.len(), processes.truncation_count), (5_000, 7));
}
