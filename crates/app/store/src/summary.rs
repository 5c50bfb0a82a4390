//! One line on a report, for `GET /admin/summary`.

use scope_report::{Report, Timestamp, TopologyKind, printable};
use std::borrow::Cow;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Nov 20 06:17:12.994: vm;<host>: endpoint:241, process:472`: when it was made, by the hosts in
/// it, and how many nodes it has of each kind.
pub(crate) fn line(report: &Report) -> String {
    let hosts = &report.topology(TopologyKind::Host).nodes;
    // Read in a terminal, as often as not.
    let hosts: Vec<Cow<'_, str>> = hosts.keys().map(|id| printable(id)).collect();
    let counts: Vec<String> = report
        .topologies()
        .filter(|(_, topology)| !topology.nodes.is_empty())
        .map(|(kind, topology)| format!("{}:{}", kind.name(), topology.nodes.len()))
        .collect();
    format!("{}: {}: {}", stamp(report.ts), hosts.join(","), counts.join(", "))
}

/// Month, day padded with a space, and the time to the millisecond.
fn stamp(ts: Timestamp) -> String {
    let text = ts.to_string();
    stamp_of(&text).unwrap_or(text)
}

/// Rewrites RFC 3339 in UTC.
fn stamp_of(text: &str) -> Option<String> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (rest, day) = date.rsplit_once('-')?;
    let (_, month) = rest.rsplit_once('-')?;
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    let day: u8 = day.parse().ok()?;
    let (secs, fraction) = time.split_once('.').unwrap_or((time, ""));
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(format!("{month} {day:>2} {secs}.{millis}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_report::Node;

    #[track_caller]
    fn check(input: &str, expect: &str) {
        assert_eq!(stamp(input.parse().unwrap()), expect);
    }

    #[test]
    fn stamps() {
        check("2026-11-20T06:17:12.994123456Z", "Nov 20 06:17:12.994");
        check("2026-01-02T06:17:12.9Z", "Jan  2 06:17:12.900");
        check("0001-01-01T00:00:00Z", "Jan  1 00:00:00.000");
    }

    #[test]
    fn lines() {
        let mut report = Report::stamped("2026-11-20T06:17:12.994Z".parse().unwrap());
        report.topology_mut(TopologyKind::Host).add(Node::new("vm;<host>", "host"));
        report.topology_mut(TopologyKind::Process).add(Node::new("vm;1", "process"));
        assert_eq!(line(&report), "Nov 20 06:17:12.994: vm;<host>: process:1, host:1");
        report.topology_mut(TopologyKind::Host).add(Node::new("\u{1b}[2J\n;<host>", "host"));
        assert!(line(&report).contains(": \\u{1b}[2J\\n;<host>,vm;<host>: "), "{}", line(&report));
    }
}
