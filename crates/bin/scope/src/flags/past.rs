//! Flags of what the app keeps of the past, and of how the map can be grouped.

use super::APP;
use crate::go_style::Period;
use scope_store::HistoryPlan;
use std::path::PathBuf;
use std::time::Duration;

/// What is kept of the past, and how the map can be grouped.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PastFlags {
    /// How far back the map can be looked at, in memory and up to 64 MiB: beyond that, steps grow
    /// coarser the older they are. 0 keeps nothing.
    #[arg(
        long = "app.history",
        default_value = "10m",
        value_name = "DURATION",
        value_parser = parse_span,
        help_heading = APP,
    )]
    history: Duration,

    /// Time between two moments that are kept of the past.
    #[arg(long = "app.history.interval", default_value = "5s", help_heading = APP)]
    history_interval: Period,

    /// The file with ways to group nodes by rules on labels and names; docs/use/groups.md explains
    /// it. It is read again when it changes.
    #[arg(long = "app.groups", value_name = "FILE", help_heading = APP)]
    pub(crate) groups: Option<PathBuf>,
}

impl PastFlags {
    /// How much is kept; `None` for nothing.
    pub(crate) fn plan(&self) -> Option<HistoryPlan> {
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let span_ms = millis(self.history);
        (span_ms > 0).then(|| HistoryPlan::new(span_ms, millis(*self.history_interval)))
    }
}

fn parse_span(text: &str) -> Result<Duration, &'static str> {
    match scope_api::parse_go_duration(text).map(u64::try_from) {
        Some(Ok(nanos)) => Ok(Duration::from_nanos(nanos)),
        _ => Err("write a duration, such as 10m or 2h, or 0 to keep nothing"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let check = |text: &str, expect: Option<u64>| {
            assert_eq!(parse_span(text).ok().map(|span| span.as_secs()), expect, "{text}");
        };
        check("10m", Some(600));
        check("0", Some(0));
        check("2h30m", Some(9000));
        check("-1s", None);
        check("a while", None);
    }
}
