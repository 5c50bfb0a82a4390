//! What a running program tells when a signal asks: SIGQUIT, what every thread does and what the
//! parts of the probe did last; SIGUSR1, its figures. It keeps running.

use anyhow::Context;
use std::path::Path;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// Threads that are told of.
const THREADS_MAX: usize = 1024;

/// Bytes read of each file about a thread.
const FILE_BYTES_MAX: u64 = 16 << 10;

/// Gives the figures as text.
pub(crate) type Figures = Box<dyn Fn() -> String + Send>;

/// Begins to listen for the signals, for as long as the program runs.
pub(crate) fn start(figures: Vec<Figures>) -> anyhow::Result<()> {
    let runtime =
        Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    let (mut quit, mut usr1) = {
        let _inside = runtime.enter();
        let quit = signal(SignalKind::quit()).context("listen for SIGQUIT")?;
        (quit, signal(SignalKind::user_defined1()).context("listen for SIGUSR1")?)
    };
    let run = async move {
        loop {
            let text = tokio::select! {
                Some(()) = quit.recv() => threads() + &scope_agent::last_done(),
                Some(()) = usr1.recv() => figures.iter().map(|text| text()).collect(),
                else => return,
            };
            crate::complain(text.trim_end());
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || runtime.block_on(run))
        .context("start the thread for signals")?;
    Ok(())
}

/// What the kernel knows of each thread of this process.
fn threads() -> String {
    let mut text = "threads of this process, as the kernel sees them:\n".to_owned();
    let Ok(folder) = std::fs::read_dir("/proc/self/task") else {
        return text + "cannot read /proc/self/task";
    };
    let mut paths: Vec<_> =
        folder.filter_map(Result::ok).take(THREADS_MAX).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        text += &thread(&path);
    }
    text
}

/// Its name, its state, the processor time it took, where in the kernel it waits.
fn thread(path: &Path) -> String {
    let id = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let status = read(&path.join("status"));
    let name = field(&status, "Name").unwrap_or_default();
    let state = field(&status, "State").unwrap_or_default();
    let waits = field(&status, "voluntary_ctxt_switches").unwrap_or_default();
    let place = read(&path.join("wchan"));
    let place = if matches!(place.as_str(), "" | "0") { "its own code" } else { place.trim() };
    // The first figure of schedstat is the time on a processor, nanoseconds (kernel document
    // scheduler/sched-stats).
    let nanos = read(&path.join("schedstat"));
    let nanos = nanos.split(' ').next().and_then(|word| word.parse::<u64>().ok());
    let millis = nanos.unwrap_or_default() / 1_000_000;
    let mut text = format!(
        "thread {id} {name:?}: {state} in {place}; {millis} ms of processor time, waited {waits} \
         times\n"
    );
    for line in read(&path.join("stack")).lines() {
        let line = line.split("] ").last().unwrap_or_default();
        text += &format!("    {line}\n");
    }
    text
}

/// A file about a thread; blank when the thread is gone or the file is for root.
fn read(path: &Path) -> String {
    use std::io::Read;
    let mut bytes = Vec::new();
    if let Ok(file) = std::fs::File::open(path) {
        let _ = file.take(FILE_BYTES_MAX).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn field<'a>(status: &'a str, key: &str) -> Option<&'a str> {
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    line.map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_is_told_of() {
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let (begin, begun) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::Builder::new().name("waits-for-end".to_owned());
        let thread = thread.spawn(move || begin.send(()).is_ok() && ended.recv().is_ok()).unwrap();
        // A thread names itself.
        begun.recv().unwrap();
        let text = threads();
        assert!(text.contains("\"waits-for-end\": "), "{text}");
        drop(end);
        let _ = thread.join();
    }
}
