//! Layers a connected part: clients on one side, servers on the other, whichever way fits better.
//!
//! Some plans are drawn out and judged by the size at which a window of the wanted aspect would
//! show them, and by their crossings. Layers from left to right are preferred, because labels hang
//! below the glyphs and an edge that leaves sideways misses them. Nodes with the same clients and
//! servers (replicas, leaves of a hub) stand in strips along one channel for all their edges.
//! Layering knows nothing about previous positions: `keep` never asks it to move a node.

mod ranks;

mod order;

mod coords;

mod lines;

use crate::Point;
use crate::block::{BLOCK_GAP, Block, Chain};
use crate::part::Part;
use lines::Lines;
use order::Layers;

/// Room between layers, px: an arrow and its head.
const LAYER_GAP: f32 = 64.0;

/// More room between layers for each step of an edge that passes there, px.
const LAYER_GAP_PER_STEP: f32 = 3.0;

/// The most that many steps widen the room between two layers, px.
const LAYER_GAP_STEPS_MAX: f32 = 60.0;

/// Room a long edge gets in the layers it passes, px.
const SLOT_LENGTH: f32 = 18.0;

/// Room along a strip for the edges of its nodes, px.
const CHANNEL: f32 = 18.0;

/// As many nodes with the same neighbours make strips.
const TWINS_MIN: usize = 3;

/// How much larger a plan with layers from top to bottom must show the nodes to be taken.
const VERTICAL_COST: f32 = 1.2;

/// What one crossing per edge costs, as a share of the size.
const CROSSING_COST: f32 = 0.35;

/// What it costs that all edges share channels, as a share of the size: with several neighbours
/// each, they part again beside the strip.
const CHANNEL_COST: f32 = 0.5;

/// Lines that a long sequence of layers is wrapped into, at most.
const LINES_MAX: usize = 6;

/// A line has at least this many layers.
const LINE_LAYERS_MIN: usize = 4;

/// How much larger one more line must show the nodes to be taken.
const WRAP_COST: f32 = 1.3;

/// Strip lengths that are tried.
const STRIPS: [usize; 7] = [1, 2, 3, 4, 6, 9, 14];

/// How many plans and sweeps the size of the whole graph leaves time for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// All plans.
    Full,
    /// The likely plans.
    Some,
    /// One plan.
    Least,
}

/// Layers a connected part for a window of this aspect.
pub(crate) fn block(part: &Part, aspect: f32, effort: Effort) -> Block {
    let twins = twins(part);
    let mut best: Option<(f32, Draft)> = None;
    for plan in plans(part, &twins, aspect, effort) {
        let draft = Draft::new(part, &twins, plan, aspect, effort);
        let cost = draft.cost(&draft.lines, aspect);
        if best.as_ref().is_none_or(|(lowest, _)| cost < *lowest) {
            best = Some((cost, draft));
        }
    }
    best.map(|(_, draft)| draft.block(part)).unwrap_or_default()
}

/// One way to layer a part.
#[derive(Clone, Copy, Debug)]
struct Plan {
    vertical: bool,
    strip_nodes: usize,
    layer_length_max: f32,
}

/// What is placed as one: a node, or a strip of twins.
struct Unit {
    members: Vec<usize>,
    along: f32,
    across: f32,
}

/// A plan, drawn out. "Along" is the direction of the layers' sequence, "across" the other one.
struct Draft {
    plan: Plan,
    units: Vec<Unit>,
    unit_of: Vec<usize>,
    edges: Vec<(usize, usize)>,
    rank: Vec<usize>,
    layers: Layers,
    /// Start and thickness of each layer, along.
    bands: Vec<(f32, f32)>,
    /// Middle of each item, across.
    places: Vec<f32>,
    lengths: Vec<f32>,
    lines: Lines,
    crossings: usize,
}

fn plans(part: &Part, twins: &[Vec<usize>], aspect: f32, effort: Effort) -> Vec<Plan> {
    let area: f32 = part.sizes.iter().map(|s| (s.0 + LAYER_GAP) * (s.1 + BLOCK_GAP)).sum();
    let (wide, high) = ((area * aspect).sqrt(), (area / aspect).sqrt());
    let largest = twins.iter().map(Vec::len).max().unwrap_or(0);
    // A block of n twins of about 3:2 has the window's aspect with this many per strip.
    let ideal = (largest as f32 * aspect * 0.7).sqrt().round().max(1.0) as usize;
    let mut plans = Vec::new();
    let lengths: &[f32] = match effort {
        Effort::Full => &[f32::INFINITY, 1.4, 1.0, 0.75],
        Effort::Some => &[1.6, 1.0],
        Effort::Least => &[1.2],
    };
    for vertical in [false, true] {
        let side = if vertical { wide } else { high };
        for &length in lengths {
            let layer_length_max = side * length;
            let all = STRIPS.iter().copied().filter(|&strip| strip == 1 || strip * 2 <= largest);
            let strips: Vec<usize> = match effort {
                Effort::Full => all.collect(),
                Effort::Some | Effort::Least => vec![ideal],
            };
            plans.extend(strips.into_iter().map(|strip_nodes| Plan {
                vertical,
                strip_nodes,
                layer_length_max,
            }));
        }
        if effort == Effort::Least && aspect > 0.7 {
            break;
        }
    }
    plans
}

/// Every node in one set: those with the same clients and servers together, others alone.
fn twins(part: &Part) -> Vec<Vec<usize>> {
    let mut clients = vec![Vec::new(); part.len()];
    let mut servers = vec![Vec::new(); part.len()];
    for &(from, to) in &part.links {
        servers[from].push(to);
        clients[to].push(from);
    }
    let key = |node: usize| (&clients[node], &servers[node]);
    let mut order: Vec<usize> = (0..part.len()).collect();
    order.sort_by(|&a, &b| key(a).cmp(&key(b)).then(a.cmp(&b)));
    let mut sets = Vec::new();
    for same in order.chunk_by(|&a, &b| key(a) == key(b)) {
        if same.len() >= TWINS_MIN {
            sets.push(same.to_vec());
        } else {
            sets.extend(same.iter().map(|&node| vec![node]));
        }
    }
    sets.sort_by_key(|set| set.first().copied());
    sets
}

impl Draft {
    fn new(part: &Part, twins: &[Vec<usize>], plan: Plan, aspect: f32, effort: Effort) -> Self {
        let units = units(part, twins, plan);
        let mut unit_of = vec![0; part.len()];
        for (index, unit) in units.iter().enumerate() {
            unit.members.iter().for_each(|&node| unit_of[node] = index);
        }
        let mut edges: Vec<_> =
            part.links.iter().map(|&(from, to)| (unit_of[from], unit_of[to])).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut lengths: Vec<f32> = units.iter().map(|unit| unit.across + BLOCK_GAP).collect();
        let steps = ranks::acyclic(units.len(), &edges);
        let rank = ranks::ranks(&steps, &lengths, plan.layer_length_max);
        let mut layers = Layers::new(&steps, &rank);
        let (sweeps, starts, passes) = match effort {
            Effort::Full => (24, 2, 16),
            Effort::Some => (12, 1, 12),
            Effort::Least => (6, 1, 8),
        };
        let crossings = layers.reduce_crossings(sweeps, starts);
        let items = layers.rows.iter().map(Vec::len).sum();
        lengths.resize(items, SLOT_LENGTH);
        let places = coords::places(&layers, &lengths, passes);
        let bands = bands(&units, &layers);
        let lines = Lines::new(1, &layers, &bands, &places, &lengths);
        let mut draft = Self {
            plan,
            units,
            unit_of,
            edges,
            rank,
            layers,
            bands,
            places,
            lengths,
            lines,
            crossings,
        };
        draft.wrap(aspect);
        draft
    }

    /// Takes as many lines as show the nodes largest; one unless it is much too long.
    fn wrap(&mut self, aspect: f32) {
        let lines_max = LINES_MAX.min(self.bands.len() / LINE_LAYERS_MIN);
        for count in 2..=lines_max {
            let lines = Lines::new(count, &self.layers, &self.bands, &self.places, &self.lengths);
            if self.cost(&lines, aspect) * WRAP_COST < self.cost(&self.lines, aspect) {
                self.lines = lines;
            }
        }
    }

    /// The height of the window that would hold it, made worse by crossings.
    fn cost(&self, lines: &Lines, aspect: f32) -> f32 {
        let (width, height) = self.turned(lines.extent);
        let size = (width / aspect).max(height) + 0.15 * (width / aspect).min(height);
        let crossings = self.crossings as f32 / self.edges.len().max(1) as f32;
        let direction = if self.plan.vertical { VERTICAL_COST } else { 1.0 };
        let shared = CHANNEL_COST * self.shared_channels();
        size * direction * (1.0 + CROSSING_COST * crossings + shared)
    }

    /// The share of the units' edges that leave a strip for one of several neighbours.
    fn shared_channels(&self) -> f32 {
        let mut shared = 0;
        let mut all = 0;
        for (index, unit) in self.units.iter().enumerate() {
            let edges = self.layers.before.of(index).len() + self.layers.after.of(index).len();
            let weight = edges * unit.members.len();
            all += weight;
            shared += if unit.members.len() > 1 && edges > 1 { weight } else { 0 };
        }
        shared as f32 / all.max(1) as f32
    }

    /// From (along, across) to (x, y), and back.
    fn turned(&self, point: Point) -> Point {
        if self.plan.vertical { (point.1, point.0) } else { point }
    }

    fn block(&self, part: &Part) -> Block {
        let mut spots = vec![(0.0, 0.0); part.len()];
        for index in 0..self.units.len() {
            self.place_unit(part, index, &mut spots);
        }
        let mut chains = Vec::new();
        for &(from, to) in &part.links {
            let points = self.chain(part, from, to, &spots);
            if !points.is_empty() {
                let wrapped = |(layer, point)| self.turned(self.lines.wrapped(layer, point));
                let points = points.into_iter().map(wrapped).collect();
                chains.push(Chain { from: part.ids[from], to: part.ids[to], points });
            }
        }
        let (width, height) = self.turned(self.lines.extent);
        let layer = |node: usize| self.rank[self.unit_of[node]];
        let wrapped = |(node, &spot)| self.turned(self.lines.wrapped(layer(node), spot));
        let spots = spots.iter().enumerate().map(wrapped);
        Block { width, height, spots: part.ids.iter().copied().zip(spots).collect(), chains }
    }

    fn place_unit(&self, part: &Part, index: usize, spots: &mut [Point]) {
        let unit = &self.units[index];
        let (start, thickness) = self.bands[self.rank[index]];
        let clients = self.layers.before.of(index).len();
        let servers = self.layers.after.of(index).len();
        // What has neighbours on one side only keeps close to them.
        let slack = thickness - unit.along;
        let mut along = start
            + match (clients, servers) {
                (0, 1..) => slack,
                (1.., 0) => 0.0,
                _ => slack / 2.0,
            };
        let channel = if unit.members.len() > 1 { CHANNEL / 2.0 } else { 0.0 };
        for &node in &unit.members {
            let size = self.turned(part.sizes[node]);
            spots[node] = (along + size.0 / 2.0, self.places[index] + channel);
            along += size.0 + BLOCK_GAP;
        }
    }

    /// The way of one link through slots and channels, from client to server.
    fn chain(&self, part: &Part, from: usize, to: usize, spots: &[Point]) -> Vec<(usize, Point)> {
        let along = |node: usize| self.turned(part.sizes[node]).0;
        let (a, b) = (self.unit_of[from], self.unit_of[to]);
        let forward = self.rank[a] < self.rank[b];
        let (low, high) = if forward { (from, to) } else { (to, from) };
        let mut points = self.channel(along, low, spots, true);
        if let Ok(edge) = self.edges.binary_search(&(a, b)) {
            let first = self.rank[a].min(self.rank[b]) + 1;
            for (step, &slot) in self.layers.slots[edge].iter().enumerate() {
                let (start, thickness) = self.bands[first + step];
                points.push((first + step, (start, self.places[slot])));
                points.push((first + step, (start + thickness, self.places[slot])));
            }
        }
        points.extend(self.channel(along, high, spots, false).into_iter().rev());
        if !forward {
            points.reverse();
        }
        points
    }

    /// From a node in a strip out to the end of its channel; nothing for a node that stands alone.
    fn channel(
        &self,
        along: impl Fn(usize) -> f32,
        node: usize,
        spots: &[Point],
        towards_servers: bool,
    ) -> Vec<(usize, Point)> {
        let layer = self.rank[self.unit_of[node]];
        let unit = &self.units[self.unit_of[node]];
        let (Some(&first), Some(&last)) = (unit.members.first(), unit.members.last()) else {
            return Vec::new();
        };
        if first == last {
            return Vec::new();
        }
        let across = self.places[self.unit_of[node]] - unit.across / 2.0 + CHANNEL / 3.0;
        let side = |member: usize| {
            let half = along(member) / 2.0 + BLOCK_GAP / 2.0;
            if towards_servers { spots[member].0 + half } else { spots[member].0 - half }
        };
        // In at the corner of the box, so that the line runs up to the glyph aslant.
        let end = if towards_servers { side(last) } else { side(first) };
        vec![(layer, (side(node), across)), (layer, (end, across))]
    }
}

fn units(part: &Part, twins: &[Vec<usize>], plan: Plan) -> Vec<Unit> {
    let turned = |node: usize| {
        let (width, height) = part.sizes[node];
        if plan.vertical { (height, width) } else { (width, height) }
    };
    let mut units = Vec::new();
    for members in twins.iter().flat_map(|set| set.chunks(plan.strip_nodes.max(1))) {
        let gaps = members.len().saturating_sub(1) as f32 * BLOCK_GAP;
        let along = members.iter().map(|&node| turned(node).0).sum::<f32>() + gaps;
        let across = members.iter().map(|&node| turned(node).1).fold(0.0, f32::max);
        let channel = if members.len() > 1 { CHANNEL } else { 0.0 };
        units.push(Unit { members: members.to_vec(), along, across: across + channel });
    }
    units
}

/// Start and thickness of each layer.
fn bands(units: &[Unit], layers: &Layers) -> Vec<(f32, f32)> {
    let mut bands = Vec::with_capacity(layers.rows.len());
    let mut start = 0.0;
    for row in &layers.rows {
        let steps: usize = row.iter().map(|&item| layers.before.of(item).len()).sum();
        if !bands.is_empty() {
            start += LAYER_GAP + (steps as f32 * LAYER_GAP_PER_STEP).min(LAYER_GAP_STEPS_MAX);
        }
        let along = |&item: &usize| units.get(item).map_or(0.0, |unit| unit.along);
        let thickness = row.iter().map(along).fold(0.0, f32::max);
        bands.push((start, thickness));
        start += thickness;
    }
    bands
}
