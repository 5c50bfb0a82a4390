//! Leaves every known node exactly where it is and finds room for the new ones.
//!
//! A new node goes beside its neighbours, on the side that the direction of the picture asks for;
//! without neighbours it goes to its cluster, or to the other nodes without an edge. New nodes that
//! hang together apart from all known ones are laid out on their own and put down as one piece.
//! What it cannot promise: cluster boxes whose known members are already interleaved stay so, and a
//! cluster that is walled in may grow over a neighbour's box, never over a node. That takes `tidy`.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::block::BLOCK_GAP;
use crate::part::{Neighbours, Part};
use crate::space::Space;
use crate::tidy::{self, Centres};
use crate::{Point, Rect};

/// From a neighbour to the place where a new node is first looked for, in its own boxes.
const BESIDE: Point = (1.6, 1.4);

/// Free room around a piece that is put down, px.
const PIECE_GAP: f32 = 30.0;

/// Questions about cluster boxes before new nodes only ask for room; bounds the time of one call.
const CLUSTER_QUESTIONS_MAX: usize = 400_000;

/// Known nodes stay, new ones find room.
pub(crate) fn centres(part: &Part, aspect: f32, known: &[Option<Point>]) -> Centres {
    if known.iter().all(Option::is_none) {
        return tidy::centres(part, aspect, known, &[]);
    }
    let mut kept = Kept::new(part, known);
    kept.settle_touching();
    kept.settle_in_clusters();
    kept.settle_loose();
    kept.settle_piece(tidy::sane_aspect(aspect));
    let spots = kept.spots.iter().map(|spot| spot.unwrap_or((0.0, 0.0))).collect();
    let stays = known.iter().map(Option::is_some).collect();
    Centres { spots, stays, chains: Vec::new() }
}

struct Kept<'a> {
    part: &'a Part,
    near: Neighbours,
    servers: Neighbours,
    spots: Vec<Option<Point>>,
    space: Space,
    /// Around the nodes of each cluster and the boxes it holds, without padding.
    hulls: Vec<Rect>,
    /// From client to server in this picture, as a step of one of -1, 0, 1 each way.
    flow: Point,
    questions: Cell<usize>,
    /// The ring in which room was found last, per cluster and cell of the place asked for.
    rings: BTreeMap<(Option<usize>, (i64, i64)), i32>,
}

impl<'a> Kept<'a> {
    fn new(part: &'a Part, known: &[Option<Point>]) -> Self {
        let rect = |node: usize, at: Point| Rect::around(at, part.sizes[node]);
        let placed = || known.iter().enumerate().filter_map(|(n, at)| at.map(|at| rect(n, at)));
        let mut kept = Self {
            part,
            near: part.neighbours(),
            servers: Neighbours::new(part.len(), part.links.iter().copied()),
            spots: vec![None; part.len()],
            space: Space::new(placed()),
            hulls: vec![Rect::EMPTY; part.clusters],
            flow: flow(part, known),
            questions: Cell::new(0),
            rings: BTreeMap::new(),
        };
        for (node, at) in known.iter().enumerate() {
            if let Some(at) = at {
                kept.put(node, *at);
            }
        }
        kept
    }

    fn put(&mut self, node: usize, at: Point) {
        let rect = Rect::around(at, self.part.sizes[node]);
        self.spots[node] = Some(at);
        self.space.insert(node, rect);
        if let Some(cluster) = self.part.cluster_of[node] {
            self.hulls[cluster].include(&rect);
            if let Some(outer) = self.part.outer_of[cluster] {
                let held = self.hulls[cluster].with_title();
                self.hulls[outer].include(&held);
            }
        }
    }

    /// Outwards from the known nodes; what touches none of them is left.
    fn settle_touching(&mut self) {
        let mut open: Vec<usize> = (0..self.part.len())
            .filter(|&node| self.spots[node].is_none() && self.placed_near(node) > 0)
            .collect();
        open.sort_by_key(|&node| (std::cmp::Reverse(self.placed_near(node)), node));
        let mut waits: Vec<bool> = vec![false; self.part.len()];
        open.iter().for_each(|&node| waits[node] = true);
        let mut done = 0;
        while let Some(&node) = open.get(done) {
            done += 1;
            let goal = self.beside_neighbours(node);
            self.find_room(node, goal);
            for &next in self.near.of(node) {
                if self.spots[next].is_none() && !waits[next] {
                    waits[next] = true;
                    open.push(next);
                }
            }
        }
    }

    fn placed_near(&self, node: usize) -> usize {
        self.near.of(node).iter().filter(|&&next| self.spots[next].is_some()).count()
    }

    /// Around what is on the screen of the innermost of its clusters of which anything is.
    fn home(&self, node: usize) -> Option<Rect> {
        let own = self.part.cluster_of[node]?;
        let clusters = [Some(own), self.part.outer_of[own]];
        let hulls = clusters.into_iter().flatten().map(|cluster| self.hulls[cluster]);
        hulls.into_iter().find(|hull| hull.left.is_finite())
    }

    /// The mean of the places that its neighbours would give it.
    fn beside_neighbours(&self, node: usize) -> Point {
        let (width, height) = self.part.sizes[node];
        let step = (self.flow.0 * width * BESIDE.0, self.flow.1 * height * BESIDE.1);
        let (mut x, mut y, mut count) = (0.0, 0.0, 0.0_f32);
        for &next in self.near.of(node) {
            if let Some(at) = self.spots[next] {
                let forward = if self.servers.of(node).contains(&next) { -1.0 } else { 1.0 };
                x += at.0 + forward * step.0;
                y += at.1 + forward * step.1;
                count += 1.0;
            }
        }
        (x / count.max(1.0), y / count.max(1.0))
    }

    /// New members of a cluster that is on the screen, without a neighbour there.
    fn settle_in_clusters(&mut self) {
        for node in 0..self.part.len() {
            if self.spots[node].is_none()
                && let Some(hull) = self.home(node)
            {
                let middle = ((hull.left + hull.right) / 2.0, (hull.top + hull.bottom) / 2.0);
                self.find_room(node, middle);
            }
        }
    }

    /// New nodes without edges and cluster, beside the last one of their kind.
    fn settle_loose(&mut self) {
        let loose = |kept: &Self, node: usize| {
            kept.near.of(node).is_empty() && kept.part.cluster_of[node].is_none()
        };
        let all: Vec<usize> = (0..self.part.len()).filter(|&node| loose(self, node)).collect();
        let mut last = all.iter().filter_map(|&node| self.spots[node]).next_back();
        for node in all {
            if self.spots[node].is_none() {
                let hull = self.space.hull();
                let size = self.part.sizes[node];
                let corner = (hull.left + size.0 / 2.0, hull.bottom + PIECE_GAP + size.1);
                let goal = last.map_or(corner, |at| (at.0 + size.0 + BLOCK_GAP, at.1));
                self.find_room(node, goal);
                last = self.spots[node];
            }
        }
    }

    /// Everything else, laid out on its own and put below or beside the picture.
    fn settle_piece(&mut self, aspect: f32) {
        let missing = |&node: &usize| self.spots[node].is_none();
        let mut labels = vec![0; self.part.len()];
        (0..self.part.len()).filter(missing).for_each(|node| labels[node] = 1);
        let (parts, _) = self.part.divide(&labels, 2);
        let Some(piece) = parts.get(1).filter(|piece| piece.len() > 0) else { return };
        let block = tidy::arrange(piece, aspect);
        let size = (block.width + 2.0 * PIECE_GAP, block.height + 2.0 * PIECE_GAP);
        let hull = self.space.hull();
        // Whichever side leaves the whole nearer to the window's shape.
        let beside = hull.width() / aspect < hull.height();
        let goal = if beside {
            (hull.right + size.0 / 2.0, (hull.top + hull.bottom) / 2.0)
        } else {
            ((hull.left + hull.right) / 2.0, hull.bottom + size.1 / 2.0)
        };
        let apart = |rect: &Rect| self.hulls.iter().all(|hull| !hull.with_title().overlaps(rect));
        let (spot, _) = self.space.nearest_free(goal, size, 0, apart);
        let corner = (spot.0 - block.width / 2.0, spot.1 - block.height / 2.0);
        for (id, at) in block.spots {
            self.put(id, ((at.0 + corner.0).round(), (at.1 + corner.1).round()));
        }
    }

    fn find_room(&mut self, node: usize, goal: Point) {
        let size = self.part.sizes[node];
        let cluster = self.part.cluster_of[node];
        // Hundreds of new clients of one server ask for the same place: room only gets less, so
        // each goes on where the one before found some, two rings back as their goals differ.
        let cell = ((goal.0 / size.0) as i64, (goal.1 / size.1) as i64);
        let first = self.rings.get(&(cluster, cell)).map_or(0, |ring| ring - 2);
        let accepts = |rect: &Rect| self.keeps_boxes_apart(cluster, rect);
        let (spot, ring) = self.space.nearest_free(goal, size, first, accepts);
        self.rings.insert((cluster, cell), ring);
        self.put(node, spot);
    }

    /// Whether a new box there leaves the boxes of other clusters alone.
    fn keeps_boxes_apart(&self, cluster: Option<usize>, rect: &Rect) -> bool {
        if self.questions.get() > CLUSTER_QUESTIONS_MAX {
            return true;
        }
        self.questions.set(self.questions.get() + 1 + 2 * self.hulls.len());
        let Some(own) = cluster else { return self.grows_apart(None, rect) };
        let grown = self.hulls[own].joined(rect).with_title();
        let outer = self.part.outer_of[own];
        self.grows_apart(cluster, &grown)
            && outer.is_none_or(|outer| {
                let frame = self.hulls[outer].joined(&grown).with_title();
                self.grows_apart(Some(outer), &frame)
            })
    }

    /// Whether the frame of a cluster, or a node without one, may become `after`.
    fn grows_apart(&self, cluster: Option<usize>, after: &Rect) -> bool {
        let frame = |hull: &Rect| (hull.left <= hull.right).then(|| hull.with_title());
        let before = cluster.and_then(|own| frame(&self.hulls[own]));
        let holder = cluster.and_then(|own| self.part.outer_of[own]);
        let clear = self.hulls.iter().enumerate().all(|(index, hull)| {
            let related = Some(index) == cluster || Some(index) == holder;
            let held = cluster.is_some() && self.part.outer_of[index] == cluster;
            related
                || held
                || frame(hull).is_none_or(|other| {
                    // What overlaps already cannot be blamed on the new node.
                    !other.overlaps(after) || before.is_some_and(|was| was.overlaps(&other))
                })
        });
        let foreign = |id: usize| {
            let own = self.part.cluster_of[id];
            own != cluster && own.and_then(|own| self.part.outer_of[own]) != cluster
        };
        let meets = |frame: &Rect| self.space.meets(frame, foreign).is_some();
        let swallows = cluster.is_some() && meets(after) && before.is_none_or(|was| !meets(&was));
        clear && !swallows
    }
}

/// The direction in which most edges of the picture run.
fn flow(part: &Part, known: &[Option<Point>]) -> Point {
    let (mut x, mut y) = (0.0, 0.0);
    for &(from, to) in &part.links {
        if let (Some(a), Some(b)) = (known[from], known[to]) {
            x += (b.0 - a.0).clamp(-400.0, 400.0);
            y += (b.1 - a.1).clamp(-400.0, 400.0);
        }
    }
    if y.abs() > x.abs() {
        (0.0, if y < 0.0 { -1.0 } else { 1.0 })
    } else {
        (if x < 0.0 { -1.0 } else { 1.0 }, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::{LayoutRequest, Mode, NodeBox, Point, layout};

    /// A client and its server, and one new node with these edges.
    fn check(edges: &[(u32, u32)], expect: impl Fn(Point) -> bool) {
        let request = LayoutRequest {
            nodes: vec![NodeBox { width: 100.0, height: 80.0, cluster: 0 }; 3],
            edges: [&[(0, 1)], edges].concat(),
            clusters: 0,
            outer: Vec::new(),
            aspect: 1.6,
            anchor: 0.5,
            previous: vec![Some((0.3, 0.1)), Some((200.0, 0.0))],
            pinned: Vec::new(),
            mode: Mode::Keep,
        };
        let positions = layout(&request).positions;
        assert_eq!(positions[..2], [(0.3, 0.1), (200.0, 0.0)], "known nodes with {edges:?}");
        assert!(expect(positions[2]), "{edges:?} puts the new node at {:?}", positions[2]);
    }

    #[test]
    fn new_nodes_go_beside_their_neighbours() {
        check(&[(1, 2)], |at| at.0 > 300.0 && at.1.abs() < 60.0);
        check(&[(2, 0)], |at| at.0 < -100.0 && at.1.abs() < 60.0);
    }

    #[test]
    fn new_nodes_without_edges_go_below() {
        check(&[], |at| at.1 >= 80.0);
    }
}
