//! Writes the names of a report's addresses into it.
//!
//! Only addresses at the ends of connections of the report get names, as Weave Scope sends them
//! (scope-1.13.md §5.7), heard ones and looked up ones apart. What nobody named and is not ours
//! is looked up in the background, for a later report. Addresses without a name are left out.

use super::book::NameBook;
use super::reverse::{ReverseResolver, failure};
use scope_agent::{LocalNetworks, Tagger};
use scope_report::{DnsNames, Report, Text, Timestamp, TopologyKind, id};
use smol_str::ToSmolStr;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The most addresses of one report that are given names.
pub const ADDRESSES_NAMED_MAX: usize = 20_000;

/// Adds the names of addresses.
#[derive(Debug)]
pub struct NameTagger {
    book: NameBook,
    resolver: Option<ReverseResolver>,
}

impl NameTagger {
    /// Tells what is in `book`; with `reverse`, looks up what is not, at `server` or at the
    /// system's resolvers.
    pub fn new(book: NameBook, reverse: bool, server: Option<SocketAddr>) -> std::io::Result<Self> {
        let resolver = reverse.then(|| ReverseResolver::start(book.clone(), server)).transpose()?;
        Ok(Self { book, resolver })
    }

    fn look_up(&self, address: IpAddr, now_secs: i64) {
        // Noted before the answer, so that it is asked for once.
        if self.resolver.as_ref().is_some_and(|resolver| resolver.want(address)) {
            self.book.look_up(address, failure(), now_secs);
        }
    }
}

impl Tagger for NameTagger {
    fn name(&self) -> &'static str {
        "dns"
    }

    fn tag(&mut self, report: &mut Report, now: Timestamp) {
        let addresses = addresses(report);
        if addresses.is_empty() {
            return;
        }
        let now_secs = i64::try_from(now.unix_nanos() / 1_000_000_000).unwrap_or_default();
        let local = local_networks(report);
        let mut due = Vec::new();
        self.book.tell(addresses.into_iter(), now_secs, |address, is_ours, heard, looked_up| {
            if heard.is_empty() && looked_up.is_none() && !is_ours && is_asked_for(address, &local)
            {
                due.push(address);
            }
            let looked_up = looked_up.unwrap_or_default();
            if !heard.is_empty() || !looked_up.is_empty() {
                let address = address.to_smolstr();
                let mut names = report.dns.get(&address).cloned().unwrap_or_default();
                add(Arc::make_mut(&mut names), heard, looked_up);
                report.dns.insert(address, names);
            }
        });
        for address in due {
            self.look_up(address, now_secs);
        }
    }
}

fn add(names: &mut DnsNames, heard: &[Text], looked_up: &[Text]) {
    for name in heard {
        names.forward.insert(name.clone());
    }
    for name in looked_up {
        names.reverse.insert(name.clone());
    }
}

/// The addresses of the endpoints of `report`, each with whether one of them is on this host.
///
/// Ids are in order, so the ports of an address follow each other and cost hardly more than one.
fn addresses(report: &Report) -> Vec<(IpAddr, bool)> {
    let mut addresses: Vec<(IpAddr, bool)> = Vec::new();
    let mut last = "";
    let mut is_address = false;
    for (endpoint, node) in &report.topology(TopologyKind::Endpoint).nodes {
        let Some((_, text, _)) = id::parse_endpoint(endpoint) else { continue };
        if last != text {
            last = text;
            let address = text.parse().ok().filter(|ip: &IpAddr| !ip.is_loopback());
            is_address = address.is_some();
            addresses.extend(address.map(|address| (address, false)));
        }
        if let Some((_, is_ours)) = addresses.last_mut().filter(|_| is_address) {
            *is_ours = *is_ours || node.latest.contains_key("host_node_id");
        }
    }
    // An address may appear in several scopes: those of this host come last, and are kept.
    addresses.sort_unstable();
    addresses.reverse();
    addresses.dedup_by_key(|(address, _)| *address);
    addresses.truncate(ADDRESSES_NAMED_MAX);
    addresses
}

/// The networks of the host, whose addresses nobody outside knows by name.
fn local_networks(report: &Report) -> LocalNetworks {
    let networks = LocalNetworks::default();
    let rows = report.topology(TopologyKind::Host).nodes.values();
    let cidrs = rows.filter_map(|row| row.sets.get("local_networks")).flat_map(|set| set.iter());
    let parsed = cidrs.filter_map(|cidr| {
        let (address, bits) = cidr.split_once('/')?;
        Some((address.parse().ok()?, bits.parse().ok()?))
    });
    networks.replace(parsed.collect());
    networks
}

/// Whether resolvers may know the address: it is neither of the host's networks nor of a kind
/// that is never named.
fn is_asked_for(address: IpAddr, local: &LocalNetworks) -> bool {
    let is_nameless = address.is_unspecified()
        || address.is_multicast()
        || match address {
            IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
            IpAddr::V6(address) => address.is_unicast_link_local(),
        };
    !is_nameless && !local.contains(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::listener::Heard;
    use scope_report::Node;

    fn report(endpoints: &[&str]) -> Report {
        let mut report = Report::empty();
        for endpoint in endpoints {
            let (id, fact) = endpoint.split_once(' ').unwrap_or((endpoint, ""));
            let mut node = Node::new(id, "endpoint");
            if !fact.is_empty() {
                node.set_fact("host_node_id", Timestamp::ZERO, fact);
            }
            report.topology_mut(TopologyKind::Endpoint).add(node);
        }
        let mut host = Node::new("web-1;<host>", "host");
        host.add_to_set("local_networks", "10.0.0.0/8");
        report.topology_mut(TopologyKind::Host).add(host);
        report
    }

    #[test]
    fn names_only_the_addresses_of_the_report() {
        let book = NameBook::default();
        let heard = ["192.0.2.1 a.test", "192.0.2.9 b.test", "2001:db8::1 c.test"];
        let heard = heard.map(|one| {
            let (address, name) = one.split_once(' ').unwrap();
            Heard { address: address.parse().unwrap(), name: name.into(), ttl_secs: 60 }
        });
        book.learn(&heard, 0);
        let found = crate::dns::book::Found { names: vec!["ptr.test".into()], ttl_secs: 60 };
        book.look_up("192.0.2.1".parse().unwrap(), found, 0);
        let mut tagger = NameTagger::new(book, false, None).unwrap();
        let ends =
            [";192.0.2.1;443", ";192.0.2.1;80", "h;2001:db8::1;443", "h;unix;4", ";10.0.0.1;9"];
        let mut report = report(&ends);
        tagger.tag(&mut report, Timestamp::ZERO);
        let told: Vec<String> = report
            .dns
            .iter()
            .map(|(ip, names)| {
                format!("{ip} {:?} {:?}", names.forward.as_slice(), names.reverse.as_slice())
            })
            .collect();
        assert_eq!(told, [r#"192.0.2.1 ["a.test"] ["ptr.test"]"#, r#"2001:db8::1 ["c.test"] []"#]);
    }

    #[test]
    fn asks_only_for_what_resolvers_may_know() {
        let ends = [
            ";192.0.2.1;1",
            ";192.0.2.2;1 web-1;<host>",
            ";10.1.1.1;1",
            "h;127.0.0.1;1",
            ";fe80::1;1",
        ];
        let report = report(&ends);
        let local = local_networks(&report);
        let asked: Vec<String> = addresses(&report)
            .into_iter()
            .filter(|(address, is_ours)| !is_ours && is_asked_for(*address, &local))
            .map(|(address, _)| address.to_string())
            .collect();
        assert_eq!(asked, ["192.0.2.1"]);
    }
}
