//! What every view needs to know of every endpoint, found once.

use super::Lifted;
use super::differences::{RowChange, name_changes};
use super::known_services::{first_name, is_known_service};
use super::table::Table;
use crate::PseudoKind;
use crate::dense::Dense;
use crate::networks::Networks;
use crate::shared::{Hashed, Pages, Row};
use scope_report::{DnsNames, Node, StringSet, Text, TopologyKind, id};
use smol_str::format_smolstr;
use std::net::IpAddr;
use std::sync::Arc;

/// Facts of all endpoints, by their places in the table of endpoints.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endpoints {
    pub(crate) table: Arc<Table>,
    outside: Pages<Outside>,
    /// The endpoints that no host observed, by address: those that may be of the outside.
    by_address: Hashed<Row<Dense>>,
    local: Networks,
    /// The endpoints of which anything changed since the last report; absent if all may have.
    pub(crate) delta: Option<Vec<Dense>>,
}

/// What an endpoint that no host observed is of the outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Outside {
    #[default]
    No,
    Client,
    Server,
    KnownService(Text),
}

impl Endpoints {
    pub(super) fn new(lifted: &Lifted) -> Self {
        let table = Arc::clone(lifted.table(TopologyKind::Endpoint));
        let older = lifted.older_endpoints().filter(|_| table.delta.is_some());
        let changes = lifted.row_changes(TopologyKind::Endpoint, older.is_none());
        let mut own = older.cloned().unwrap_or_default();
        own.table = table;
        own.index_addresses(&changes, older.map(|older| older.table.as_ref()));
        let all_may_differ = own.find_networks(lifted, older.is_none());
        let mut places: Vec<Dense> = match own.table.delta.as_ref().filter(|_| older.is_some()) {
            Some(delta) if !all_may_differ => delta.rows.clone(),
            _ => own.table.places().collect(),
        };
        if let Some(report) = lifted.older_report().filter(|_| older.is_some()) {
            let service = |names: Option<&DnsNames>| {
                names.and_then(|names| first_name(names, is_known_service).map(Text::from))
            };
            for (address, old, new) in name_changes(report, lifted.report()) {
                if service(old) != service(new)
                    && let Some(named) = own.by_address.get(address)
                {
                    places.extend(named.values());
                }
            }
        }
        let mut changed = Vec::new();
        for place in places {
            if own.find_outside(lifted, place) {
                changed.push(place);
            }
        }
        if let Some(delta) = &own.table.delta {
            changed.extend(&delta.rows);
        }
        changed.sort_unstable();
        changed.dedup();
        own.delta = older.map(|_| changed);
        own
    }

    /// The pseudo node of the outside that an endpoint is part of.
    pub(crate) fn outside(&self, endpoint: Dense) -> Option<(PseudoKind, Text)> {
        let (kind, name) = match self.outside.get(endpoint)? {
            Outside::No => return None,
            Outside::Client => (PseudoKind::InternetIncoming, ""),
            Outside::Server => (PseudoKind::InternetOutgoing, ""),
            Outside::KnownService(name) => (PseudoKind::KnownService, name.as_str()),
        };
        Some((kind, format_smolstr!("{}{name}", kind.id_prefix())))
    }

    fn index_addresses(&mut self, changes: &[RowChange<'_>], older: Option<&Table>) {
        for change in changes {
            let is_unobserved = |row: Option<&Arc<Node>>| row.is_some_and(|row| !is_observed(row));
            let reasons = match (is_unobserved(change.old), is_unobserved(change.new)) {
                (false, true) => 1,
                (true, false) => -1,
                _ => continue,
            };
            let Some((_, address, _)) = id::parse_endpoint(change.id) else { continue };
            // A row that left may have left its place too.
            let left = || older.and_then(|table| table.place(change.id));
            let Some(place) = self.table.place(change.id).or_else(left) else { continue };
            self.by_address.update(&address.into(), |row| {
                let mut own = row.take().unwrap_or_default();
                own.add(place, reasons);
                *row = Some(own).filter(|own| !own.values().is_empty());
            });
        }
    }

    /// Looks up where an endpoint is; says whether that changed.
    fn find_outside(&mut self, lifted: &Lifted, place: Dense) -> bool {
        let of = |row, id| outside_of(lifted, &self.local, row, id);
        let found = self.table.row(place).zip(self.table.id(place));
        let found = found.map_or(Outside::No, |(row, id)| of(row, id));
        if self.outside.get(place).is_none_or(|own| *own == Outside::No) && found == Outside::No {
            return false;
        }
        match self.outside.get_mut(place) {
            Some(own) if *own != found => *own = found,
            _ => return false,
        }
        true
    }

    /// Finds the networks of the site where they may have changed; says whether they did.
    fn find_networks(&mut self, lifted: &Lifted, from_nothing: bool) -> bool {
        let sources = [TopologyKind::Host, TopologyKind::Overlay, TopologyKind::Service];
        let may_differ = from_nothing
            || sources.into_iter().any(|kind| {
                let changes = lifted.row_changes(kind, false);
                changes.iter().any(|change| {
                    let [old, new] = [change.old, change.new].map(|row| row.map(networks_of));
                    old != new
                })
            });
        if !may_differ {
            return false;
        }
        let local = local_networks(lifted);
        let differ = local != self.local;
        self.local = local;
        differ
    }
}

/// What a row says of the networks of the site.
fn networks_of(row: &Arc<Node>) -> (Option<&StringSet>, Option<&str>) {
    (row.sets.get("local_networks"), row.fact("kubernetes_ip"))
}

/// Whether a host observed an endpoint.
fn is_observed(row: &Node) -> bool {
    row.latest.contains_key("host_node_id")
}

fn outside_of(lifted: &Lifted, local: &Networks, row: &Node, id: &str) -> Outside {
    let address = match id::parse_endpoint(id) {
        Some((_, address, _)) if !is_observed(row) => address,
        _ => return Outside::No,
    };
    let names = lifted.report().dns.get(address);
    if let Some(name) = names.and_then(|names| first_name(names, is_known_service)) {
        return Outside::KnownService(name.into());
    }
    // A loopback address is on its host, whether or not the host lists the network.
    match address.parse::<IpAddr>() {
        Ok(ip) if !ip.is_loopback() && !local.contains(ip) => {
            if row.adjacency.is_empty() {
                Outside::Server
            } else {
                Outside::Client
            }
        }
        _ => Outside::No,
    }
}

fn local_networks(lifted: &Lifted) -> Networks {
    let cidrs = lifted
        .rows(TopologyKind::Host)
        .chain(lifted.rows(TopologyKind::Overlay))
        .filter_map(|(_, row)| row.sets.get("local_networks"))
        .flat_map(|networks| networks.iter().map(Text::as_str));
    let services = lifted
        .rows(TopologyKind::Service)
        .filter_map(|(_, row)| row.fact("kubernetes_ip"))
        .filter_map(|address| address.parse().ok());
    Networks::new(cidrs, services)
}
