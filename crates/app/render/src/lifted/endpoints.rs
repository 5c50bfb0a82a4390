//! What every view needs to know of every endpoint, found once.

use super::Lifted;
use super::differences::{RowChange, name_changes};
use super::known_services::{first_domain, first_name, is_known_service, listens_to_dns};
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
    /// Whether peers of the outside are grouped by domain.
    by_domain: bool,
    /// The endpoints of which anything changed since the last report; absent if all may have.
    pub(crate) delta: Option<Vec<Dense>>,
}

/// The pseudo node that an endpoint is part of, if it is of the outside.
type Outside = Option<(PseudoKind, Text)>;

/// What the names of an address put it in.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Groups<'a> {
    service: Option<&'a str>,
    domain: Option<&'a str>,
}

impl Endpoints {
    pub(super) fn new(lifted: &Lifted) -> Self {
        let table = Arc::clone(lifted.table(TopologyKind::Endpoint));
        let older = lifted.older_endpoints().filter(|_| table.delta.is_some());
        let changes = lifted.row_changes(TopologyKind::Endpoint, older.is_none());
        let mut own = older.cloned().unwrap_or_default();
        own.table = table;
        own.index_addresses(&changes, older.map(|older| older.table.as_ref()));
        let all_may_differ = own.read_site(lifted, older.is_none());
        let mut places: Vec<Dense> = match own.table.delta.as_ref().filter(|_| older.is_some()) {
            Some(delta) if !all_may_differ => delta.rows.clone(),
            _ => own.table.places().collect(),
        };
        if let Some(report) = lifted.older_report().filter(|_| older.is_some()) {
            for (address, old, new) in name_changes(report, lifted.report()) {
                let [old, new] = [old, new].map(|names| names.map(groups_of));
                if old != new
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
    pub(crate) fn outside(&self, endpoint: Dense) -> Option<&(PseudoKind, Text)> {
        self.outside.get(endpoint)?.as_ref()
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
        let known = self.table.row(place).zip(self.table.id(place));
        let found = known.and_then(|(row, id)| self.outside_of(lifted, row, id));
        if self.outside(place) == found.as_ref() {
            return false;
        }
        if let Some(own) = self.outside.get_mut(place) {
            *own = found;
        }
        true
    }

    fn outside_of(&self, lifted: &Lifted, row: &Node, id: &str) -> Outside {
        let (_, address, _) = id::parse_endpoint(id).filter(|_| !is_observed(row))?;
        let groups = lifted.report().dns.get(address).map(|names| groups_of(names));
        let named = |kind: PseudoKind, name: &str| {
            Some((kind, format_smolstr!("{}{name}", kind.id_prefix())))
        };
        if let Some(Groups { service: Some(name), .. }) = groups {
            return named(PseudoKind::KnownService, name);
        }
        // A loopback address is on its host, whether or not the host lists the network.
        let ip = address.parse::<IpAddr>().ok()?;
        if ip.is_loopback() || self.local.contains(ip) {
            return row.fact("unanswered").and_then(|_| named(PseudoKind::Unanswered, id));
        }
        match groups {
            Some(Groups { domain: Some(name), .. }) if self.by_domain => {
                named(PseudoKind::Domain, name)
            }
            _ if row.adjacency.is_empty() => named(PseudoKind::InternetOutgoing, ""),
            _ => named(PseudoKind::InternetIncoming, ""),
        }
    }

    /// Finds what is said of the site as a whole, where that may have changed; says whether it did.
    fn read_site(&mut self, lifted: &Lifted, from_nothing: bool) -> bool {
        let sources = [TopologyKind::Host, TopologyKind::Overlay, TopologyKind::Service];
        let may_differ = from_nothing
            || sources.into_iter().any(|kind| {
                let changes = lifted.row_changes(kind, false);
                changes.iter().any(|change| {
                    let [old, new] = [change.old, change.new].map(|row| row.map(site_of));
                    old != new
                })
            });
        if !may_differ {
            return false;
        }
        let local = local_networks(lifted);
        let by_domain = lifted.rows(TopologyKind::Host).any(|(_, row)| listens_to_dns(row));
        let differ = local != self.local || by_domain != self.by_domain;
        self.local = local;
        self.by_domain = by_domain;
        differ
    }
}

fn groups_of(names: &DnsNames) -> Groups<'_> {
    Groups { service: first_name(names, is_known_service), domain: first_domain(names) }
}

/// What a row says of the site as a whole.
fn site_of(row: &Arc<Node>) -> (Option<&StringSet>, Option<&str>, bool) {
    (row.sets.get("local_networks"), row.fact("kubernetes_ip"), listens_to_dns(row))
}

/// Whether a host observed an endpoint.
fn is_observed(row: &Node) -> bool {
    row.latest.contains_key("host_node_id")
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
