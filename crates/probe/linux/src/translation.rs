//! From the flows of several namespaces to routes: who really talks to whom, translation by
//! translation.
//!
//! A namespace that translates addresses has its own connection tracking. A connection that crosses
//! several of them (a published port of a host, then one of a router within) is one flow in each,
//! and what leaves one as a tuple enters the next as the same tuple. Chained, they say what the
//! client asked for and where it arrived.
//!
//! Pure: flows come in as values. Ambiguous chains (two inner networks with the same addresses)
//! follow the namespace with the least inode.

use crate::conntrack::{Flow, KnownFlow, Tuple};
use crate::hashing::Seeded;
use std::collections::{HashMap, HashSet};

/// The most translations of one connection that are followed.
const HOPS_MAX: usize = 8;

/// A connection as all connection tracking together tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The inode of the namespace that tracked it first.
    pub namespace: u64,
    /// The request as the client sends it, the reply as the server sends it.
    pub flow: Flow,
    /// The translations on the way where there are several; blank for one or none.
    further: Vec<Flow>,
    /// Whether it was heard of lately in any namespace.
    pub fresh: bool,
    /// Whether it was an attempt that the other end refused.
    pub refused: bool,
}

impl Route {
    fn new(namespace: u64, known: KnownFlow) -> Self {
        let KnownFlow { flow, fresh, refused } = known;
        Self { namespace, flow, further: Vec::new(), fresh, refused }
    }

    /// The single translations, first the one that is next to the client.
    pub fn translations(&self) -> &[Flow] {
        match self.further.as_slice() {
            [] if self.flow.is_translated() => std::slice::from_ref(&self.flow),
            several => several,
        }
    }

    /// The translations in words: `dnat 10.0.0.1:8080 to 172.17.0.2:80`.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        for flow in self.translations() {
            let (asked, arrival) = (flow.original, flow.arrival());
            if asked.destination != arrival.destination {
                let (from, to) = (asked.destination, arrival.destination);
                sentences.push(format!("dnat {from} to {to}"));
            }
            if asked.source != arrival.source {
                sentences.push(format!("snat {} to {}", asked.source, arrival.source));
            }
        }
        sentences
    }
}

/// The routes of `flows`, each with the inode of its namespace, in no order.
pub fn routes(flows: Vec<(u64, KnownFlow)>) -> Vec<Route> {
    let first = flows.first().map(|(namespace, _)| *namespace);
    if flows.iter().all(|(namespace, _)| Some(*namespace) == first) {
        return flows.into_iter().map(|(inode, known)| Route::new(inode, known)).collect();
    }
    // Where several namespaces saw a tuple, a translation of it tells more than its passage.
    let mut by_request: HashMap<Tuple, (u64, KnownFlow), Seeded> =
        HashMap::with_capacity_and_hasher(flows.len(), Seeded::default());
    let mut arrivals: HashMap<Tuple, u64, Seeded> = HashMap::default();
    for (namespace, known) in &flows {
        if known.flow.is_translated() {
            let least = arrivals.entry(known.flow.arrival()).or_insert(*namespace);
            *least = (*least).min(*namespace);
        }
        let better = |(inode, other): &(u64, KnownFlow)| {
            (!known.flow.is_translated(), *namespace) < (!other.flow.is_translated(), *inode)
        };
        let kept = by_request.entry(known.flow.original).or_insert((*namespace, *known));
        if better(kept) {
            *kept = (*namespace, *known);
        }
    }
    let mut passed: HashSet<Tuple, Seeded> = HashSet::default();
    let mut routes = Vec::with_capacity(by_request.len());
    for (request, (namespace, known)) in &by_request {
        // What arrives from elsewhere is the continuation of another route.
        if arrivals.get(request).is_some_and(|from| from != namespace) {
            continue;
        }
        let mut route = Route::new(*namespace, *known);
        follow(&mut route, *namespace, &by_request);
        passed.extend(route.translations().iter().map(Flow::arrival));
        routes.push(route);
    }
    routes.retain(|route| route.flow.is_translated() || !passed.contains(&route.flow.original));
    routes
}

/// Extends `route` by the translations of other namespaces that its tuples enter.
fn follow(route: &mut Route, first: u64, by_request: &HashMap<Tuple, (u64, KnownFlow), Seeded>) {
    let mut hops = vec![route.flow];
    let mut visited = vec![first];
    while hops.len() < HOPS_MAX
        && let Some((inode, next)) = by_request.get(&route.flow.arrival())
        && next.flow.is_translated()
        && !visited.contains(inode)
    {
        visited.push(*inode);
        hops.push(next.flow);
        route.flow.reply = next.flow.reply;
        route.fresh |= next.fresh;
        route.refused |= next.refused;
    }
    if hops.len() > 1 {
        hops.retain(Flow::is_translated);
        route.further = hops;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket_table::Transport;

    fn flow(asked: [&str; 2], answered: [&str; 2]) -> Flow {
        let tuple = |[source, destination]: [&str; 2]| Tuple {
            transport: Transport::Tcp,
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
        };
        Flow { original: tuple(asked), reply: tuple(answered) }
    }

    #[track_caller]
    fn check(flows: &[(u64, Flow)], expect: &[&str]) {
        let known = |(inode, flow): &(u64, Flow)| {
            (*inode, KnownFlow { flow: *flow, fresh: true, refused: false })
        };
        let mut told: Vec<String> = routes(flows.iter().map(known).collect())
            .iter()
            .map(|route| {
                let (client, server) = (route.flow.client(), route.flow.server());
                format!("{client} -> {server}: {}", route.sentences().join(", "))
            })
            .collect();
        told.sort();
        assert_eq!(told, expect);
    }

    /// A published port of the host leads to a router, which publishes a port of a network within.
    #[test]
    fn chains_nested_translations() {
        let host = flow(["10.9.0.1:50", "10.0.0.1:8080"], ["172.17.0.2:80", "172.17.0.1:50"]);
        let within = flow(["172.17.0.1:50", "172.17.0.2:80"], ["10.5.0.2:90", "10.5.0.1:50"]);
        check(
            &[(1, host), (2, within)],
            &["10.9.0.1:50 -> 10.5.0.2:90: dnat 10.0.0.1:8080 to 172.17.0.2:80, \
               snat 10.9.0.1:50 to 172.17.0.1:50, dnat 172.17.0.2:80 to 10.5.0.2:90, \
               snat 172.17.0.1:50 to 10.5.0.1:50"],
        );
    }

    #[test]
    fn passages_are_no_second_connection() {
        let host = flow(["10.9.0.1:50", "10.0.0.1:8080"], ["172.17.0.2:80", "172.17.0.1:50"]);
        let passage = flow(["172.17.0.1:50", "172.17.0.2:80"], ["172.17.0.2:80", "172.17.0.1:50"]);
        let expect = "10.9.0.1:50 -> 172.17.0.2:80: dnat 10.0.0.1:8080 to 172.17.0.2:80, \
                      snat 10.9.0.1:50 to 172.17.0.1:50";
        check(&[(1, host), (2, passage)], &[expect]);
        check(&[(2, host), (1, passage)], &[expect]);
        let outward = flow(["172.17.0.2:60", "1.1.1.1:53"], ["1.1.1.1:53", "10.0.0.1:60"]);
        let before = flow(["172.17.0.2:60", "1.1.1.1:53"], ["1.1.1.1:53", "172.17.0.2:60"]);
        let expect = "172.17.0.2:60 -> 1.1.1.1:53: snat 172.17.0.2:60 to 10.0.0.1:60";
        check(&[(1, outward), (2, before)], &[expect]);
    }

    #[test]
    fn a_circle_ends() {
        let there = flow(["10.0.0.1:1", "10.0.0.2:2"], ["10.0.0.4:4", "10.0.0.3:3"]);
        let back = flow(["10.0.0.3:3", "10.0.0.4:4"], ["10.0.0.2:2", "10.0.0.1:1"]);
        check(&[(1, there), (2, back)], &[]);
    }
}
