//! What every view needs to know of every endpoint, found once.

use super::known_services::{first_domain, first_name, groups_by_domain, is_known_service};
use super::{Lifted, Table};
use crate::PseudoKind;
use crate::dense::{ABSENT, Dense, Rows, at, dense};
use crate::networks::Networks;
use scope_report::{Node, Text, TopologyKind, id};
use smol_str::format_smolstr;
use std::collections::HashMap;
use std::net::IpAddr;

/// Facts of all endpoints, by their dense numbers.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    /// Endpoints each endpoint connects to.
    pub(crate) adjacency: Rows<Dense>,
    /// What an endpoint without a host is of the outside, as a place in `pseudos`.
    pseudo: Vec<Dense>,
    /// The pseudo nodes of the outside: kind and id.
    pseudos: Vec<(PseudoKind, Text)>,
    /// The host that observed an endpoint, as a place in `host_ids`.
    host: Vec<Dense>,
    /// Ids of host nodes (`<hostID>;<host>`), whether or not the report has them.
    pub(crate) host_ids: Vec<Text>,
}

impl Endpoints {
    pub(super) fn new(lifted: &Lifted) -> Self {
        let table = lifted.table(TopologyKind::Endpoint);
        let mut own = Self { adjacency: adjacency(table), ..Self::default() };
        own.find_hosts(table);
        own.find_outside(lifted, table);
        own
    }

    /// The pseudo node of the outside that an endpoint is part of.
    pub(crate) fn pseudo(&self, endpoint: Dense) -> Option<&(PseudoKind, Text)> {
        self.pseudos.get(at(&self.pseudo, endpoint) as usize)
    }

    /// The place in `host_ids` of the host that observed an endpoint, or [`ABSENT`].
    pub(crate) fn host(&self, endpoint: Dense) -> Dense {
        at(&self.host, endpoint)
    }

    fn find_hosts(&mut self, table: &Table) {
        let mut places: HashMap<Text, Dense> = HashMap::new();
        for row in &table.rows {
            let Some(fact) = row.latest.get("host_node_id") else {
                self.host.push(ABSENT);
                continue;
            };
            let place = places.get(&fact.value).copied().unwrap_or_else(|| {
                let place = dense(self.host_ids.len());
                self.host_ids.push(fact.value.clone());
                places.insert(fact.value.clone(), place);
                place
            });
            self.host.push(place);
        }
    }

    fn find_outside(&mut self, lifted: &Lifted, table: &Table) {
        let local = local_networks(lifted);
        for kind in [PseudoKind::InternetIncoming, PseudoKind::InternetOutgoing] {
            self.pseudos.push((kind, kind.id_prefix().into()));
        }
        let hosts = lifted.table(TopologyKind::Host).rows.iter();
        let by_domain = groups_by_domain(hosts.map(|row| &**row));
        let mut named: HashMap<Text, Dense> = HashMap::new();
        for (endpoint, endpoint_id, row) in table.iter() {
            let address = match id::parse_endpoint(endpoint_id) {
                Some((_, address, _)) if self.host(endpoint) == ABSENT => address,
                _ => {
                    self.pseudo.push(ABSENT);
                    continue;
                }
            };
            let mut place_of = |kind: PseudoKind, name: &str| {
                *named.entry(name.into()).or_insert_with(|| {
                    self.pseudos.push((kind, format_smolstr!("{}{name}", kind.id_prefix())));
                    dense(self.pseudos.len() - 1)
                })
            };
            let place = match first_name(lifted.report(), address, is_known_service) {
                Some(name) => place_of(PseudoKind::KnownService, name),
                None => match internet(address, row, &local) {
                    ABSENT => ABSENT,
                    half => first_domain(lifted.report(), address)
                        .filter(|_| by_domain)
                        .map_or(half, |domain| place_of(PseudoKind::Domain, domain)),
                },
            };
            self.pseudo.push(place);
        }
    }
}

/// The half of the Internet an address is in, as a place in `pseudos`, or [`ABSENT`].
///
/// A loopback address is on its host, whether or not the host lists the network.
fn internet(address: &str, row: &Node, local: &Networks) -> Dense {
    match address.parse::<IpAddr>() {
        Ok(ip) if !ip.is_loopback() && !local.contains(ip) => Dense::from(row.adjacency.is_empty()),
        _ => ABSENT,
    }
}

fn adjacency(table: &Table) -> Rows<Dense> {
    let places: HashMap<&str, Dense> =
        table.ids.iter().enumerate().map(|(index, id)| (id.as_str(), dense(index))).collect();
    let mut pairs = Vec::with_capacity(table.ids.len() / 2);
    for (from, _, row) in table.iter() {
        let known = row.adjacency.iter().filter_map(|id| places.get(id.as_str()));
        pairs.extend(known.map(|to| (from, *to)));
    }
    Rows::from_pairs(pairs, table.ids.len())
}

fn local_networks(lifted: &Lifted) -> Networks {
    let rows = |kind| lifted.table(kind).rows.iter();
    let cidrs = rows(TopologyKind::Host)
        .chain(rows(TopologyKind::Overlay))
        .filter_map(|row| row.sets.get("local_networks"))
        .flat_map(|networks| networks.iter().map(Text::as_str));
    let services = rows(TopologyKind::Service)
        .filter_map(|row| row.fact("kubernetes_ip"))
        .filter_map(|address| address.parse().ok());
    Networks::new(cidrs, services)
}
