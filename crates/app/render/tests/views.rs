//! Each view on a report of a few lines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "fixture/fixture.rs"]
mod fixture;

use scope_render::{Graph, LabelFilters, Lifted, ViewId, ViewOptions, choice_groups, render};
use std::sync::Arc;

/// Two hosts, three containers, an uncontained client, a service outside.
const SITE: &str = "
    host web-1 10.0.0.0/8
    host web-2
    image sha1 team/app:1
    image sha2 registry:5000/team/app:2
    image sha3 postgres
    container c1 web-1 front sha1 10.0.0.2
    container c2 web-1 front sha2 10.0.0.3
    container db web-2 db sha3 10.0.0.4
    process web-1 101 nginx c1
    process web-1 102 nginx c2
    process web-1 7 curl
    process web-2 201 postgres db
    process web-2 8 idle
    dns 9.9.9.9 storage.googleapis.com
    connect 10.0.0.2:4000 web-1:101 -> 10.0.0.4:5432 web-2:201
    connect 10.0.0.3:4001 -> 10.0.0.4:5432 web-2:201
    connect 10.0.0.9:4002 web-1:7 -> 10.0.0.2:80 web-1:101
    connect 10.0.0.2:4003 web-1:101 -> 9.9.9.9:443
    connect 8.8.8.8:4004 -> 10.0.0.2:80 web-1:101
";

/// The graph in words: each node, what it connects to, and `+n` for what was left out.
fn words(graph: &Graph) -> String {
    let mut lines: Vec<String> = graph
        .nodes()
        .map(|(index, node)| {
            let to = graph.adjacency(index).filter_map(|to| graph.node(to));
            let to: Vec<&str> = to.map(|node| node.id.as_str()).collect();
            if to.is_empty() {
                node.id.to_string()
            } else {
                format!("{} > {}", node.id, to.join(" "))
            }
        })
        .collect();
    match graph.stats().filtered_nodes {
        0 => {}
        count => lines.push(format!("+{count}")),
    }
    lines.join("\n")
}

#[track_caller]
fn check(report: &str, view: &str, query: &str, expect: &str) {
    let lifted = Lifted::new(Arc::new(fixture::report(report)));
    let options = ViewOptions::from_query(query.split('&').filter_map(|pair| pair.split_once('=')));
    let view = ViewId::parse(view).unwrap();
    let expect: Vec<&str> = expect.split('|').map(str::trim).collect();
    assert_eq!(words(&render(&lifted, view, &options)), expect.join("\n"));
}

#[test]
fn processes_hold_their_endpoints() {
    check(
        SITE,
        "processes",
        "",
        "in-theinternet > web-1;101 | service-storage.googleapis.com | \
         web-1;101 > service-storage.googleapis.com web-2;201 | web-1;102 | web-1;7 > web-1;101 | \
         web-2;201 | web-2;8",
    );
    let without_process = "host web-1\nconnect 8.8.8.8:1 -> 9.9.9.9:2";
    check(without_process, "processes", "", "");
}

#[test]
fn unconnected_processes_hide() {
    check(
        SITE,
        "processes",
        "unconnected=hide",
        "in-theinternet > web-1;101 | service-storage.googleapis.com | \
         web-1;101 > service-storage.googleapis.com web-2;201 | web-1;7 > web-1;101 | \
         web-2;201 | +2",
    );
}

#[test]
fn a_port_used_twice_belongs_to_no_process() {
    let report = "
        host a 10.0.0.0/8
        process a 1 client
        process a 2 one
        process a 3 two
        connect 10.0.0.1:4000 a:1 -> 10.0.0.2:80 a:2
        connect 10.0.0.1:4000 a:1 -> 10.0.0.3:80 a:3
    ";
    check(report, "processes", "", "a;1 | a;2 | a;3");
    // One peer under two addresses is one peer.
    let copy = format!("{report}\nfact endpoint ;10.0.0.3;80 copy_of ;10.0.0.2;80");
    check(&copy, "processes", "", "a;1 > a;2 a;3 | a;2 | a;3");
}

#[test]
fn a_server_that_is_not_there_is_shown() {
    let report = "
        host a 10.0.0.0/8
        process a 1 client
        connect 10.0.0.1:4000 a:1 -> 10.0.0.2:80
    ";
    check(report, "processes", "", "a;1");
    let refused = format!("{report}\nfact endpoint ;10.0.0.2;80 unanswered true");
    check(&refused, "processes", "", "a;1 > unanswered:;10.0.0.2;80 | unanswered:;10.0.0.2;80");
    // Another probe sees who has the address.
    let seen =
        format!("{refused}\nprocess a 2 server\nconnect 10.0.0.1:4001 a:1 -> 10.0.0.2:80 a:2");
    check(&seen, "processes", "", "a;1 > a;2 | a;2");
}

#[test]
fn processes_group_by_name() {
    check(
        SITE,
        "processes-by-name",
        "unconnected=show",
        "curl > nginx | idle | in-theinternet > nginx | \
         nginx > postgres service-storage.googleapis.com | postgres | \
         service-storage.googleapis.com",
    );
}

#[test]
fn containers_hold_processes_and_addresses() {
    check(
        SITE,
        "containers",
        "",
        "c1;<container> > db;<container> service-storage.googleapis.com | \
         c2;<container> > db;<container> | db;<container> | in-theinternet > c1;<container> | \
         pseudo:uncontained:web-1 > c1;<container> | service-storage.googleapis.com | +1",
    );
}

#[test]
fn containers_sift_by_state_and_role() {
    let report = format!(
        "{SITE}
        fact container c1;<container> docker_container_state exited
        fact container c2;<container> docker_label_works.weave.role system
        fact container db;<container> docker_container_state deleted"
    );
    let check = |query, expect| check(&report, "containers", query, expect);
    check("x=y", "+7");
    check(
        "stopped=both",
        "c1;<container> > service-storage.googleapis.com | \
         in-theinternet > c1;<container> | service-storage.googleapis.com | +4",
    );
    check("system=system", "c2;<container> | +6");
    // A value that a group does not have switches it off.
    check(
        "system=no&stopped=no&pseudo=no",
        "c1;<container> > service-storage.googleapis.com | \
         c2;<container> | in-theinternet > c1;<container> | \
         pseudo:uncontained:web-1 > c1;<container> | service-storage.googleapis.com | +2",
    );
}

#[test]
fn a_mapped_port_leads_into_the_container() {
    let report = "
        host a 10.0.0.0/8
        process a 1 client
        container web a web sha1 172.17.0.2
        set container web;<container> docker_container_ports 10.0.0.5:8080->80/tcp
        connect 10.0.0.1:4000 a:1 -> 10.0.0.5:8080
        connect 8.8.8.8:4000 -> 10.0.0.5:8080
    ";
    check(report, "containers", "", "in-theinternet > web;<container> | web;<container> | +1");
}

#[test]
fn an_address_of_two_containers_is_neither_ones() {
    let report = "
        host a 10.0.0.0/8
        process a 1 idle
        container one a one sha1 10.0.0.2
        container two a two sha1 10.0.0.2
        connect 8.8.8.8:4000 -> 10.0.0.2:80
    ";
    check(report, "containers", "", "one;<container> | two;<container> | +2");
}

#[test]
fn containers_group_by_hostname() {
    check(
        SITE,
        "containers-by-hostname",
        "pseudo=hide",
        "db | front > db service-storage.googleapis.com | in-theinternet > front | \
         service-storage.googleapis.com | +2",
    );
}

#[test]
fn containers_group_by_image_whatever_the_version() {
    check(
        SITE,
        "containers-by-image",
        "pseudo=hide",
        "in-theinternet > team/app;<container_image> | postgres;<container_image> | \
         service-storage.googleapis.com | \
         team/app;<container_image> > postgres;<container_image> \
         service-storage.googleapis.com | +2",
    );
}

#[test]
fn hosts_hold_everything() {
    check(
        SITE,
        "hosts",
        "",
        "in-theinternet > web-1;<host> | service-storage.googleapis.com | \
         web-1;<host> > service-storage.googleapis.com web-1;<host> web-2;<host> | web-2;<host>",
    );
    let lifted = Lifted::new(Arc::new(fixture::report(SITE)));
    let graph = render(&lifted, ViewId::Hosts, &ViewOptions::default());
    let host = graph.find("web-1;<host>").unwrap();
    let children = graph.stage().children(host).iter();
    let ids: Vec<String> =
        children.map(|child| lifted.child(*child).unwrap().node.id.to_string()).collect();
    assert_eq!(
        ids,
        ["web-1;101", "web-1;102", "web-1;7", "c1;<container>", "c2;<container>"],
        "images without a host are no one's"
    );
}

/// Two pods of one service, one of them failed, and a container that no one manages.
const CLUSTER: &str = "
    host node 10.0.0.0/8
    container c1 node front sha1 10.1.0.2
    container c2 node db sha2 10.1.0.3
    container c3 node lone sha3 10.1.0.4
    row pod front;<pod>
    row pod db;<pod>
    row pod gone;<pod>
    fact pod front;<pod> kubernetes_ip 10.1.0.2
    fact pod front;<pod> kubernetes_namespace shop
    fact pod front;<pod> kubernetes_volume_claim data;scratch
    fact pod db;<pod> kubernetes_namespace ops
    fact pod gone;<pod> kubernetes_state Failed
    row service web;<service>
    row deployment web;<deployment>
    fact service web;<service> kubernetes_namespace shop
    parent container c1;<container> pod front;<pod>
    parent container c2;<container> pod db;<pod>
    parent pod front;<pod> service web;<service>
    parent pod front;<pod> deployment web;<deployment>
    fact persistent_volume_claim pvc;<persistent_volume_claim> kubernetes_name data
    fact persistent_volume_claim pvc;<persistent_volume_claim> kubernetes_namespace shop
    fact persistent_volume_claim pvc;<persistent_volume_claim> kubernetes_volume_name pv-1
    fact persistent_volume pv;<persistent_volume> kubernetes_name pv-1
    fact namespace shop;<namespace> kubernetes_name shop
    fact namespace ops;<namespace> kubernetes_name ops
    connect 10.1.0.2:4000 -> 10.1.0.3:5432
    connect 10.1.0.2:4001 -> 10.1.0.4:80
";

#[test]
fn pods_hold_containers_and_claim_storage() {
    check(
        CLUSTER,
        "pods",
        "storage=show",
        "db;<pod> | front;<pod> > db;<pod> pvc;<persistent_volume_claim> | \
         pv;<persistent_volume> | pvc;<persistent_volume_claim> > pv;<persistent_volume> | +2",
    );
    check(CLUSTER, "pods", "namespace=shop", "front;<pod> | +5");
    // A namespace the report does not have is no choice.
    check(CLUSTER, "pods", "namespace=no", "db;<pod> | front;<pod> > db;<pod> | +4");
    check(SITE, "pods", "", "");
}

#[test]
fn pods_become_part_of_services_and_controllers() {
    check(CLUSTER, "services", "", "pseudo:unmanaged:node | web;<service> > pseudo:unmanaged:node");
    check(
        CLUSTER,
        "kube-controllers",
        "",
        "pseudo:unmanaged: > pseudo:unmanaged: | pseudo:unmanaged:node | \
         web;<deployment> > pseudo:unmanaged: pseudo:unmanaged:node",
    );
}

#[test]
fn tasks_and_swarm_services_hold_containers() {
    let report = format!(
        "{SITE}
        row ecs_task t1;<ecs_task>
        row swarm_service s1;<swarm_service>
        fact swarm_service s1;<swarm_service> stack_namespace shop
        parent container c1;<container> ecs_task t1;<ecs_task>
        parent ecs_task t1;<ecs_task> ecs_service cluster;web
        parent container db;<container> swarm_service s1;<swarm_service>"
    );
    let outside = "in-theinternet > t1;<ecs_task> | service-storage.googleapis.com";
    check(
        &report,
        "ecs-tasks",
        "pseudo=hide",
        &format!("{outside} | t1;<ecs_task> > service-storage.googleapis.com | +2"),
    );
    check(
        &report,
        "ecs-services",
        "",
        "cluster;web > pseudo:unmanaged:web-2 \
         service-storage.googleapis.com | in-theinternet > cluster;web | \
         pseudo:unmanaged:web-1 > cluster;web pseudo:unmanaged:web-2 | pseudo:unmanaged:web-2 | \
         service-storage.googleapis.com",
    );
    check(&report, "swarm-services", "namespace=shop&pseudo=hide", "s1;<swarm_service> | +4");
    check(&report, "swarm-services", "namespace=x&pseudo=hide", "s1;<swarm_service> | +4");
}

#[test]
fn weave_peers_without_a_probe_are_unmanaged() {
    let report = "
        fact overlay #aa host_node_id a
        fact overlay #bb weave_peer_nick_name b
        row overlay #docker_peer_a
    ";
    check(report, "weave", "", "#aa | +1");
}

#[test]
fn the_internet_does_not_talk_to_itself() {
    check("host a 10.0.0.0/8\nconnect 8.8.8.8:1 -> 9.9.9.9:2", "hosts", "", "a;<host> | +2");
}

#[test]
fn peers_are_named_by_domain_where_answers_are_heard() {
    let site = "
        host web-1 10.0.0.0/8
        process web-1 1 front
        dns 192.0.2.1 api.example.co.uk
        dns 192.0.2.2 www.example.co.uk
        dns 192.0.2.3 storage.googleapis.com
        dns 10.0.0.9 db.example.co.uk
        dns 192.0.2.5 visitor.example.net
        connect 10.0.0.1:4000 web-1:1 -> 192.0.2.1:443
        connect 10.0.0.1:4001 web-1:1 -> 192.0.2.2:443
        connect 10.0.0.1:4002 web-1:1 -> 192.0.2.3:443
        connect 10.0.0.1:4003 web-1:1 -> 192.0.2.4:443
        connect 10.0.0.1:4004 web-1:1 -> 10.0.0.9:443
        connect 192.0.2.5:4005 -> 10.0.0.1:80 web-1:1
    ";
    check(
        site,
        "processes",
        "",
        "in-theinternet > web-1;1 | out-theinternet | service-storage.googleapis.com | \
         web-1;1 > out-theinternet service-storage.googleapis.com",
    );
    let heard = format!("{site}\nfact host web-1;<host> host_dns_snooping 3");
    check(
        &heard,
        "processes",
        "pseudo=hide",
        "out-theinternet | service-example.co.uk | service-example.net > web-1;1 | \
         service-storage.googleapis.com | \
         web-1;1 > out-theinternet service-example.co.uk service-storage.googleapis.com",
    );
}

#[test]
fn loopback_is_not_the_internet() {
    check("host a\nconnect a-1;127.0.0.1:1 -> a-1;127.0.0.1:2", "hosts", "", "a;<host>");
}

#[test]
fn part_merged_rows_are_left_out() {
    let mut report = fixture::report(SITE);
    let mut part = scope_report::Node::new("ghost;1", "");
    part.set_fact("pid", scope_report::Timestamp::ZERO, "1");
    report.topology_mut(scope_report::TopologyKind::Process).add(part);
    let lifted = Lifted::new(Arc::new(report));
    let graph = render(&lifted, ViewId::Processes, &ViewOptions::default());
    assert_eq!(graph.find("ghost;1"), None);
}

#[test]
fn equal_effects_are_equal_options() {
    let parse = |query: &'static str| {
        ViewOptions::from_query(query.split('&').filter_map(|pair| pair.split_once('=')))
    };
    assert_eq!(parse(""), ViewOptions::default());
    assert_eq!(parse("t=5s"), parse("system=application&pseudo=hide"));
    assert_eq!(parse("namespace=b,a,,a"), parse("namespace=a,b&namespace=c"));
    assert_eq!(parse("stopped=x"), parse("stopped=y"));
    assert_ne!(parse("t=5s"), ViewOptions::default());
    assert_ne!(parse("stopped=both"), parse("stopped=x"));
}

#[test]
fn choices_follow_the_report() {
    let lifted = Lifted::new(Arc::new(fixture::report(CLUSTER)));
    let ids = |view| {
        choice_groups(&lifted, view, &LabelFilters::default())
            .iter()
            .map(|group| group.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(ViewId::Pods), ["snapshot", "storage", "pseudo", "namespace"]);
    assert_eq!(ids(ViewId::ContainersByImage), ["system", "stopped", "pseudo", "namespace"]);
    assert_eq!(ids(ViewId::SwarmServices), ["pseudo"]);
    assert_eq!(ids(ViewId::Hosts), [""; 0]);
    let groups = choice_groups(&lifted, ViewId::Pods, &LabelFilters::default());
    let namespaces: Vec<_> = groups[3].values.iter().map(|own| own.value.as_str()).collect();
    assert_eq!(namespaces, ["ops", "shop"]);
    assert_eq!(groups[3].none_label, Some("All Namespaces"));
}

#[test]
fn the_operator_adds_filters_by_label() {
    let mut report = fixture::report(SITE);
    let ids: Vec<_> = {
        let containers = &mut report.topology_mut(scope_report::TopologyKind::Container).nodes;
        let ids: Vec<_> = containers.keys().cloned().collect();
        let first = Arc::make_mut(containers.values_mut().next().unwrap());
        first.set_fact("docker_label_team", scope_report::Timestamp::ZERO, "shop");
        ids
    };
    let lifted = Lifted::new(Arc::new(report));
    let label = |text: &str| text.parse::<scope_render::ContainerLabel>().unwrap();
    let filters = LabelFilters::new([label("Shop:team=shop")], [label("Not shop:team=shop")]);
    for view in [ViewId::Containers, ViewId::ContainersByHostname, ViewId::ContainersByImage] {
        let groups = choice_groups(&lifted, view, &filters);
        let values: Vec<_> = groups[0].values.iter().map(|own| own.value.as_str()).collect();
        let own = ["containerLabelFilter0", "containerLabelFilterExclude0"];
        assert_eq!(values, [&["all", "system", "application"], &own[..]].concat());
    }
    let shown = |view, id| {
        let pairs = [("system", id), ("stopped", "both")];
        let options = ViewOptions::from_query_filtered(&filters, pairs);
        let graph = render(&lifted, view, &options);
        graph.nodes().filter(|(_, node)| !node.is_pseudo()).count()
    };
    let all = shown(ViewId::Containers, "all");
    assert_eq!(shown(ViewId::Containers, "containerLabelFilter0"), 1, "{ids:?}");
    assert_eq!(shown(ViewId::Containers, "containerLabelFilterExclude0"), all - 1);
    assert_eq!(shown(ViewId::Containers, "containerLabelFilter1"), all);
    assert_eq!(shown(ViewId::ContainersByImage, "containerLabelFilter0"), 1);
    let hosts = shown(ViewId::Hosts, "all");
    assert_eq!(shown(ViewId::Hosts, "containerLabelFilter0"), hosts);
}
