//! What changed between two reports, as a person reads it.
//!
//! ```text
//! - process 101 nginx in container c1
//! + process 103 redis
//! ~ container c1 "front" image nginx:1.27
//!     fact docker_container_state: "running" -> "exited"
//!     parent host: + web-2;<host>
//! ```
//!
//! When something was seen is no difference: timestamps and the samples of metrics are passed
//! over, or no two reports of a quiet machine would be equal.

use super::{end, line, put, quoted, word};
use scope_report::{DnsNames, Node, Report, SortedMap, StringSet, Text, Topology, TopologyKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What `after` says that `before` did not, and the reverse; blank for nothing.
///
/// In the order of kinds and ids, so that two runs give the same text.
pub fn diff(before: &Report, after: &Report) -> String {
    let mut text = String::new();
    for (kind, old) in before.topologies() {
        let new = after.topology(kind);
        frame(&mut text, kind, old, new);
        for (id, (old, new)) in joined(old.nodes.iter(), new.nodes.iter()) {
            match (old, new) {
                (Some(old), None) => put(&mut text, &format!("- {}", title(before, kind, id, old))),
                (None, Some(new)) => put(&mut text, &format!("+ {}", title(after, kind, id, new))),
                (Some(old), Some(new)) if !Arc::ptr_eq(old, new) => {
                    changed(&mut text, old, new, || title(after, kind, id, new));
                }
                _ => {}
            }
        }
    }
    names(&mut text, before, after);
    text
}

/// Entries of both sides by key.
fn joined<'a, V>(
    old: impl Iterator<Item = (&'a Text, &'a V)>,
    new: impl Iterator<Item = (&'a Text, &'a V)>,
) -> BTreeMap<&'a Text, (Option<&'a V>, Option<&'a V>)> {
    let mut entries: BTreeMap<_, (Option<&V>, Option<&V>)> =
        old.map(|(key, value)| (key, (Some(value), None))).collect();
    for (key, value) in new {
        entries.entry(key).or_default().1 = Some(value);
    }
    entries
}

/// The node's line of the text form; an endpoint has none of its own there.
fn title(report: &Report, kind: TopologyKind, id: &str, node: &Node) -> String {
    if kind != TopologyKind::Endpoint {
        return line(report, kind, id, node);
    }
    let to: Vec<String> = node.adjacency.iter().map(|to| end(to, None)).collect();
    let arrow = if to.is_empty() { "" } else { " -> " };
    format!("endpoint {}{arrow}{}", end(id, Some(node)), to.join(", "))
}

/// How the nodes of a kind are to be shown.
fn frame(text: &mut String, kind: TopologyKind, old: &Topology, new: &Topology) {
    let words = |topology: &Topology| {
        [&topology.shape, &topology.tag, &topology.label, &topology.label_plural].map(Text::clone)
    };
    let parts = [
        ("words", words(old) == words(new)),
        ("controls", old.controls == new.controls),
        ("metadata templates", old.metadata_templates == new.metadata_templates),
        ("metric templates", old.metric_templates == new.metric_templates),
        ("table templates", old.table_templates == new.table_templates),
    ];
    let differ: Vec<&str> =
        parts.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
    if !differ.is_empty() {
        put(text, &format!("~ topology {}: {}", kind.name(), differ.join(", ")));
    }
}

fn changed(text: &mut String, old: &Node, new: &Node, title: impl FnOnce() -> String) {
    let mut lines = Vec::new();
    for (name, old, new) in [("id", &old.id, &new.id), ("topology", &old.topology, &new.topology)] {
        if old != new {
            lines.push(format!("{name}: {} -> {}", quoted(old), quoted(new)));
        }
    }
    for (key, (old, new)) in joined(old.latest.iter(), new.latest.iter()) {
        let (old, new) = (old.map(|fact| &fact.value), new.map(|fact| &fact.value));
        if old != new {
            let value = |fact: Option<&Text>| fact.map_or_else(|| "none".to_owned(), |v| quoted(v));
            lines.push(format!("fact {}: {} -> {}", word(key), value(old), value(new)));
        }
    }
    sets(&mut lines, "set", &old.sets, &new.sets);
    sets(&mut lines, "parent", &old.parents, &new.parents);
    members(&mut lines, "connects to", &old.adjacency, &new.adjacency);
    for (key, (old, new)) in joined(old.metrics.iter(), new.metrics.iter()) {
        match (old, new) {
            (Some(_), None) => lines.push(format!("metric - {}", word(key))),
            (None, Some(_)) => lines.push(format!("metric + {}", word(key))),
            _ => {}
        }
    }
    if !lines.is_empty() {
        put(text, &format!("~ {}", title()));
        for line in lines {
            put(text, &format!("    {line}"));
        }
    }
}

fn sets(
    lines: &mut Vec<String>,
    what: &str,
    old: &SortedMap<StringSet>,
    new: &SortedMap<StringSet>,
) {
    let empty = StringSet::default();
    for (key, (old, new)) in joined(old.iter(), new.iter()) {
        let name = format!("{what} {}", word(key));
        members(lines, &name, old.unwrap_or(&empty), new.unwrap_or(&empty));
    }
}

/// `name: - gone + come`.
fn members(lines: &mut Vec<String>, name: &str, old: &StringSet, new: &StringSet) {
    let gone = old.iter().filter(|member| !new.contains(member)).map(|member| ("-", member));
    let come = new.iter().filter(|member| !old.contains(member)).map(|member| ("+", member));
    let changes: Vec<String> =
        gone.chain(come).map(|(sign, member)| format!("{sign} {}", word(member))).collect();
    if !changes.is_empty() {
        lines.push(format!("{name}: {}", changes.join(" ")));
    }
}

/// The names of addresses.
fn names(text: &mut String, before: &Report, after: &Report) {
    for (address, (old, new)) in joined(before.dns.iter(), after.dns.iter()) {
        let known = |names: Option<&Arc<DnsNames>>| names.cloned().unwrap_or_default();
        let (old, new) = (known(old), known(new));
        let mut lines = Vec::new();
        members(&mut lines, "forward", &old.forward, &new.forward);
        members(&mut lines, "reverse", &old.reverse, &new.reverse);
        if !lines.is_empty() {
            put(text, &format!("~ dns {}", word(address)));
            for line in lines {
                put(text, &format!("    {line}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, decode};
    use expect_test::{Expect, expect};

    fn read(json: &str) -> Report {
        decode(json.as_bytes(), "application/json", "", &Limits::default()).unwrap()
    }

    #[track_caller]
    fn check(before: &str, after: &str, expect: Expect) {
        expect.assert_eq(&diff(&read(before), &read(after)));
    }

    #[test]
    fn nodes_come_change_and_go() {
        check(
            r#"{"Endpoint":{"nodes":{";10.0.0.1;80":{"id":";10.0.0.1;80"}}},
            "Process":{"nodes":{
                "h;1":{"id":"h;1","latest":{"name":{"value":"nginx"}},
                    "parents":{"container":["c1;<container>"]}},
                "h;2":{"id":"h;2","latest":{"name":{"value":"sh"},"ppid":{"value":"1"}},
                    "metrics":{"process_cpu_usage_percent":{"samples":null}}}}}}"#,
            r#"{"Endpoint":{"nodes":{
                ";10.0.0.1;80":{"id":";10.0.0.1;80","adjacency":[";10.0.0.2;5432"]},
                ";10.0.0.9;99":{"id":";10.0.0.9;99","adjacency":[";10.0.0.1;80"]}}},
            "Process":{"label":"process","nodes":{
                "h;2":{"id":"h;2","latest":{"name":{"value":"bash"},"threads":{"value":"a b"}},
                    "sets":{"x":["new"]},"parents":{"host":["h;<host>"]}},
                "h;3":{"id":"h;3"}}},
            "DNS":{"10.0.0.9":{"forward":["db.example"]}}}"#,
            expect![[r#"
                ~ endpoint 10.0.0.1:80 -> 10.0.0.2:5432
                    connects to: + ;10.0.0.2;5432
                + endpoint 10.0.0.9:99 -> 10.0.0.1:80
                ~ topology process: words
                - process 1 nginx in container c1
                ~ process 2 bash
                    fact name: "sh" -> "bash"
                    fact ppid: "1" -> none
                    fact threads: none -> "a b"
                    set x: + new
                    parent host: + h;<host>
                    metric - process_cpu_usage_percent
                + process 3
                ~ dns 10.0.0.9
                    forward: + db.example
            "#]],
        );
    }

    #[test]
    fn times_are_no_difference() {
        let seen = |at: &str| {
            format!(
                r#"{{"TS":"{at}","Window":7,"Process":{{"nodes":{{"h;1":{{"id":"h;1",
                "latest":{{"name":{{"timestamp":"{at}","value":"nginx"}}}},
                "metrics":{{"m":{{"samples":[{{"date":"{at}","value":1}}]}}}}}}}}}}}}"#
            )
        };
        let (before, after) = (seen("2026-01-01T00:00:00Z"), seen("2026-02-01T00:00:00Z"));
        check(&before, &after, expect![[""]]);
    }
}
