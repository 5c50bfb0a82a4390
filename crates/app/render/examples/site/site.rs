//! A made-up site of any size, the same for the same size.
//!
//! Per host: 20 containers in 10 pods, 100 processes (60 of them in containers), 200 connections,
//! most of them to containers of other hosts, one in ten from or to the Internet.

use scope_report::{MetadataTemplate, Metric, Node, Report, Text, Timestamp, TopologyKind, id};
use std::net::{IpAddr, Ipv4Addr};

const CONTAINERS_PER_HOST: u32 = 20;
const PROCESSES_PER_HOST: u32 = 100;
const CONTAINED_PER_HOST: u32 = 60;
const CONNECTIONS_PER_HOST: u32 = 200;
const IMAGES: u32 = 50;
const SERVICES: u32 = 100;

/// The report of a site of `host_count` hosts.
pub fn report(host_count: u32) -> Report {
    let mut site = Site { report: Report::stamped(now()), host_count };
    for index in 0..IMAGES {
        site.add_image(index);
    }
    for index in 0..SERVICES {
        let mut service = Node::new(format!("s{index};<service>"), "service");
        service.set_fact("kubernetes_name", now(), format!("service-{index}"));
        site.add(TopologyKind::Service, service);
    }
    for host in 0..host_count {
        site.add_host(host);
    }
    site.add_templates();
    site.report
}

struct Site {
    report: Report,
    host_count: u32,
}

/// When everything was seen.
pub fn now() -> Timestamp {
    Timestamp::from_unix(1_795_000_000, 0).unwrap_or_default()
}

fn container_id(host: u32, index: u32) -> String {
    format!("{host:08x}{index:08x}{:048x}", u64::from(host) * 7919 + u64::from(index))
}

/// The address of a container.
pub fn container_ip(host: u32, index: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + host * 256 + index + 1))
}

impl Site {
    fn add(&mut self, kind: TopologyKind, node: Node) {
        self.report.topology_mut(kind).add(node);
    }

    fn add_image(&mut self, index: u32) {
        let mut image = Node::new(id::container_image(&format!("sha{index}")), "container_image");
        image.set_fact("docker_image_id", now(), format!("sha{index}"));
        image.set_fact("docker_image_name", now(), format!("team/app-{index}"));
        image.set_fact("docker_image_tag", now(), "1.0");
        self.add(TopologyKind::ContainerImage, image);
    }

    fn add_host(&mut self, host: u32) {
        let host_id = format!("host-{host}");
        let mut node = Node::new(id::host(&host_id), "host");
        node.set_fact("host_name", now(), host_id.as_str());
        node.set_fact("host_node_id", now(), id::host(&host_id));
        node.add_to_set("local_networks", "10.0.0.0/8");
        self.add(TopologyKind::Host, node);
        for index in 0..CONTAINERS_PER_HOST {
            self.add_container(host, index);
        }
        for index in 0..PROCESSES_PER_HOST {
            self.add_process(host, index);
        }
        for index in 0..CONNECTIONS_PER_HOST {
            self.add_connection(host, index);
        }
    }

    fn add_container(&mut self, host: u32, index: u32) {
        let host_node_id = id::host(&format!("host-{host}"));
        let container = container_id(host, index);
        let pod = format!("pod-{host}-{};<pod>", index / 2);
        let image = (host + index) % IMAGES;
        let mut node = Node::new(id::container(&container), "container");
        for (key, value) in [
            ("docker_container_hostname", format!("app-{index}")),
            ("docker_container_id", container),
            ("docker_container_name", format!("app-{host}-{index}")),
            ("docker_container_state", "running".into()),
            ("docker_image_id", format!("sha{image}")),
            ("docker_label_tier", "front".into()),
            ("host_node_id", host_node_id.to_string()),
        ] {
            node.set_fact(key, now(), value);
        }
        let address = id::address("", container_ip(host, index));
        node.add_to_set("docker_container_ips_with_scopes", address);
        node.add_parent("host", host_node_id.clone());
        node.add_parent("pod", pod.as_str());
        node.add_parent("container_image", id::container_image(&format!("sha{image}")));
        node.metrics.insert("docker_cpu_total_usage", Metric::single(now(), 3.0, 100.0));
        self.add(TopologyKind::Container, node);
        let mut node = Node::new(pod.as_str(), "pod");
        node.set_fact("kubernetes_name", now(), pod.as_str());
        node.set_fact("kubernetes_namespace", now(), "shop");
        node.add_parent("service", format!("s{};<service>", (host + index / 2) % SERVICES));
        self.add(TopologyKind::Pod, node);
    }

    fn add_process(&mut self, host: u32, index: u32) {
        let host_id = format!("host-{host}");
        let pid = 1000 + index;
        let mut node = Node::new(id::process(&host_id, pid), "process");
        node.set_fact("pid", now(), pid.to_string());
        node.set_fact("name", now(), format!("app-{}", index % 40));
        node.set_fact("cmdline", now(), format!("/usr/bin/app-{} --port 80", index % 40));
        node.set_fact("host_node_id", now(), id::host(&host_id));
        node.add_parent("host", id::host(&host_id));
        if index < CONTAINED_PER_HOST {
            let container = container_id(host, index % CONTAINERS_PER_HOST);
            node.add_parent("container", id::container(&container));
            node.set_fact("docker_container_id", now(), container);
        }
        node.metrics.insert("process_cpu_usage_percent", Metric::single(now(), 1.0, 400.0));
        self.add(TopologyKind::Process, node);
    }

    fn add_connection(&mut self, host: u32, index: u32) {
        let from = index % CONTAINERS_PER_HOST;
        let to_host = (host + 1 + index * 7) % self.host_count.max(1);
        let to = (index / 3) % CONTAINERS_PER_HOST;
        let port = u16::try_from(30_000 + index).unwrap_or(u16::MAX);
        let outside = IpAddr::V4(Ipv4Addr::from_bits(0x0800_0000 + index * 31));
        let client_ip = if index % 20 == 7 { outside } else { container_ip(host, from) };
        let server_ip = if index % 20 == 3 { outside } else { container_ip(to_host, to) };
        let server_id = id::endpoint("", server_ip, 80);
        let mut client = Node::new(id::endpoint("", client_ip, port), "endpoint");
        client.adjacency.insert(server_id.clone());
        if client_ip != outside {
            held_by(&mut client, host, 1000 + from);
        }
        let mut server = Node::new(server_id, "endpoint");
        if server_ip != outside {
            held_by(&mut server, to_host, 1000 + to);
        }
        self.add(TopologyKind::Endpoint, client);
        self.add(TopologyKind::Endpoint, server);
    }

    fn add_templates(&mut self) {
        let rows = [("pid", "PID"), ("cmdline", "Command")];
        for (id, label) in rows {
            let own: Text = id.into();
            let template =
                MetadataTemplate { id: own, label: label.into(), ..MetadataTemplate::default() };
            let topology = self.report.topology_mut(TopologyKind::Process);
            topology.metadata_templates.insert(id, template);
        }
    }
}

fn held_by(endpoint: &mut Node, host: u32, pid: u32) {
    endpoint.set_fact("host_node_id", now(), id::host(&format!("host-{host}")));
    endpoint.set_fact("pid", now(), pid.to_string());
}
