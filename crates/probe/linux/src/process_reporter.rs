//! The process reporter: one node for each living process, with its share of the machine.
//!
//! CPU is per core (100 = one core busy). Command lines are read once per program, not per tick.
//! Kernel threads are told like others, by their name in brackets.

use crate::LinuxConfig;
use crate::listening::{LISTENING, ListeningNote};
use crate::proc_tree::{ProcTree, decimal};
use crate::process_table::{ProcessRow, SharedTable, walk};
use rustc_hash::FxHashMap;
use scope_agent::{Observation, Reporter, ReporterFailure, Secrets};
use scope_report::{
    Fact, MetadataTemplate, Metric, MetricTemplate, Node, Report, SortedMap, TemplateSource, Text,
    Timestamp, Topology, TopologyKind, id,
};
use std::sync::Arc;

/// What rarely changes (command line, limits) is read again after this many ticks.
const REFRESH_TICKS: u64 = 60;

/// In these first ticks of a process it is read every time: it may not have run its program yet.
const YOUNG_TICKS: u64 = 3;

/// Reports processes.
#[derive(Debug)]
pub struct ProcessReporter {
    tree: Arc<ProcTree>,
    table: SharedTable,
    listening: ListeningNote,
    host_id: Text,
    telling: Telling,
    known: FxHashMap<u32, Known>,
    tick: u64,
    walked: Option<Timestamp>,
    machine: Machine,
    buffer: Vec<u8>,
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
    latest: SortedMap<Fact>,
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
            telling: Telling { arguments: !config.omit_cmd_args, secrets: config.secrets },
            known: FxHashMap::default(),
            tick: 0,
            walked: None,
            machine,
            buffer: Vec::new(),
        }
    }

    /// `None` for a process that ended before its name could be read.
    fn node(
        &mut self,
        row: &ProcessRow,
        interval_secs: Option<f64>,
        now: Timestamp,
    ) -> Option<Node> {
        let tick = self.tick;
        let mut known = match self.known.remove(&row.pid) {
            Some(known) if known.start_ticks == row.start_ticks => known,
            _ => Known::new(row, tick, id::process(&self.host_id, row.pid)),
        };
        known.last_tick = tick;
        let young = tick - known.first_tick < YOUNG_TICKS;
        let due = (tick + u64::from(row.pid)).is_multiple_of(REFRESH_TICKS);
        if young || due || known.name_hash != row.name_hash {
            self.refresh(row, &mut known);
        }
        if known.name.is_empty() {
            return None;
        }
        let stale = known.latest.is_empty()
            || (known.ppid, known.threads, known.name_hash)
                != (row.ppid, row.threads, row.name_hash);
        if stale {
            (known.ppid, known.threads, known.name_hash) = (row.ppid, row.threads, row.name_hash);
            known.latest = facts(row, &known, now);
        }
        let mut node = Node::new(known.id.clone(), TopologyKind::Process.name());
        node.latest = known.latest.clone();
        node.metrics = self.metrics(row, &known, interval_secs, now);
        known.cpu_ticks = row.cpu_ticks;
        self.known.insert(row.pid, known);
        Some(node)
    }

    /// Reads command line and limits again; what may not be read stays as it was.
    fn refresh(&mut self, row: &ProcessRow, known: &mut Known) {
        let pid = row.pid;
        if let Some((name, cmdline)) = self.command(pid)
            && (name != known.name || cmdline != known.cmdline)
        {
            (known.name, known.cmdline) = (name, cmdline);
            known.latest = SortedMap::new();
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

    fn metrics(
        &self,
        row: &ProcessRow,
        known: &Known,
        interval_secs: Option<f64>,
        now: Timestamp,
    ) -> SortedMap<Metric> {
        let Machine { cores, ticks_per_sec, page_bytes } = self.machine;
        let mut metrics: Vec<(&str, Metric)> = Vec::with_capacity(3);
        if let Some(secs) = interval_secs {
            let busy = number(row.cpu_ticks.saturating_sub(known.cpu_ticks)) / ticks_per_sec;
            let percent = (100.0 * busy / secs).min(100.0 * cores);
            metrics
                .push(("process_cpu_usage_percent", Metric::single(now, percent, 100.0 * cores)));
        }
        let memory = number(row.resident_pages) * page_bytes;
        // The kernel tells "no limit" as the greatest number; then the observed use is the ceiling.
        let limit = match row.resident_bytes_limit {
            u64::MAX => memory,
            bytes => number(bytes),
        };
        metrics.push(("process_memory_usage_bytes", Metric::single(now, memory, limit)));
        if let Some(open) = row.descriptors.map(number) {
            let limit = known.descriptors_limit.map_or(open, number);
            metrics.push(("open_files_count", Metric::single(now, open, limit)));
        }
        metrics.into_iter().collect()
    }
}

impl Reporter for ProcessReporter {
    fn name(&self) -> &'static str {
        "process"
    }

    fn report(&mut self, now: Timestamp) -> Result<Observation, ReporterFailure> {
        let rows = walk(&self.table, now).map_err(|errno| ReporterFailure {
            operation: format!("list the processes in {}", self.tree.path().display()),
            source: Some(Box::new(errno)),
        })?;
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
        for row in rows.iter() {
            if let Some(mut node) = self.node(row, interval_secs, now) {
                if let Some(addresses) = listening.get(&row.pid) {
                    node.sets.insert(LISTENING, addresses.clone());
                }
                topology.nodes.insert(node.id.clone(), Arc::new(node));
            }
        }
        let tick = self.tick;
        self.known.retain(|_, known| known.last_tick == tick);
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
            latest: SortedMap::new(),
        }
    }
}

fn facts(row: &ProcessRow, known: &Known, now: Timestamp) -> SortedMap<Fact> {
    let mut facts: Vec<(&str, Text)> = vec![
        ("cmdline", known.cmdline.clone()),
        ("name", known.name.clone()),
        ("pid", row.pid.to_string().into()),
    ];
    if row.ppid > 0 {
        facts.push(("ppid", row.ppid.to_string().into()));
    }
    facts.push(("threads", row.threads.to_string().into()));
    facts.into_iter().map(|(key, value)| (key, Fact { timestamp: now, value })).collect()
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
    fn tells_recorded_processes() {
        check(
            false,
            42,
            "cmdline=/usr/sbin/web -c my conf|name=/usr/sbin/web|pid=42|ppid=1|threads=4|\
             open_files_count=4/1024|process_cpu_usage_percent=0/200|\
             process_memory_usage_bytes=4096000/4096000",
        );
        check(
            true,
            42,
            "cmdline=/usr/sbin/web|name=/usr/sbin/web|pid=42|ppid=1|threads=4|\
             open_files_count=4/1024|process_cpu_usage_percent=0/200|\
             process_memory_usage_bytes=4096000/4096000",
        );
        check(
            false,
            2,
            "cmdline=|name=[kthreadd (x)]|pid=2|threads=1|process_cpu_usage_percent=0/200|\
             process_memory_usage_bytes=0/1048576",
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
        let metrics = reporter.metrics(&row, &known, Some(secs), Timestamp::ZERO);
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
