//! Splits a connected part that is too large to layer into communities of a size that can be read.
//!
//! Greedy modularity, one node at a time, with a size limit; then what stayed tiny joins the
//! neighbour it has most links with. Visits nodes in order, so equal graphs split equally.

use crate::part::{Neighbours, Part};

/// Nodes of one community, at most: about what can be read as one layered drawing.
pub(crate) const COMMUNITY_NODES_MAX: usize = 44;

/// Communities of fewer nodes look for one to join.
const COMMUNITY_NODES_MIN: usize = 6;

/// Passes over all nodes.
const PASSES: usize = 5;

/// A label per node, dense from 0, and the number of labels.
pub(crate) fn communities(part: &Part) -> (Vec<usize>, usize) {
    let mut state = State::new(part);
    for _ in 0..PASSES {
        if state.pass(COMMUNITY_NODES_MAX) == 0 {
            break;
        }
    }
    state.adopt_leaves();
    state.join_tiny();
    state.dense()
}

struct State {
    near: Neighbours,
    label: Vec<usize>,
    /// Nodes per community.
    nodes: Vec<usize>,
    /// Link ends per community.
    ends: Vec<f32>,
    /// Links of the node in hand to each community; zero between nodes.
    to: Vec<f32>,
    links: f32,
}

impl State {
    fn new(part: &Part) -> Self {
        let near = part.neighbours();
        let count = part.len();
        let ends = (0..count).map(|node| near.of(node).len() as f32).collect();
        let (label, nodes) = ((0..count).collect(), vec![1; count]);
        Self { near, label, nodes, ends, to: vec![0.0; count], links: part.links.len() as f32 }
    }

    /// Moves each node to the community that gains most; returns how many moved.
    fn pass(&mut self, nodes_max: usize) -> usize {
        let mut moved = 0;
        for node in 0..self.label.len() {
            let own = self.label[node];
            let degree = self.near.of(node).len() as f32;
            for &next in self.near.of(node) {
                self.to[self.label[next]] += 1.0;
            }
            self.ends[own] -= degree;
            let gain = |to: f32, ends: f32| to - degree * ends / (2.0 * self.links);
            let mut best = (gain(self.to[own], self.ends[own]), own);
            for &next in self.near.of(node) {
                let label = self.label[next];
                let gain = gain(self.to[label], self.ends[label]);
                if label != own && self.nodes[label] < nodes_max && gain > best.0 + 1e-4 {
                    best = (gain, label);
                }
            }
            for &next in self.near.of(node) {
                self.to[self.label[next]] = 0.0;
            }
            self.ends[best.1] += degree;
            if best.1 != own {
                self.move_to(node, best.1);
                moved += 1;
            }
        }
        moved
    }

    /// A leaf goes with its only neighbour, whatever the size: apart, it would be a stray node.
    fn adopt_leaves(&mut self) {
        for node in 0..self.label.len() {
            if let &[only] = self.near.of(node)
                && self.label[only] != self.label[node]
            {
                self.move_to(node, self.label[only]);
            }
        }
    }

    fn move_to(&mut self, node: usize, label: usize) {
        self.nodes[self.label[node]] -= 1;
        self.nodes[label] += 1;
        self.label[node] = label;
    }

    fn join_tiny(&mut self) {
        let mut members = vec![Vec::new(); self.label.len()];
        for (node, label) in self.label.iter().enumerate() {
            members[*label].push(node);
        }
        for label in 0..members.len() {
            if members[label].is_empty() || members[label].len() >= COMMUNITY_NODES_MIN {
                continue;
            }
            let Some(home) = self.strongest(&members[label], label) else { continue };
            for node in std::mem::take(&mut members[label]) {
                self.move_to(node, home);
                members[home].push(node);
            }
        }
    }

    /// The other community with most links to these nodes, for the room they take.
    fn strongest(&mut self, nodes: &[usize], own: usize) -> Option<usize> {
        let near = || nodes.iter().flat_map(|&node| self.near.of(node));
        let mut to: Vec<usize> = near().map(|&next| self.label[next]).collect();
        to.retain(|&label| label != own && self.nodes[label] <= COMMUNITY_NODES_MAX);
        to.sort_unstable();
        let longest = to.chunk_by(|a, b| a == b).max_by_key(|same| same.len())?;
        longest.first().copied()
    }

    fn dense(self) -> (Vec<usize>, usize) {
        let mut names = vec![usize::MAX; self.label.len()];
        let mut count = 0;
        let mut labels = self.label;
        for label in &mut labels {
            if names[*label] == usize::MAX {
                names[*label] = count;
                count += 1;
            }
            *label = names[*label];
        }
        (labels, count)
    }
}

#[cfg(test)]
mod tests {
    use super::communities;
    use crate::part::Part;
    use std::rc::Rc;

    fn check(nodes: usize, links: &[(usize, usize)], expect: &[usize]) {
        let part = Part {
            ids: (0..nodes).collect(),
            sizes: vec![(1.0, 1.0); nodes],
            links: links.to_vec(),
            cluster_of: vec![None; nodes],
            clusters: 0,
            outer_of: Rc::from([]),
        };
        assert_eq!(communities(&part).0, expect, "communities of {links:?}");
    }

    #[test]
    fn two_cliques_with_a_bridge_are_two_communities() {
        let clique = |start: usize| {
            (start..start + 6).flat_map(move |a| (a + 1..start + 6).map(move |b| (a, b)))
        };
        let mut links: Vec<_> = clique(0).chain(clique(6)).collect();
        links.push((5, 6));
        check(12, &links, &[0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn leaves_go_with_their_hub() {
        let links: Vec<_> = (1..80).map(|leaf| (0, leaf)).collect();
        check(80, &links, &[0; 80]);
    }
}
