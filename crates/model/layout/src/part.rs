//! A part of the graph in dense local ids, and how a part is divided into smaller ones.
//!
//! Every stage (clusters, components, communities, layers) sees the same small structure, so each
//! can be read alone. Links are cleaned once, when the first part is made from a request: no loops,
//! no doubles, no ends outside. A part decides nothing about places.

use std::rc::Rc;

use crate::{EDGES_MAX, LayoutRequest, NODE_SIZE_MAX, Point};

/// Nodes and the links among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    /// The id of each node in the request.
    pub(crate) ids: Vec<usize>,
    /// Width and height of each node, px; finite and at least 1.
    pub(crate) sizes: Vec<Point>,
    /// Local client and server, ascending by the lower end and then the higher one, without loops
    /// and doubles.
    pub(crate) links: Vec<(usize, usize)>,
    /// Cluster of each node, below `clusters`.
    pub(crate) cluster_of: Vec<Option<usize>>,
    /// How many clusters the request has.
    pub(crate) clusters: usize,
    /// The cluster that holds each cluster of the request; those that hold others have none.
    pub(crate) outer_of: Rc<[Option<usize>]>,
}

/// Whom each node is linked to, in one flat list.
#[derive(Clone, Debug)]
pub(crate) struct Neighbours {
    starts: Vec<usize>,
    flat: Vec<usize>,
}

impl Part {
    /// The whole graph, cleaned.
    pub(crate) fn from_request(request: &LayoutRequest) -> Self {
        let count = request.nodes.len();
        let side = |px: f32| if px.is_finite() { px.clamp(1.0, NODE_SIZE_MAX) } else { 1.0 };
        // A cluster without nodes has no box, so more clusters than nodes carry no meaning; the
        // answer still has one entry for each, which is what bounds them.
        let clusters = (request.clusters as usize).min(crate::NODES_MAX);
        let cluster_of = |cluster: u32| Some(cluster as usize).filter(|index| *index < clusters);
        Self {
            ids: (0..count).collect(),
            sizes: request.nodes.iter().map(|node| (side(node.width), side(node.height))).collect(),
            links: clean(&request.edges, count),
            cluster_of: request.nodes.iter().map(|node| cluster_of(node.cluster)).collect(),
            clusters,
            outer_of: held(&request.outer, clusters),
        }
    }

    /// The cluster of a node among the outermost (level 0) or among those held by another (1).
    pub(crate) fn cluster_at(&self, node: usize, level: usize) -> Option<usize> {
        let own = self.cluster_of[node]?;
        match (level, self.outer_of[own]) {
            (0, outer) => Some(outer.unwrap_or(own)),
            (_, Some(_)) => Some(own),
            (_, None) => None,
        }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whom each node is linked to, in either direction.
    pub(crate) fn neighbours(&self) -> Neighbours {
        let both = self.links.iter().flat_map(|&(from, to)| [(from, to), (to, from)]);
        Neighbours::new(self.len(), both)
    }

    /// One part per label, and the links between labels (as pairs of labels, repeated).
    pub(crate) fn divide(
        &self,
        labels: &[usize],
        count: usize,
    ) -> (Vec<Self>, Vec<(usize, usize)>) {
        let (clusters, outer_of) = (self.clusters, Rc::clone(&self.outer_of));
        let mut parts = vec![Self { clusters, outer_of, ..Self::default() }; count];
        let mut local = vec![0; self.len()];
        for (index, label) in labels.iter().enumerate() {
            let part = &mut parts[*label];
            local[index] = part.ids.len();
            part.ids.push(self.ids[index]);
            part.sizes.push(self.sizes[index]);
            part.cluster_of.push(self.cluster_of[index]);
        }
        let mut across = Vec::new();
        for &(from, to) in &self.links {
            if labels[from] == labels[to] {
                parts[labels[from]].links.push((local[from], local[to]));
            } else {
                across.push((labels[from], labels[to]));
            }
        }
        (parts, across)
    }

    /// A label per node such that linked nodes for which `joins` holds share it; and their number.
    pub(crate) fn components(&self, joins: impl Fn(usize, usize) -> bool) -> (Vec<usize>, usize) {
        let near = self.neighbours();
        let mut labels = vec![usize::MAX; self.len()];
        let mut count = 0;
        let mut open = Vec::new();
        for start in 0..self.len() {
            if labels[start] != usize::MAX {
                continue;
            }
            labels[start] = count;
            open.push(start);
            while let Some(node) = open.pop() {
                for &next in near.of(node) {
                    if labels[next] == usize::MAX && joins(node, next) {
                        labels[next] = count;
                        open.push(next);
                    }
                }
            }
            count += 1;
        }
        (labels, count)
    }
}

impl Neighbours {
    /// From pairs (node, neighbour); the neighbours of a node keep the order of the pairs.
    pub(crate) fn new(count: usize, pairs: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut starts = vec![0; count + 1];
        for (node, _) in pairs.clone() {
            starts[node + 1] += 1;
        }
        for index in 0..count {
            starts[index + 1] += starts[index];
        }
        let mut next = starts.clone();
        let mut flat = vec![0; starts[count]];
        for (node, neighbour) in pairs {
            flat[next[node]] = neighbour;
            next[node] += 1;
        }
        Self { starts, flat }
    }

    /// The neighbours of one node.
    pub(crate) fn of(&self, node: usize) -> &[usize] {
        &self.flat[self.starts[node]..self.starts[node + 1]]
    }
}

/// Who holds each cluster, nowhere more than two deep.
fn held(outer: &[u32], clusters: usize) -> Rc<[Option<usize>]> {
    let named = |index: usize| {
        let holder = outer.get(index).map(|holder| *holder as usize);
        holder.filter(|holder| *holder < clusters && *holder != index)
    };
    (0..clusters).map(|index| named(index).filter(|holder| named(*holder).is_none())).collect()
}

/// Opposite directions become one link: the more frequent one, the first one when they are equal.
fn clean(edges: &[(u32, u32)], count: usize) -> Vec<(usize, usize)> {
    if edges.len() > EDGES_MAX {
        return Vec::new();
    }
    let mut pairs: Vec<(usize, usize, i32)> = Vec::with_capacity(edges.len());
    for &(from, to) in edges {
        let (from, to) = (from as usize, to as usize);
        if from != to && from < count && to < count {
            let forward = if from < to { 1 } else { -1 };
            pairs.push((from.min(to), from.max(to), forward));
        }
    }
    // Stable, so the first direction of a pair stays first.
    pairs.sort_by_key(|pair| (pair.0, pair.1));
    let mut links = Vec::with_capacity(pairs.len());
    for same in pairs.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (low, high, first) = same[0];
        let balance: i32 = same.iter().map(|pair| pair.2).sum();
        let forward = if balance == 0 { first > 0 } else { balance > 0 };
        links.push(if forward { (low, high) } else { (high, low) });
    }
    links
}

#[cfg(test)]
mod tests {
    use super::{clean, held};

    fn check(edges: &[(u32, u32)], expect: &[(usize, usize)]) {
        assert_eq!(clean(edges, 4), expect, "links of {edges:?}");
    }

    #[test]
    fn links_are_clean() {
        check(&[], &[]);
        check(&[(1, 1), (0, 9), (9, 0), (u32::MAX, 1)], &[]);
        check(&[(0, 1), (0, 1), (0, 1)], &[(0, 1)]);
    }

    #[test]
    fn clusters_are_held_once() {
        let check = |outer: &[u32], expect: &[Option<usize>]| {
            assert_eq!(held(outer, 3).as_ref(), expect, "holders of {outer:?}");
        };
        check(&[], &[None; 3]);
        check(&[u32::MAX, 0, 0], &[None, Some(0), Some(0)]);
        check(&[0, 7, 1], &[None, None, Some(1)]);
        check(&[1, 2, u32::MAX], &[None, Some(2), None]);
    }

    #[test]
    fn opposite_edges_become_the_more_frequent_one() {
        check(&[(0, 1), (1, 0), (1, 0)], &[(1, 0)]);
        check(&[(3, 2), (2, 3)], &[(3, 2)]);
        check(&[(2, 3), (3, 2)], &[(2, 3)]);
    }
}
