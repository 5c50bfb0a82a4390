//! The order within each layer: few crossings.
//!
//! Long edges are cut into one slot per layer they pass, so that they take part in the ordering and
//! get room of their own. Sweeps move each unit to the weighted median of its neighbours, then
//! neighbours swap while that removes crossings; the best order seen is kept.

use crate::part::Neighbours;

/// Slots per unit, at most; the edges beyond go without a slot.
const SLOTS_PER_UNIT_MAX: usize = 8;

/// Two units with more pairs of edges than this are not compared for a swap.
const SWAP_PAIRS_MAX: usize = 4_096;

/// Sweeps without an improvement before the ordering ends.
const STALE_SWEEPS_MAX: usize = 4;

/// Units and slots in layers.
pub(super) struct Layers {
    /// How many of the items are units; the others are slots of long edges.
    pub(super) units: usize,
    /// Item ids of each layer, in order.
    pub(super) rows: Vec<Vec<usize>>,
    /// The neighbours of each item in the layer before.
    pub(super) before: Neighbours,
    /// The neighbours of each item in the layer after.
    pub(super) after: Neighbours,
    /// Per edge, its slots from the lower to the higher layer.
    pub(super) slots: Vec<Vec<usize>>,
    place: Vec<usize>,
}

impl Layers {
    /// Cuts long edges; `edges` go from lower to higher `rank`.
    pub(super) fn new(edges: &[(usize, usize)], rank: &[usize]) -> Self {
        let units = rank.len();
        let slots_max = units.saturating_mul(SLOTS_PER_UNIT_MAX);
        let mut rows = vec![Vec::new(); rank.iter().max().map_or(0, |max| max + 1)];
        for (unit, layer) in rank.iter().enumerate() {
            rows[*layer].push(unit);
        }
        let mut steps = Vec::with_capacity(edges.len());
        let mut slots = vec![Vec::new(); edges.len()];
        let mut items = units;
        for (edge, &(from, to)) in edges.iter().enumerate() {
            let between = rank[from] + 1..rank[to];
            if items - units + between.len() > slots_max {
                continue;
            }
            let mut last = from;
            for layer in between {
                rows[layer].push(items);
                slots[edge].push(items);
                steps.push((last, items));
                last = items;
                items += 1;
            }
            steps.push((last, to));
        }
        let before = Neighbours::new(items, steps.iter().map(|s| (s.1, s.0)));
        let after = Neighbours::new(items, steps.iter().copied());
        let mut layers = Self { units, rows, before, after, slots, place: vec![0; items] };
        layers.index_all();
        layers
    }

    /// Orders every layer; returns the crossings that remain. What remains of one start may be
    /// gone from another, so a second one begins at the other end.
    pub(super) fn reduce_crossings(&mut self, sweeps: usize, starts: usize) -> usize {
        let mut best = (usize::MAX, self.rows.clone());
        for start in 0..starts {
            self.depth_first(start % 2 == 1);
            let crossings = self.sweep(sweeps);
            if crossings < best.0 {
                best = (crossings, self.rows.clone());
            }
            if best.0 == 0 {
                break;
            }
        }
        self.rows = best.1;
        self.index_all();
        best.0
    }

    fn sweep(&mut self, sweeps: usize) -> usize {
        let mut best = (self.crossings(), self.rows.clone());
        let mut stale = 0;
        for sweep in 0..sweeps {
            if best.0 == 0 || stale > STALE_SWEEPS_MAX {
                break;
            }
            let down = sweep % 2 == 0;
            for step in 1..self.rows.len() {
                let layer = if down { step } else { self.rows.len() - 1 - step };
                self.order_by_median(layer, down);
            }
            for _ in 0..2 {
                (0..self.rows.len()).for_each(|layer| self.swap_neighbours(layer));
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.rows.clone());
                stale = 0;
            } else {
                stale += 1;
            }
        }
        self.rows = best.1;
        self.index_all();
        best.0
    }

    /// Keeps what hangs together side by side: the order in which a walk from each root meets it.
    fn depth_first(&mut self, backwards: bool) {
        let mut met = vec![false; self.place.len()];
        let mut order = vec![Vec::new(); self.rows.len()];
        let mut layer_of = vec![0; self.place.len()];
        for (layer, row) in self.rows.iter().enumerate() {
            row.iter().for_each(|&item| layer_of[item] = layer);
        }
        let mut open = Vec::new();
        let mut roots: Vec<usize> = self.rows.iter().flatten().copied().collect();
        if backwards {
            roots.reverse();
        }
        for root in roots {
            open.push(root);
            while let Some(item) = open.pop() {
                if met[item] {
                    continue;
                }
                met[item] = true;
                order[layer_of[item]].push(item);
                let next = self.after.of(item).iter().chain(self.before.of(item)).rev();
                open.extend(next.filter(|&&next| !met[next]));
            }
        }
        self.rows = order;
        self.index_all();
    }

    /// Items without neighbours on that side keep their place.
    fn order_by_median(&mut self, layer: usize, down: bool) {
        let near = if down { &self.before } else { &self.after };
        let mut row = std::mem::take(&mut self.rows[layer]);
        let mut moving: Vec<(f32, usize)> = Vec::with_capacity(row.len());
        for &item in &row {
            if let Some(median) = median(near.of(item), &self.place) {
                moving.push((median, item));
            }
        }
        moving.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut next = moving.into_iter().map(|entry| entry.1);
        for item in &mut row {
            if !near.of(*item).is_empty()
                && let Some(moved) = next.next()
            {
                *item = moved;
            }
        }
        self.rows[layer] = row;
        self.index(layer);
    }

    fn swap_neighbours(&mut self, layer: usize) {
        for at in 1..self.rows[layer].len() {
            let (a, b) = (self.rows[layer][at - 1], self.rows[layer][at]);
            if self.swap_gain(a, b) > 0 {
                self.rows[layer].swap(at - 1, at);
                self.place[a] = at;
                self.place[b] = at - 1;
            }
        }
    }

    /// Crossings with `a` before `b`, less those with `b` before `a`.
    fn swap_gain(&self, a: usize, b: usize) -> i64 {
        let mut gain = 0;
        for near in [&self.before, &self.after] {
            let (of_a, of_b) = (near.of(a), near.of(b));
            if of_a.len() * of_b.len() > SWAP_PAIRS_MAX {
                return 0;
            }
            for &p in of_a {
                for &q in of_b {
                    gain += match self.place[p].cmp(&self.place[q]) {
                        std::cmp::Ordering::Greater => 1,
                        std::cmp::Ordering::Less => -1,
                        std::cmp::Ordering::Equal => 0,
                    };
                }
            }
        }
        gain
    }

    /// Counted with a Fenwick tree over the places of the layer before.
    fn crossings(&self) -> usize {
        let mut total = 0;
        let mut places = Vec::new();
        for pair in self.rows.windows(2) {
            let width = pair[0].len();
            let mut tree = vec![0; width + 1];
            let mut seen = 0;
            for &item in &pair[1] {
                places.clear();
                places.extend(self.before.of(item).iter().map(|&near| self.place[near] + 1));
                for &place in &places {
                    let mut at = place;
                    total += seen;
                    while at > 0 {
                        total -= tree[at];
                        at &= at - 1;
                    }
                }
                for &place in &places {
                    let mut at = place;
                    while at <= width {
                        tree[at] += 1;
                        at += at & at.wrapping_neg();
                    }
                }
                seen += places.len();
            }
        }
        total
    }

    fn index(&mut self, layer: usize) {
        for (place, &item) in self.rows[layer].iter().enumerate() {
            self.place[item] = place;
        }
    }

    fn index_all(&mut self) {
        (0..self.rows.len()).for_each(|layer| self.index(layer));
    }
}

/// The weighted median of Gansner et al. 1993 (A technique for drawing directed graphs, §3.2).
fn median(near: &[usize], place: &[usize]) -> Option<f32> {
    let mut places: Vec<usize> = near.iter().map(|&item| place[item]).collect();
    places.sort_unstable();
    let middle = places.len() / 2;
    let (&first, &last) = (places.first()?, places.last()?);
    let at = |index: usize| places[index] as f32;
    Some(if places.len() % 2 == 1 {
        at(middle)
    } else if places.len() == 2 {
        (at(0) + at(1)) / 2.0
    } else {
        let left = at(middle - 1) - first as f32;
        let right = last as f32 - at(middle);
        if left + right == 0.0 {
            at(middle)
        } else {
            (at(middle - 1) * right + at(middle) * left) / (left + right)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::Layers;

    fn check(edges: &[(usize, usize)], rank: &[usize], expect: usize) {
        let mut layers = Layers::new(edges, rank);
        assert_eq!(layers.reduce_crossings(24, 2), expect, "crossings of {edges:?}");
    }

    #[test]
    fn avoidable_crossings_go() {
        check(&[(0, 3), (1, 2)], &[0, 0, 1, 1], 0);
        check(&[(0, 5), (1, 4), (2, 3), (0, 4)], &[0, 0, 0, 1, 1, 1], 0);
    }

    #[test]
    fn unavoidable_crossings_are_counted() {
        check(&[(0, 2), (0, 3), (1, 2), (1, 3)], &[0, 0, 1, 1], 1);
    }

    #[test]
    fn long_edges_get_a_slot_in_each_layer_they_pass() {
        let layers = Layers::new(&[(0, 1), (1, 2), (0, 2)], &[0, 1, 2]);
        assert_eq!(layers.slots, [vec![], vec![], vec![3]]);
        assert_eq!(layers.rows, [vec![0], vec![1, 3], vec![2]]);
    }
}
