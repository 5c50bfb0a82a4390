//! HTTP at a glance: how often each serving process is asked, how that ends, how long it takes.
//!
//! Programs in the kernel count (`scope_ebpf::HttpGlance`); here counts become metrics of the
//! processes that the process reporter tells, and by way of [`HttpTagger`] of their containers.
//! Off unless asked for. What is encrypted is not seen, and who is not seen has no figures, which
//! is not zero. No process is told of that is not living now.

mod window;

mod figures;

mod tagger;

pub use tagger::HttpTagger;

use crate::LinuxConfig;
use crate::process_table::{SharedTable, walk};
use figures::{Figures, add_templates};
use rustc_hash::FxHashMap;
use rustix::time::{ClockId, clock_gettime};
use scope_agent::{Observation, Reporter, ReporterFailure, Warning};
use scope_ebpf::{Config, HttpConfig, HttpCounts, HttpGlance, Kernel, Part, Unavailable};
use scope_report::{Node, Report, Text, Timestamp, TopologyKind, id};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use window::Window;

/// After this many ticks without, the programs are loaded again.
const RETRY_TICKS: u64 = 600;

/// A server that nobody asked anything for so long is forgotten, in nanoseconds.
const IDLE_NANOS_MAX: u64 = 60 * 1_000_000_000;

/// Room for events that nobody reads, in bytes: only the list of open sockets is wanted.
const UNREAD_RING_BYTES: u32 = 4096;

/// What each process was asked in the last seconds; shared between reporter and tagger.
#[derive(Clone, Debug, Default)]
pub struct HttpBook(Arc<Mutex<Arc<Told>>>);

/// The figures of one tick.
#[derive(Debug, Default)]
struct Told {
    figures: Figures,
    by_pid: FxHashMap<u32, HttpCounts>,
}

impl HttpBook {
    fn tell(&self, told: Told) -> Arc<Told> {
        let told = Arc::new(told);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&told);
        told
    }

    fn now(&self) -> Arc<Told> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reports HTTP figures of processes.
pub struct HttpReporter {
    table: SharedTable,
    host_id: Text,
    config: HttpConfig,
    book: HttpBook,
    glance: Option<HttpGlance>,
    window: Window,
    warnings: Vec<Warning>,
    tick: u64,
    retry_tick: u64,
}

impl fmt::Debug for HttpReporter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut form = formatter.debug_struct("HttpReporter");
        form.field("is_open", &self.glance.is_some()).field("warnings", &self.warnings).finish()
    }
}

impl HttpReporter {
    /// A reporter that shares the walk of `table`; the programs are loaded when it is first asked.
    pub fn new(config: &LinuxConfig, table: SharedTable) -> Self {
        Self {
            table,
            host_id: config.host_id.clone(),
            config: HttpConfig { sample_one_in: config.http_sample_one_in.max(1) },
            book: config.http_book.clone(),
            glance: None,
            window: Window::default(),
            warnings: Vec::new(),
            tick: 0,
            retry_tick: 0,
        }
    }

    fn open(&mut self) {
        self.retry_tick = self.tick + RETRY_TICKS;
        self.warnings.clear();
        let mut glance = match HttpGlance::open(&self.config) {
            Ok(glance) => glance,
            Err(error) => return self.warnings.push(absence(&error)),
        };
        // From here on the counts are whole.
        self.window = Window::begun(monotonic_nanos());
        if let Err(reason) = learn(&mut glance) {
            self.warnings.push(format!(
                "HTTP on connections older than the probe is not looked at: {reason}"
            ));
        }
        let one_in = self.config.sample_one_in;
        if one_in > 1 {
            self.warnings.push(format!(
                "HTTP figures are of one connection in {one_in}, requests times {one_in}: rough \
                 where connections are few"
            ));
        }
        self.glance = Some(glance);
    }

    /// Reads what the kernel counted.
    fn look(&mut self) {
        let Some(glance) = &mut self.glance else { return };
        let now_nanos = monotonic_nanos();
        let idle_since = now_nanos.saturating_sub(IDLE_NANOS_MAX);
        let servers = glance.servers(idle_since);
        self.window.take(now_nanos, idle_since, servers);
    }
}

impl Reporter for HttpReporter {
    fn name(&self) -> &'static str {
        "http"
    }

    fn report(&mut self, now: Timestamp) -> Result<Observation, ReporterFailure> {
        self.tick += 1;
        if self.glance.is_none() && self.tick >= self.retry_tick {
            self.open();
        }
        let rows = walk(&self.table, now)?;
        self.look();
        let (by_pid, secs) = self.window.sums();
        let figures = Figures { secs, one_in: self.config.sample_one_in };
        let told = self.book.tell(Told { figures, by_pid });
        let mut report = Report::stamped(now);
        let topology = report.topology_mut(TopologyKind::Process);
        if self.glance.is_some() {
            add_templates(topology);
        }
        for row in rows.iter() {
            let Some(counts) = told.by_pid.get(&row.pid) else { continue };
            let id = id::process(&self.host_id, row.pid);
            let mut node = Node::new(id, TopologyKind::Process.name());
            node.metrics = figures.metrics(counts, now).into_iter().collect();
            topology.add(node);
        }
        Ok(Observation { report, warnings: self.warnings.clone() })
    }
}

/// Tells the programs whose the connections are that were there before them.
fn learn(glance: &mut HttpGlance) -> Result<(), String> {
    let config = Config { ring_bytes: UNREAD_RING_BYTES, parts: vec![Part::Sockets] };
    let mut kernel = Kernel::open(&config).map_err(|error| error.to_string())?;
    glance.learn(&kernel.sockets().map_err(|error| error.to_string())?);
    Ok(())
}

/// Why there are no figures, in one sentence.
fn absence(error: &Unavailable) -> Warning {
    let text = error.to_string();
    // The crate's sentences are about its events, which may well be there.
    let reason = ["kernel events are off: ", "HTTP at a glance: "]
        .into_iter()
        .fold(text.as_str(), |text, head| text.strip_prefix(head).unwrap_or(text));
    format!("HTTP at a glance is off: {reason}")
}

/// Nanoseconds of `CLOCK_MONOTONIC`, the clock of the kernel's programs.
fn monotonic_nanos() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let [secs, nanos] = [time.tv_sec, time.tv_nsec].map(|part| u64::try_from(part).unwrap_or(0));
    secs.saturating_mul(1_000_000_000).saturating_add(nanos)
}

#[cfg(test)]
mod tests;
