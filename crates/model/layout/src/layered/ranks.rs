//! In which layer each unit goes: clients before servers, no layer longer than asked.
//!
//! Cycles are broken first, at the edges that a walk from the purest clients finds going back; the
//! result decides ranks only, the drawn direction stays. Ranks are the longest path, then each unit
//! moves within its freedom to where it shortens more edges than it lengthens.

use crate::part::Neighbours;

/// Passes that pull units towards their neighbours' layers.
const BALANCE_PASSES: usize = 4;

/// The edges with every cycle broken by turning some of them round.
pub(super) fn acyclic(count: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let out = Neighbours::new(count, edges.iter().enumerate().map(|(i, e)| (e.0, i)));
    let mut balance = vec![0_i64; count];
    for &(from, to) in edges {
        balance[from] -= 1;
        balance[to] += 1;
    }
    let mut starts: Vec<usize> = (0..count).collect();
    starts.sort_by_key(|&unit| (balance[unit], unit));
    let mut edges = edges.to_vec();
    let mut state = vec![Walk::Fresh; count];
    let mut path: Vec<(usize, usize)> = Vec::new();
    for start in starts {
        if state[start] != Walk::Fresh {
            continue;
        }
        state[start] = Walk::Open;
        path.push((start, 0));
        while let Some((unit, step)) = path.last_mut() {
            let unit = *unit;
            let Some(&edge) = out.of(unit).get(*step) else {
                state[unit] = Walk::Done;
                path.pop();
                continue;
            };
            *step += 1;
            // An edge leaves exactly one unit's list, so it is seen, and turned, at most once.
            let next = edges[edge].1;
            match state[next] {
                Walk::Fresh => {
                    state[next] = Walk::Open;
                    path.push((next, 0));
                }
                Walk::Open => edges[edge] = (next, unit),
                Walk::Done => {}
            }
        }
    }
    edges
}

/// The layer of each unit, from 0; no layer is longer than `length_max`, given `lengths`.
pub(super) fn ranks(edges: &[(usize, usize)], lengths: &[f32], length_max: f32) -> Vec<usize> {
    let count = lengths.len();
    let before = Neighbours::new(count, edges.iter().map(|e| (e.1, e.0)));
    let after = Neighbours::new(count, edges.iter().copied());
    let order = topological(count, &before, &after);
    let mut rank = vec![0; count];
    let mut used: Vec<f32> = Vec::new();
    for &unit in &order {
        let mut layer = before.of(unit).iter().map(|&u| rank[u] + 1).max().unwrap_or(0);
        while used.get(layer).is_some_and(|full| full + lengths[unit] > length_max) {
            layer += 1;
        }
        while used.len() <= layer {
            used.push(0.0);
        }
        used[layer] += lengths[unit];
        rank[unit] = layer;
    }
    for pass in 0..BALANCE_PASSES {
        let balance = |&unit: &usize| {
            let from = rank[unit];
            let end = balanced(unit, &rank, &before, &after, &used);
            // A full layer turns units away; the nearest one with room on the way is next best.
            let room = |layer: &usize| used[*layer] + lengths[unit] <= length_max;
            let to =
                if end < from { (end..from).find(room) } else { (from + 1..=end).rev().find(room) };
            if let Some(to) = to {
                used[from] -= lengths[unit];
                used[to] += lengths[unit];
                rank[unit] = to;
            }
        };
        if pass % 2 == 0 {
            order.iter().rev().for_each(balance);
        } else {
            order.iter().for_each(balance);
        }
    }
    close_gaps(&mut rank);
    rank
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    Fresh,
    Open,
    Done,
}

fn topological(count: usize, before: &Neighbours, after: &Neighbours) -> Vec<usize> {
    let mut waits: Vec<usize> = (0..count).map(|unit| before.of(unit).len()).collect();
    let mut order: Vec<usize> = (0..count).filter(|&unit| waits[unit] == 0).collect();
    let mut done = 0;
    while done < order.len() {
        let unit = order[done];
        done += 1;
        for &next in after.of(unit) {
            waits[next] -= 1;
            if waits[next] == 0 {
                order.push(next);
            }
        }
    }
    order
}

/// The end of a unit's freedom that most of its edges pull to.
fn balanced(
    unit: usize,
    rank: &[usize],
    before: &Neighbours,
    after: &Neighbours,
    used: &[f32],
) -> usize {
    let (ins, outs) = (before.of(unit), after.of(unit));
    let low = ins.iter().map(|&u| rank[u] + 1).max().unwrap_or(0);
    let high = outs.iter().map(|&u| rank[u]).min().unwrap_or(used.len()) - 1;
    if outs.len() > ins.len() {
        high.max(low)
    } else if outs.len() < ins.len() {
        low
    } else {
        rank[unit]
    }
}

fn close_gaps(rank: &mut [usize]) {
    let layers = rank.iter().max().map_or(0, |max| max + 1);
    let mut filled = vec![0; layers];
    rank.iter().for_each(|&layer| filled[layer] = 1);
    let mut next = 0;
    for slot in &mut filled {
        let here = next;
        next += *slot;
        *slot = here;
    }
    rank.iter_mut().for_each(|layer| *layer = filled[*layer]);
}

#[cfg(test)]
mod tests {
    use super::{acyclic, ranks};

    fn check(edges: &[(usize, usize)], length_max: f32, expect: &[usize]) {
        let steps = acyclic(expect.len(), edges);
        let lengths = vec![1.0; expect.len()];
        assert_eq!(ranks(&steps, &lengths, length_max), expect, "layers of {edges:?}");
    }

    #[test]
    fn clients_come_before_servers() {
        check(&[(0, 1), (1, 2)], f32::INFINITY, &[0, 1, 2]);
        check(&[(2, 1), (1, 0)], f32::INFINITY, &[2, 1, 0]);
        // A client of the last one only stands beside the one before it.
        check(&[(0, 1), (1, 2), (3, 2)], f32::INFINITY, &[0, 1, 2, 1]);
    }

    #[test]
    fn cycles_are_broken_once() {
        check(&[(0, 1), (1, 2), (2, 0)], f32::INFINITY, &[0, 1, 2]);
        assert_eq!(acyclic(3, &[(0, 1), (1, 2), (2, 0)]), [(0, 1), (1, 2), (0, 2)]);
    }

    #[test]
    fn full_layers_pass_units_on() {
        check(&[(0, 1), (0, 2), (0, 3)], 2.0, &[0, 1, 1, 2]);
    }
}
