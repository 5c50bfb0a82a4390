//! Where in its layer each item lies: near its neighbours, in order, without overlap.
//!
//! Each layer is solved exactly (weighted least squares under minimal distances, by pooling
//! adjacent violators) against the mean of its neighbours; a few passes over the layers settle it.

use super::order::Layers;

/// Pull between two slots of one edge against that between two units: long edges stay straight.
const SLOT_PULL: f32 = 8.0;

/// Pull between a slot and a unit.
const SLOT_UNIT_PULL: f32 = 2.0;

/// The middle of each item across its layer after so many passes over all layers, px; the smallest
/// border is 0.
pub(super) fn places(layers: &Layers, length: &[f32], passes: usize) -> Vec<f32> {
    let mut places = vec![0.0; length.len()];
    for row in &layers.rows {
        let total: f32 = row.iter().map(|&item| length[item]).sum();
        let mut edge = -total / 2.0;
        for &item in row {
            places[item] = edge + length[item] / 2.0;
            edge += length[item];
        }
    }
    let mut solver = Solver::default();
    for pass in 0..passes {
        for step in 0..layers.rows.len() {
            let layer = if pass % 2 == 0 { step } else { layers.rows.len() - 1 - step };
            solver.load(layers, layer, length, &places);
            solver.solve(|at, place| places[layers.rows[layer][at]] = place);
        }
    }
    let start = (0..length.len()).map(|i| places[i] - length[i] / 2.0).fold(f32::MAX, f32::min);
    places.iter_mut().for_each(|place| *place -= start);
    places
}

/// One layer's problem; kept between layers for its allocations.
#[derive(Default)]
struct Solver {
    wants: Vec<f32>,
    weights: Vec<f32>,
    offsets: Vec<f32>,
    /// Sum of weighted wants, sum of weights, members.
    pools: Vec<(f32, f32, usize)>,
}

impl Solver {
    fn load(&mut self, layers: &Layers, layer: usize, length: &[f32], places: &[f32]) {
        self.wants.clear();
        self.weights.clear();
        self.offsets.clear();
        let slot = |item: usize| item >= layers.units;
        let mut offset = 0.0;
        let mut last: Option<usize> = None;
        for &item in &layers.rows[layer] {
            offset += last.map_or(0.0, |before| (length[before] + length[item]) / 2.0);
            last = Some(item);
            let (mut sum, mut pull) = (0.0, 0.0);
            for &near in layers.before.of(item).iter().chain(layers.after.of(item)) {
                let strength = match (slot(item), slot(near)) {
                    (true, true) => SLOT_PULL,
                    (true, false) | (false, true) => SLOT_UNIT_PULL,
                    (false, false) => 1.0,
                };
                // Without the root a hub would pull its whole layer out of line.
                let ends = layers.before.of(near).len() + layers.after.of(near).len();
                let strength = strength / (1.0 + ends as f32).sqrt();
                sum += strength * places[near];
                pull += strength;
            }
            self.wants.push(if pull > 0.0 { sum / pull } else { places[item] });
            self.weights.push(0.5 + pull);
            self.offsets.push(offset);
        }
    }

    fn solve(&mut self, mut set: impl FnMut(usize, f32)) {
        self.pools.clear();
        for (at, want) in self.wants.iter().enumerate() {
            let weight = self.weights[at];
            let mut pool = (weight * (want - self.offsets[at]), weight, 1);
            while let Some(before) = self.pools.last()
                && before.0 / before.1 > pool.0 / pool.1
            {
                pool = (before.0 + pool.0, before.1 + pool.1, before.2 + pool.2);
                self.pools.pop();
            }
            self.pools.push(pool);
        }
        let mut at = 0;
        for &(sum, weight, members) in &self.pools {
            for _ in 0..members {
                set(at, sum / weight + self.offsets[at]);
                at += 1;
            }
        }
    }
}
