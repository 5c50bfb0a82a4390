//! The process reporter: one node for each living process, with its share of the machine.
//!
//! CPU is per core (100 = one core busy). Command lines are read once per program, not per tick.
//! Kernel threads are told like others, by their name in brackets. A process of which there is
//! nothing new is the same node as before, so that it costs neither a merge nor a delta anything;
//! what taggers would tell of every process is told here, lest each of them copy every node.

use crate::LinuxConfig;
use crate::controls::{HostControls, Offer};
use crate::listening::{LISTENING, ListeningNote};
use crate::proc_tree::{ProcTree, decimal};
use crate::process_table::{ProcessRow, SharedTable, walk};
use rustc_hash::FxHashMap;
use scope_agent::{Observation, Reporter, ReporterFailure, Secrets};
use scope_report::{
    ACTIVE_CONTROLS, Fact, MetadataTemplate, Metric, MetricTemplate, Node, NodeMap, Report,
    SortedMap, StringSet, TemplateSource, Text, Timestamp, Topology, TopologyKind, id,
};
use smol_str::ToSmolStr;
use std::sync::Arc;

/// What rarely changes (command line, limits) is read again after this many ticks.
const REFRESH_TICKS: u64 = 60;

/// In these first ticks of a process it is read every time: it may not have run its program yet.
const YOUNG_TICKS: u64 = 3;

/// Figures that stay as they are get a new sample after so many ticks: within the 15 s of reports
/// that an app looks at.
const SAMPLE_TICKS: u64 = 12;

/// Reports processes.
#[derive(Debug)]
pub struct ProcessReporter {
    tree: Arc<ProcTree>,
    table: SharedTable,
    listening: ListeningNote,
    host_id: Text,
    host_node_id: Text,
    controls: HostControls,
    telling: Telling,
    known: FxHashMap<u32, Known>,
    nodes: NodeMap,
    tick: u64,
    walked: Option<Timestamp>,
    machine: Machine,
    buffer: Vec<u8>,
}

/// When processes were looked at, and how long after the time before.
#[derive(Clone, Copy, Debug)]
struct Walked {
    now: Timestamp,
    interval_secs: Option<f64>,
}

/// What of a command line is told.
#[derive(Clone, Copy, Debug)]
struct Telling {
    arguments: bool,
    secrets: Secrets,
}

/// Constants of the machine.
#[derive(Clone, Copy, Debug)]
struct Machine {
    cores: f64,
    ticks_per_sec: f64,
    page_bytes: f64,
}

/// What is kept of a process between ticks.
#[derive(Debug)]
struct Known {
    start_ticks: u64,
    name_hash: u64,
    first_tick: u64,
    last_tick: u64,
    ppid: u32,
    threads: u64,
    cpu_ticks: u64,
    id: Text,
    name: Text,
    cmdline: Text,
    descriptors_limit: Option<u64>,
    /// Whether its facts are not what was told.
    is_stale: bool,
    told: Option<(Arc<Node>, Figures)>,
}

/// What is measured of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Figures {
    /// Percent of a core, where an interval is over.
    cpu_percent: Option<f64>,
    cpu_percent_max: f64,
    /// Resident memory and its ceiling, in bytes.
    memory: (f64, f64),
    /// Open files and their ceiling.
    open_files: Option<(f64, f64)>,
}

impl ProcessReporter {
    /// A reporter over `tree` that shares the walk of `table`.
    ///
    /// What processes listen on comes from another reporter by way of `listening`.
    pub fn new(
        config: &LinuxConfig,
        tree: Arc<ProcTree>,
        table: SharedTable,
        listening: ListeningNote,
    ) -> Self {
        let machine = Machine {
            cores: core_count(&tree),
            ticks_per_sec: number(rustix::param::clock_ticks_per_second()).max(1.0),
            page_bytes: number(u64::try_from(rustix::param::page_size()).unwrap_or(4096)),
        };
        Self {
            tree,
            table,
            listening,
            host_id: config.host_id.clone(),
            host_node_id: id::host(&config.host_id),
            controls: config.controls.clone(),
            telling: Telling { arguments: !config.omit_cmd_args, secrets: config.secrets },
            known: FxHashMap::default(),
            nodes: NodeMap::new(),
            tick: 0,
            walked: None,
            machine,
            buffer: Vec::new(),
        }
    }

    /// Tells of a process what is new; of one that ended before its name could be read, nothing.
    fn tell(
        &mut self,
        row: &ProcessRow,
        known: &mut Known,
        listening: Option<&StringSet>,
        walked: Walked,
    ) {
        let turn = self.tick + u64::from(row.pid);
        let young = self.tick - known.first_tick < YOUNG_TICKS;
        if young || turn.is_multiple_of(REFRESH_TICKS) || known.name_hash != row.name_hash {
            self.refresh(row, known);
        }
        if known.name.is_empty() {
            return;
        }
        let seen = (row.ppid, row.threads, row.name_hash);
        known.is_stale |= (known.ppid, known.threads, known.name_hash) != seen;
        (known.ppid, known.threads, known.name_hash) = seen;
        let figures = self.figures(row, known, walked.interval_secs);
        known.cpu_ticks = row.cpu_ticks;
        let facts = match &known.told {
            Some((node, told)) if !known.is_stale => {
                let is_same = *told == figures && node.sets.get(LISTENING) == listening;
                if is_same && !turn.is_multiple_of(SAMPLE_TICKS) {
                    return;
                }
                node.latest.clone()
            }
            _ => facts(row, known, &self.host_node_id, self.controls.offer(), walked.now),
        };
        let mut node = Node::new(known.id.clone(), TopologyKind::Process.name());
        node.latest = facts;
        node.metrics = figures.metrics(walked.now);
        node.add_parent(TopologyKind::Host.name(), self.host_node_id.clone());
        if let Some(addresses) = listening {
            node.sets.insert(LISTENING, addresses.clone());
        }
        let node = Arc::new(node);
        self.nodes.insert(known.id.clone(), Arc::clone(&node));
        (known.told, known.is_stale) = (Some((node, figures)), false);
    }

    /// Reads command line and limits again; what may not be read stays as it was.
    fn refresh(&mut self, row: &ProcessRow, known: &mut Known) {
        let pid = row.pid;
        if let Some((name, cmdline)) = self.command(pid)
            && (name != known.name || cmdline != known.cmdline)
        {
            (known.name, known.cmdline) = (name, cmdline);
            known.is_stale = true;
        }
        if self.tree.read_record(&format!("{pid}/limits"), &mut self.buffer).is_ok() {
            known.descriptors_limit = parse_descriptors_limit(&self.buffer);
        }
    }

    /// The name and the command line of a process.
    fn command(&mut self, pid: u32) -> Option<(Text, Text)> {
        let read = self.tree.read_record(&format!("{pid}/cmdline"), &mut self.buffer);
        if read.is_ok()
            && let Some((name, cmdline)) = parse_cmdline(&self.buffer, self.telling)
            && !name.is_empty()
        {
            return Some((name, cmdline));
        }
        // Kernel threads have no command line, and a program may be started without a name.
        self.tree.read_record(&format!("{pid}/comm"), &mut self.buffer).ok()?;
        let name = String::from_utf8_lossy(self.buffer.trim_ascii_end());
        Some((format!("[{name}]").into(), Text::default()))
    }

    fn figures(&self, row: &ProcessRow, known: &Known, interval_secs: Option<f64>) -> Figures {
        let Machine { cores, ticks_per_sec, page_bytes } = self.machine;
        let cpu_percent = interval_secs.map(|secs| {
            let busy = number(row.cpu_ticks.saturating_sub(known.cpu_ticks)) / ticks_per_sec;
            (100.0 * busy / secs).min(100.0 * cores)
        });
        let memory = number(row.resident_pages) * page_bytes;
        // The kernel tells "no limit" as the greatest number; then the observed use is the ceiling.
        let limit = match row.resident_bytes_limit {
            u64::MAX => memory,
            bytes => number(bytes),
        };
        let open_files = row.descriptors.map(number);
        let open_files =
            open_files.map(|open| (open, known.descriptors_limit.map_or(open, number)));
        Figures { cpu_percent, cpu_percent_max: 100.0 * cores, memory: (memory, limit), open_files }
    }
}

impl Figures {
    fn metrics(&self, now: Timestamp) -> SortedMap<Metric> {
        let cpu = self.cpu_percent.map(|percent| (percent, self.cpu_percent_max));
        let figures = [
            ("process_cpu_usage_percent", cpu),
            ("process_memory_usage_bytes", Some(self.memory)),
            ("open_files_count", self.open_files),
        ];
        let metric = |(id, figure): (_, Option<(f64, f64)>)| {
            figure.map(|(value, max)| (id, Metric::single(now, value, max)))
        };
        figures.into_iter().filter_map(metric).collect()
    }
}

impl Reporter for ProcessReporter {
    fn name(&self) -> &'static str {
        "process"
    }

    fn report(&mut self, now: Timestamp) -> Result<Observation, ReporterFailure> {
        let rows = walk(&self.table, now)?;
        self.tick += 1;
        // The clock of the wall may jump; then this interval has no CPU figures.
        let interval_secs = self
            .walked
            .map(|walked| nanos_to_secs(now.unix_nanos() - walked.unix_nanos()))
            .filter(|secs| *secs > 0.0);
        self.walked = Some(now);
        let mut report = Report::stamped(now);
        let topology = report.topology_mut(TopologyKind::Process);
        add_templates(topology);
        let listening = self.listening.now();
        let tick = self.tick;
        let mut all = std::mem::take(&mut self.known);
        for row in rows.iter() {
            let fresh = || Known::new(row, tick, id::process(&self.host_id, row.pid));
            let known = all.entry(row.pid).or_insert_with(fresh);
            if known.start_ticks != row.start_ticks {
                self.nodes.remove(&known.id);
                *known = fresh();
            }
            known.last_tick = tick;
            self.tell(row, known, listening.get(&row.pid), Walked { now, interval_secs });
        }
        all.retain(|_, known| {
            let lives = known.last_tick == tick;
            if !lives {
                self.nodes.remove(&known.id);
            }
            lives
        });
        self.known = all;
        topology.nodes = self.nodes.clone();
        Ok(Observation { report, warnings: Vec::new() })
    }
}

impl Known {
    fn new(row: &ProcessRow, tick: u64, id: Text) -> Self {
        Self {
            start_ticks: row.start_ticks,
            name_hash: row.name_hash,
            first_tick: tick,
            last_tick: tick,
            ppid: row.ppid,
            threads: row.threads,
            cpu_ticks: 0,
            id,
            name: Text::default(),
            cmdline: Text::default(),
            descriptors_limit: None,
            is_stale: true,
            told: None,
        }
    }
}

fn facts(
    row: &ProcessRow,
    known: &Known,
    host_node_id: &Text,
    offer: Option<&Offer>,
    now: Timestamp,
) -> SortedMap<Fact> {
    let mut facts: Vec<(Text, Fact)> = Vec::with_capacity(8);
    let mut tell = |key: &'static str, value: Text| {
        facts.push((Text::new_static(key), Fact { timestamp: now, value }));
    };
    // In the order of their keys, so that nothing has to be moved.
    if let Some(offer) = offer.filter(|_| !row.in_kernel) {
        tell(ACTIVE_CONTROLS, offer.signals.clone());
        tell("cmdline", known.cmdline.clone());
        tell("control_probe_id", offer.probe_id.clone());
    } else {
        tell("cmdline", known.cmdline.clone());
    }
    tell("host_node_id", host_node_id.clone());
    tell("name", known.name.clone());
    tell("pid", row.pid.to_smolstr());
    if row.ppid > 0 {
        tell("ppid", row.ppid.to_smolstr());
    }
    tell("threads", row.threads.to_smolstr());
    facts.into_iter().collect()
}

fn add_templates(topology: &mut Topology) {
    use TemplateSource::{Latest, Sets};
    let rows = [
        ("pid", "PID", "number", Latest),
        ("cmdline", "Command", "", Latest),
        ("ppid", "Parent PID", "number", Latest),
        ("threads", "# Threads", "number", Latest),
        (LISTENING, "Listens on", "", Sets),
    ];
    for ((id, label, data_type, from), priority) in rows.into_iter().zip([1.0, 2.0, 3.0, 4.0, 5.0])
    {
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
        ("process_cpu_usage_percent", "CPU", "percent"),
        ("process_memory_usage_bytes", "Memory", "filesize"),
        ("open_files_count", "Open files", "integer"),
    ];
    for ((id, label, format), priority) in metrics.into_iter().zip([1.0, 2.0, 3.0]) {
        let template = MetricTemplate {
            id: id.into(),
            label: label.into(),
            format: format.into(),
            priority,
            ..MetricTemplate::default()
        };
        topology.metric_templates.insert(id, template);
    }
}

/// The first argument, and all of them joined with spaces; `None` when there are none.
fn parse_cmdline(bytes: &[u8], telling: Telling) -> Option<(Text, Text)> {
    let end = bytes.iter().rposition(|byte| *byte != 0)?;
    let text = String::from_utf8_lossy(bytes.get(..=end)?);
    let first = text.split('\0').next().unwrap_or_default();
    let secrets = telling.secrets;
    if telling.arguments {
        let name = secrets.line([program(first)]);
        return Some((name.into(), secrets.line(text.split('\0')).into()));
    }
    let command = first.split(' ').next().unwrap_or_default();
    Some((secrets.line([without_arguments(first)]).into(), secrets.line([command]).into()))
}

/// The program of a first argument, where no argument is to be told.
///
/// A path may have blanks, and titles such as `nginx: worker process` have no arguments; of what
/// else a process calls itself only the first word is certainly the program.
fn without_arguments(first: &str) -> &str {
    let program = first.split_once(" -").map_or(first, |(program, _)| program);
    match program.split_once(' ') {
        Some((word, _)) if !word.starts_with('/') && !word.ends_with(':') => word,
        _ => program,
    }
}

/// The program of a first argument that a process made its whole command line.
///
/// Chromium writes `/usr/bin/chromium --type=gpu …` into one string; left whole, no two such
/// processes would share a name. Titles such as `nginx: worker process` stay.
fn program(first: &str) -> &str {
    match first.split_once(" -") {
        Some((path, _)) if path.starts_with('/') => path,
        _ => first,
    }
}

/// The soft limit of open files in `/proc/PID/limits`; `None` for none.
fn parse_descriptors_limit(text: &[u8]) -> Option<u64> {
    let row = text
        .split(|byte| *byte == b'\n')
        .find_map(|row| row.strip_prefix(b"Max open files"))?
        .trim_ascii_start();
    decimal(row.split(|byte| *byte == b' ').next()?)
}

/// How many processors `/proc/stat` lists.
fn core_count(tree: &ProcTree) -> f64 {
    let mut text = Vec::new();
    // Without the file there is at least the processor that runs this.
    let _ = tree.read_table("stat", &mut text);
    let is_core = |row: &&[u8]| {
        row.strip_prefix(b"cpu").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
    };
    let count = text.split(|byte| *byte == b'\n').filter(is_core).count();
    number(u64::try_from(count).unwrap_or_default()).max(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "figures for the eye, exact up to 2^53")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "intervals are far below 2^53 ns")]
fn nanos_to_secs(nanos: i128) -> f64 {
    nanos as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinuxConfig;
    use crate::process_table::ProcessTable;
    use std::path::Path;
    use std::sync::Mutex;

    const ALL: Telling = Telling { arguments: true, secrets: Secrets::Masked };

    #[test]
    fn a_program_is_named_by_its_path() {
        let check = |input: &[u8], expect: &str| {
            assert_eq!(parse_cmdline(input, ALL).unwrap().0, expect);
        };
        check(b"/usr/bin/chromium --type=gpu --no-sandbox\0", "/usr/bin/chromium");
        check(b"nginx: worker process\0\0", "nginx: worker process");
        check(b"/opt/my app/run\0-x\0", "/opt/my app/run");
    }

    fn reporter(omit_cmd_args: bool) -> ProcessReporter {
        let tree = Arc::new(ProcTree::open(Path::new("testdata/proc")).unwrap());
        let table = Arc::new(Mutex::new(ProcessTable::new(Arc::clone(&tree), 1_000_000_000)));
        let config = LinuxConfig { omit_cmd_args, ..LinuxConfig::new("h", "p", "v") };
        ProcessReporter::new(&config, tree, table, ListeningNote::default())
    }

    #[track_caller]
    fn check(omit_cmd_args: bool, pid: u32, expect: &str) {
        let mut reporter = reporter(omit_cmd_args);
        let now = |secs| Timestamp::from_unix(secs, 0).unwrap();
        reporter.report(now(0)).unwrap();
        let report = reporter.report(now(1)).unwrap().report;
        let topology = report.topology(TopologyKind::Process);
        let node = topology.nodes.get(format!("h;{pid}").as_str());
        let told = node.map_or("none".into(), |node| {
            let facts = node.latest.iter().map(|(key, fact)| format!("{key}={}", fact.value));
            let metrics = node.metrics.iter().map(|(key, metric)| {
                format!("{key}={}/{}", metric.last().unwrap().value, metric.max)
            });
            facts.chain(metrics).collect::<Vec<_>>().join("|")
        });
        assert_eq!(told, expect);
    }

    #[test]
    fn what_is_not_new_is_the_same_node() {
        let mut reporter = reporter(false);
        let tell = |secs| {
            let report = reporter.report(Timestamp::from_unix(secs, 0).unwrap()).unwrap().report;
            report.topology(TopologyKind::Process).nodes.clone()
        };
        // Until there is an interval there are no figures of it.
        let told: Vec<_> = (0..30).map(tell).collect();
        for (at, both) in told.windows(2).enumerate().skip(1) {
            let changed = both[1].differences(&both[0]).count();
            // Each of the five gets a new sample once in twelve ticks.
            assert!(changed <= 1, "{changed} nodes changed in tick {at}");
        }
        let samples = told.windows(2).skip(1).map(|both| both[1].differences(&both[0]).count());
        assert_eq!(samples.take(24).sum::<usize>(), 2 * told[0].len());
    }

    #[test]
    fn tells_recorded_processes() {
        check(
            false,
            42,
            "cmdline=/usr/sbin/web -c my conf|\
             host_node_id=h;<host>|name=/usr/sbin/web|pid=42|ppid=1|threads=4|\
             open_files_count=4/1024|process_cpu_usage_percent=0/200|\
             process_memory_usage_bytes=4096000/4096000",
        );
        check(
            true,
            42,
            "cmdline=/usr/sbin/web|\
             host_node_id=h;<host>|name=/usr/sbin/web|pid=42|ppid=1|threads=4|\
             open_files_count=4/1024|process_cpu_usage_percent=0/200|\
             process_memory_usage_bytes=4096000/4096000",
        );
        check(
            false,
            2,
            "cmdline=|\
             host_node_id=h;<host>|name=[kthreadd (x)]|pid=2|threads=1|\
             process_cpu_usage_percent=0/200|process_memory_usage_bytes=0/1048576",
        );
    }

    #[test]
    fn skips_zombies_and_what_vanished() {
        check(false, 45, "none");
        check(false, 46, "none");
        // It ended after its `stat` was read.
        check(false, 47, "none");
    }

    /// CPU percent of a process that used `ticks` (of 1/100 s) within `secs`, on two cores.
    #[track_caller]
    fn check_cpu(ticks: u64, secs: f64, expect: f64) {
        let mut reporter = reporter(false);
        reporter.machine.ticks_per_sec = 100.0;
        let row = ProcessRow { cpu_ticks: 1000 + ticks, ..ProcessRow::default() };
        let mut known = Known::new(&row, 1, Text::default());
        known.cpu_ticks = 1000;
        let metrics = reporter.figures(&row, &known, Some(secs)).metrics(Timestamp::ZERO);
        let metric = metrics.get("process_cpu_usage_percent").unwrap();
        assert_eq!((metric.last().unwrap().value, metric.max), (expect, 200.0));
    }

    #[test]
    fn cpu_is_per_core() {
        check_cpu(100, 1.0, 100.0);
        check_cpu(150, 1.0, 150.0);
        check_cpu(50, 2.0, 25.0);
        check_cpu(1000, 1.0, 200.0);
    }

    #[test]
    fn parses_command_lines_and_limits() {
        let check = |telling: Telling, input: &[u8], expect: (&str, &str)| {
            let (name, cmdline) = parse_cmdline(input, telling).unwrap();
            assert_eq!((name.as_str(), cmdline.as_str()), expect);
        };
        check(ALL, b"sleep\x001\0", ("sleep", "sleep 1"));
        check(ALL, b"nginx: worker\0\0\0", ("nginx: worker", "nginx: worker"));
        assert_eq!(parse_cmdline(b"\0\0", ALL), None);
        // Neither the command line nor the name tells a secret, however it was given.
        let masked = "app --token=<masked> -v";
        check(ALL, b"app\0--token=abc9\0-v\0", ("app", masked));
        check(ALL, b"app --token=abc9 -v\0", (masked, masked));
        let told = Telling { secrets: Secrets::Told, ..ALL };
        check(told, b"app\0--token=abc9\0", ("app", "app --token=abc9"));
        let none = Telling { arguments: false, ..ALL };
        check(none, b"/bin/app\0--token=abc9\0-v\0", ("/bin/app", "/bin/app"));
        check(none, b"app hunter2 --token=abc9\0", ("app", "app"));
        check(none, b"/opt/my app/run -x\0", ("/opt/my app/run", "/opt/my"));
        check(none, b"nginx: worker process\0", ("nginx: worker process", "nginx:"));
        let limits = b"Limit   Soft  Hard\nMax open files            20000   20000   files\n";
        assert_eq!(parse_descriptors_limit(limits), Some(20000));
        assert_eq!(parse_descriptors_limit(b"Max open files  unlimited unlimited"), None);
    }
}
