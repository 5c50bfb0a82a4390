//! The log: on standard error, so that what the program says stays apart.
//!
//! Probe and app may run in one process; each has a level and a beginning of its lines. What
//! strangers wrote is written out before it gets here: an event is one line, and a terminal obeys
//! none of it.

use crate::flags::Flags;
use scope_report::printable;
use std::fmt;
use tracing::field::Field;
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format::{Format, Writer, debug_fn};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The crates and modules that are the probe.
const PROBE: [&str; 6] =
    ["scope::probe", "scope_agent", "scope_docker", "scope_ebpf", "scope_linux", "scope_plugin"];

/// Those that are the app; what is neither speaks for the app, unless the probe runs alone.
const APP: [&str; 8] = [
    "scope::access",
    "scope::app",
    "scope_auth",
    "scope_present",
    "scope_push",
    "scope_render",
    "scope_server",
    "scope_store",
];

/// Begins to log.
pub(crate) fn start(flags: &Flags, is_probe_alone: bool) {
    let is_terminal = rustix::termios::isatty(std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter(flags, is_probe_alone))
        .with_ansi(is_terminal)
        .with_writer(std::io::stderr)
        .fmt_fields(debug_fn(write_field).delimited(" "))
        .event_format(Lines {
            format: Format::default().with_target(false),
            app: beginning(&flags.app_log_prefix),
            probe: beginning(&flags.probe_log_prefix),
            is_probe_alone,
        })
        .init();
}

fn filter(flags: &Flags, is_probe_alone: bool) -> EnvFilter {
    let level = |own: Option<crate::go_style::Level>| match *flags.debug {
        true => "debug".to_owned(),
        false => own.unwrap_or(flags.log_level).to_string(),
    };
    let (app, probe) = (level(flags.app_log_level), level(flags.probe_log_level));
    let of = |names: &[&str], level: &str| {
        let parts = names.iter().map(|name| format!("{name}={level}"));
        parts.collect::<Vec<_>>().join(",")
    };
    let rest = if is_probe_alone { &probe } else { &app };
    let text = format!("warn,scope={rest},{},{}", of(&PROBE, &probe), of(&APP, &app));
    EnvFilter::try_new(text).unwrap_or_else(|_| EnvFilter::new("info"))
}

/// The message, or a field with its name, on one line.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let text = format!("{value:?}");
    let text = printable(&text);
    match field.name() {
        "message" => writer.write_str(&text),
        name => write!(writer, "{}={text}", name.trim_start_matches("r#")),
    }
}

/// A prefix with a space after it, if it is one.
fn beginning(prefix: &str) -> String {
    if prefix.is_empty() { String::new() } else { format!("{prefix} ") }
}

/// Lines that begin with whose they are.
struct Lines {
    format: Format,
    app: String,
    probe: String,
    is_probe_alone: bool,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let target = event.metadata().target();
        let is_probe = self.is_probe_alone || PROBE.iter().any(|name| target.starts_with(name));
        writer.write_str(if is_probe { &self.probe } else { &self.app })?;
        self.format.format_event(context, writer, event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Kept {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let kept = Kept::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(kept.clone())
            .with_ansi(false)
            .fmt_fields(debug_fn(write_field).delimited(" "))
            .event_format(Lines {
                format: Format::default().with_target(false),
                app: "<app> ".to_owned(),
                probe: "<probe> ".to_owned(),
                is_probe_alone: false,
            })
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let evil = "x\n<app> 2026 forged \u{1b}]0;own\u{7}\u{202e}";
            tracing::info!(node = evil, shown = %evil, "a name: {evil}");
            tracing::info!(plain = "web", count = 3, "went well");
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines.iter().all(|line| line.chars().all(scope_report::is_printable)), "{text}");
        let written = r"a name: x\n<app> 2026 forged \u{1b}]0;own\u{7}\u{202e} node=";
        assert!(lines[0].contains(written), "{text}");
        assert!(lines[1].ends_with(r#"INFO went well plain="web" count=3"#), "{text}");
    }
}
