//! The host reporter: one node for this machine, and how its connections are observed.

use crate::LinuxConfig;
use crate::addresses::networks;
use crate::netlink::NetlinkSocket;
use crate::observation::ObservationNote;
use crate::proc_tree::ProcTree;
use crate::process_reporter::number;
use crate::rights::Rights;
use scope_agent::{Observation, Reporter, ReporterFailure, Warning};
use scope_report::{
    MetadataTemplate, Metric, MetricTemplate, Node, Report, StringSet, TemplateSource, Text,
    Timestamp, Topology, TopologyKind, id,
};
use std::sync::Arc;

/// Interfaces are listed again after this many ticks.
const NETWORKS_TICKS: u64 = 4;

/// Reports the host.
#[derive(Debug)]
pub struct HostReporter {
    tree: Arc<ProcTree>,
    host_id: Text,
    probe_id: Text,
    version: Text,
    note: ObservationNote,
    rtnetlink: Option<NetlinkSocket>,
    networks: StringSet,
    networks_warning: Option<Warning>,
    missing_rights: Vec<Warning>,
    processor: Processor,
    tick: u64,
    buffer: Vec<u8>,
}

/// Time of all processors since boot, in clock ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Processor {
    busy: u64,
    total: u64,
}

impl HostReporter {
    /// A reporter over `tree`; `note` says how connections are observed.
    pub fn new(config: &LinuxConfig, tree: Arc<ProcTree>, note: ObservationNote) -> Self {
        Self {
            tree,
            host_id: config.host_id.clone(),
            probe_id: config.probe_id.clone(),
            version: config.version.clone(),
            note,
            rtnetlink: None,
            networks: StringSet::new(),
            networks_warning: None,
            missing_rights: Rights::of_this_process().missing(),
            processor: Processor::default(),
            tick: 0,
            buffer: Vec::new(),
        }
    }

    fn node(&mut self, now: Timestamp) -> Node {
        let mut node = Node::new(id::host(&self.host_id), TopologyKind::Host.name());
        let kernel = [self.text("sys/kernel/osrelease"), self.text("sys/kernel/version")].join(" ");
        let uptime = self.text("uptime");
        // The file counts in hundredths of a second; the fact is in whole ones.
        let uptime_secs = uptime.split(['.', ' ']).next().unwrap_or_default();
        let facts: [(&str, Text); 9] = [
            ("control_probe_id", self.probe_id.clone()),
            ("host_name", self.host_id.clone()),
            ("host_node_id", id::host(&self.host_id)),
            ("host_observation", self.note.text().into()),
            ("host_scope_version", self.version.clone()),
            ("kernel_version", kernel.trim().into()),
            ("os", std::env::consts::OS.into()),
            ("ts", now.to_string().into()),
            ("uptime", uptime_secs.into()),
        ];
        for (key, value) in facts.into_iter().filter(|(_, value)| !value.is_empty()) {
            node.set_fact(key, now, value);
        }
        node.sets.insert("local_networks", self.networks.clone());
        node
    }

    fn add_metrics(&mut self, node: &mut Node, now: Timestamp) {
        self.read("stat");
        if let Some(processor) = parse_processor(&self.buffer) {
            let busy = processor.busy.saturating_sub(self.processor.busy);
            let total = processor.total.saturating_sub(self.processor.total);
            if total > 0 {
                let percent = 100.0 * number(busy) / number(total);
                let metric = Metric::single(now, percent.min(100.0), 100.0);
                node.metrics.insert("host_cpu_usage_percent", metric);
            }
            self.processor = processor;
        }
        self.read("meminfo");
        if let Some((used, total)) = parse_memory(&self.buffer) {
            let metric = Metric::single(now, number(used), number(total));
            node.metrics.insert("host_mem_usage_bytes", metric);
        }
        let load: Option<f64> =
            self.text("loadavg").split(' ').next().and_then(|load| load.parse().ok());
        if let Some(load) = load.filter(|load| load.is_finite()) {
            node.metrics.insert("load1", Metric::single(now, load, load));
        }
    }

    /// Lists the networks of the interfaces; after a failure the last list stays.
    fn update_networks(&mut self) {
        let mut list = || {
            let mut socket = match self.rtnetlink.take() {
                Some(socket) => socket,
                None => NetlinkSocket::open(None, 0)?,
            };
            let found = networks(&mut socket)?;
            self.rtnetlink = Some(socket);
            Ok(found)
        };
        let listed: Result<_, crate::netlink::NetlinkError> = list();
        self.networks_warning = match listed {
            Ok(found) => {
                self.networks = found.into_iter().collect();
                None
            }
            Err(error) => Some(format!("local networks are not known: {error}: {}", error.errno())),
        };
    }

    /// Replaces the buffer with a file of the tree, or with nothing.
    fn read(&mut self, path: &str) {
        if self.tree.read_record(path, &mut self.buffer).is_err() {
            self.buffer.clear();
        }
    }

    fn text(&mut self, path: &str) -> String {
        self.read(path);
        String::from_utf8_lossy(self.buffer.trim_ascii()).into_owned()
    }
}

impl Reporter for HostReporter {
    fn name(&self) -> &'static str {
        "host"
    }

    fn report(&mut self, now: Timestamp) -> Result<Observation, ReporterFailure> {
        if self.tick.is_multiple_of(NETWORKS_TICKS) {
            self.update_networks();
        }
        self.tick += 1;
        let mut report = Report::stamped(now);
        let mut node = self.node(now);
        self.add_metrics(&mut node, now);
        let topology = report.topology_mut(TopologyKind::Host);
        add_templates(topology);
        topology.add(node);
        let warnings = self.missing_rights.iter().chain(&self.networks_warning).cloned().collect();
        Ok(Observation { report, warnings })
    }
}

fn add_templates(topology: &mut Topology) {
    use TemplateSource::{Latest, Sets};
    let rows = [
        ("kernel_version", "Kernel version", "", 1.0, Latest),
        ("uptime", "Uptime", "duration", 2.0, Latest),
        ("host_name", "Hostname", "", 11.0, Latest),
        ("os", "OS", "", 12.0, Latest),
        ("local_networks", "Local networks", "", 13.0, Sets),
        ("host_scope_version", "Scope version", "", 14.0, Latest),
        ("host_observation", "Connections observed by", "", 15.0, Latest),
    ];
    for (id, label, data_type, priority, from) in rows {
        let template = MetadataTemplate {
            id: id.into(),
            label: label.into(),
            data_type: data_type.into(),
            priority,
            from,
            ..MetadataTemplate::default()
        };
        topology.metadata_templates.insert(id, template);
    }
    let metrics = [
        ("host_cpu_usage_percent", "CPU", "percent", "", 1.0),
        ("host_mem_usage_bytes", "Memory", "filesize", "", 2.0),
        ("load1", "Load (1m)", "", "load", 11.0),
    ];
    for (id, label, format, group, priority) in metrics {
        let template = MetricTemplate {
            id: id.into(),
            label: label.into(),
            format: format.into(),
            group: group.into(),
            priority,
        };
        topology.metric_templates.insert(id, template);
    }
}

/// The first row of `/proc/stat` (proc(5)): user, nice, system, idle, iowait, irq, softirq, steal.
///
/// Guest time is part of user time already; waiting for a disk is idling.
pub(crate) fn parse_processor(text: &[u8]) -> Option<Processor> {
    let row = text.strip_prefix(b"cpu ")?.split(|byte| *byte == b'\n').next()?;
    let mut processor = Processor::default();
    let row = std::str::from_utf8(row).ok()?;
    for (at, field) in row.split_ascii_whitespace().take(8).enumerate() {
        let ticks: u64 = field.parse().ok()?;
        processor.total = processor.total.saturating_add(ticks);
        if at != 3 && at != 4 {
            processor.busy = processor.busy.saturating_add(ticks);
        }
    }
    Some(processor)
}

/// Used and total bytes of `/proc/meminfo`; buffers and caches do not count as used.
pub(crate) fn parse_memory(text: &[u8]) -> Option<(u64, u64)> {
    let text = std::str::from_utf8(text).ok()?;
    let bytes = |key: &str| {
        let row = text.lines().find_map(|row| row.strip_prefix(key)?.strip_prefix(':'))?;
        row.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
    };
    let total = bytes("MemTotal")?;
    let unused = [bytes("MemFree")?, bytes("Buffers")?, bytes("Cached")?];
    let used = unused.into_iter().fold(total, u64::saturating_sub);
    Some((used, total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn tells_a_recorded_host() {
        let tree = Arc::new(ProcTree::open(Path::new("testdata/proc")).unwrap());
        let note = ObservationNote::default();
        note.tell("netlink sweep every 1 s".to_owned());
        let config = LinuxConfig::new("web-1", "57401e55", "0.1.0");
        let mut reporter = HostReporter::new(&config, tree, note);
        let observation = reporter.report(Timestamp::from_unix(0, 5).unwrap()).unwrap();
        let topology = observation.report.topology(TopologyKind::Host);
        let node = topology.nodes.get("web-1;<host>").unwrap();
        let told: Vec<String> =
            node.latest.iter().map(|(key, fact)| format!("{key}={}", fact.value)).collect();
        assert_eq!(
            told,
            [
                "control_probe_id=57401e55",
                "host_name=web-1",
                "host_node_id=web-1;<host>",
                "host_observation=netlink sweep every 1 s",
                "host_scope_version=0.1.0",
                "kernel_version=6.18.44 #1 SMP",
                "os=linux",
                "ts=1970-01-01T00:00:00.000000005Z",
                "uptime=2614",
            ]
        );
        let metric = |id| node.metrics.get(id).map(|one| (one.samples[0].value, one.max)).unwrap();
        assert_eq!(metric("host_cpu_usage_percent"), (25.0, 100.0));
        assert_eq!(metric("host_mem_usage_bytes"), (512_000.0, 1_024_000.0));
        assert_eq!(metric("load1"), (20.72, 20.72));
        assert!(node.sets.get("local_networks").unwrap().contains("127.0.0.1/8"));
    }

    #[test]
    fn broken_files_are_no_metrics() {
        assert_eq!(parse_processor(b"cpu  1 2 x"), None);
        assert_eq!(parse_processor(b""), None);
        assert_eq!(parse_memory(b"MemTotal: 99999999999999999999 kB"), None);
        assert_eq!(parse_memory(b"\xff"), None);
        let over = b"MemTotal: 1 kB\nMemFree: 9 kB\nBuffers: 9 kB\nCached: 9 kB\n";
        assert_eq!(parse_memory(over), Some((0, 1024)));
    }
}
