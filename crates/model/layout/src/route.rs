//! Leads edges round the boxes they would cross, and leaves alone those that cross none.
//!
//! A straight line is tried first, then the way the layers kept free, then the shortest way along
//! the corners of the boxes in between, found with only those boxes that have turned out to be in
//! the way. Short edges come first, and the work of one call is bounded: in a picture so large that
//! it does not reach all edges, labels are not shown. A route never moves a node.

use crate::block::Chain;
use crate::part::Part;
use crate::space::Space;
use crate::{LayoutRequest, Point, ROUTE_POINTS_MAX, Rect, Route};

/// How far from a corner a route passes, px.
const CORNER_MARGIN: f32 = 6.0;

/// A line this little inside a box does not cross it, px.
const TOUCH: f32 = 1.5;

/// What a bend costs, in px of length.
const BEND_COST: f32 = 24.0;

/// Boxes whose corners are looked at for one edge.
const BOXES_PER_EDGE_MAX: usize = 20;

/// The same in a graph of more than `FEW_LINKS_MAX` links: most labels are hidden there.
const BOXES_PER_EDGE_LARGE_MAX: usize = 7;

/// Up to this many links, time is no concern.
const FEW_LINKS_MAX: usize = 1_000;

/// A route this many times longer than the line is worse than the line.
const DETOUR_MAX: f32 = 2.2;

/// Boxes compared with lines in one call; bounds its time.
const CHECKS_MAX: usize = 3_000_000;

/// The same in a graph of more than `FEW_LINKS_MAX` links.
const CHECKS_LARGE_MAX: usize = 800_000;

/// A route for each edge of the request.
pub(crate) fn routes(
    request: &LayoutRequest,
    part: &Part,
    positions: &[Point],
    anchors: &[f32],
    chains: &[Chain],
) -> Vec<Route> {
    let mut router = Router::new(part, positions, anchors);
    let length = |&(from, to): &(usize, usize)| distance(positions[from], positions[to]);
    let mut order: Vec<(f32, usize)> = part.links.iter().map(length).zip(0..).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut chain_of = vec![None; part.links.len()];
    // Links are sorted by their ends regardless of direction; so are they found again.
    let find = |from: usize, to: usize| {
        let key = (from.min(to), from.max(to));
        part.links.binary_search_by_key(&key, |&(a, b)| (a.min(b), a.max(b))).ok()
    };
    for chain in chains {
        if let Some(link) = find(chain.from, chain.to) {
            chain_of[link] = Some(chain.points.as_slice());
        }
    }
    let mut found: Vec<Vec<Point>> = vec![Vec::new(); part.links.len()];
    for (_, link) in order {
        let (from, to) = part.links[link];
        found[link] = router.route(from, to, chain_of[link].unwrap_or_default());
    }
    let route = |&(from, to): &(u32, u32)| {
        let Some(link) = find(from as usize, to as usize) else { return Route::default() };
        let mut points = found[link].clone();
        if part.links[link].0 != from as usize {
            points.reverse();
        }
        Route { points }
    };
    request.edges.iter().map(route).collect()
}

struct Router<'a> {
    positions: &'a [Point],
    space: Space,
    /// The text of each node: what its own edges must not cross either.
    texts: Vec<Option<Rect>>,
    checks: usize,
    checks_max: usize,
    boxes_max: usize,
}

impl<'a> Router<'a> {
    fn new(part: &Part, positions: &'a [Point], anchors: &[f32]) -> Self {
        let rect = |node: usize| {
            let (x, y) = positions[node];
            Rect::around((x, y - anchors[node]), part.sizes[node]).grown(-TOUCH)
        };
        let all = || (0..part.len()).map(rect);
        let mut space = Space::new(all());
        all().enumerate().for_each(|(node, rect)| space.insert(node, rect));
        let text = |node: usize| {
            let rect = rect(node);
            let top = 2.0 * positions[node].1 - rect.top;
            (top < rect.bottom).then_some(Rect { top, ..rect })
        };
        let texts = (0..part.len()).map(text).collect();
        let few = part.links.len() <= FEW_LINKS_MAX;
        let boxes_max = if few { BOXES_PER_EDGE_MAX } else { BOXES_PER_EDGE_LARGE_MAX };
        let checks_max = if few { CHECKS_MAX } else { CHECKS_LARGE_MAX };
        Self { positions, space, texts, checks: 0, checks_max, boxes_max }
    }

    fn route(&mut self, from: usize, to: usize, chain: &[Point]) -> Vec<Point> {
        if self.checks > self.checks_max {
            return Vec::new();
        }
        let ends = (from, to);
        let (start, end) = (self.positions[from], self.positions[to]);
        let Some(first) = self.blocked(start, end, ends) else { return Vec::new() };
        if !chain.is_empty()
            && let Some(points) = self.shortened(start, end, chain, ends)
        {
            return points;
        }
        self.round_corners(start, end, first, ends).unwrap_or_default()
    }

    /// The first box found that a line crosses, as seen by an edge with these ends.
    fn blocked(&mut self, a: Point, b: Point, ends: (usize, usize)) -> Option<Rect> {
        for node in [ends.0, ends.1] {
            if let Some(text) = self.texts[node]
                && crosses(&text, a, b)
            {
                return Some(text);
            }
        }
        let mut hit = None;
        let mut checks = 0;
        self.space.along(a, b, |node, rect| {
            checks += 1;
            if node != ends.0 && node != ends.1 && crosses(rect, a, b) {
                hit = Some(*rect);
            }
            hit.is_none()
        });
        self.checks += checks;
        hit
    }

    /// The kept way without the points it can do without, led round what blocks it between two of
    /// them; none when that fails or it is too bent.
    fn shortened(
        &mut self,
        start: Point,
        end: Point,
        chain: &[Point],
        ends: (usize, usize),
    ) -> Option<Vec<Point>> {
        let mut all = vec![start];
        all.extend_from_slice(chain);
        all.push(end);
        let mut points = Vec::new();
        let mut at = 0;
        while at + 1 < all.len() {
            let clear = |next: &usize| self.blocked(all[at], all[*next], ends).is_none();
            let next = match (at + 1..all.len()).rev().find(clear) {
                Some(next) => next,
                None => {
                    let first = self.blocked(all[at], all[at + 1], ends)?;
                    points.extend(self.round_corners(all[at], all[at + 1], first, ends)?);
                    at + 1
                }
            };
            if next + 1 < all.len() {
                points.push(all[next]);
            }
            at = next;
        }
        (points.len() <= ROUTE_POINTS_MAX).then_some(points)
    }

    /// The shortest way along corners; boxes join the search when a way turns out to cross them.
    /// Where they are too many, the way that crosses fewest is better than the line.
    fn round_corners(
        &mut self,
        start: Point,
        end: Point,
        first: Rect,
        ends: (usize, usize),
    ) -> Option<Vec<Point>> {
        let mut boxes = vec![first];
        let longest = DETOUR_MAX * distance(start, end) + 4.0 * BEND_COST + 200.0;
        loop {
            let way = self.shortest(start, end, &boxes)?;
            let length: f32 = way.windows(2).map(|pair| distance(pair[0], pair[1])).sum();
            if way.len() > ROUTE_POINTS_MAX + 2 || length > longest {
                return None;
            }
            let known = boxes.len();
            for pair in way.windows(2) {
                if let Some(rect) = self.blocked(pair[0], pair[1], ends)
                    && !boxes.contains(&rect)
                {
                    boxes.push(rect);
                }
            }
            let full = boxes.len() > self.boxes_max || self.checks > self.checks_max;
            if full || boxes.len() == known {
                return Some(way[1..way.len() - 1].to_vec());
            }
        }
    }

    /// A* over the corners of a few boxes; the ends of the edge come first and last.
    fn shortest(&mut self, start: Point, end: Point, boxes: &[Rect]) -> Option<Vec<Point>> {
        let mut points = vec![start];
        let free = |at: &Point| !boxes.iter().any(|rect| contains(rect, *at));
        for rect in boxes {
            let out = rect.grown(CORNER_MARGIN);
            let (left, right) = (out.left, out.right);
            let corners =
                [(left, out.top), (right, out.top), (left, out.bottom), (right, out.bottom)];
            points.extend(corners.into_iter().filter(free));
        }
        points.push(end);
        let last = points.len() - 1;
        let left: Vec<f32> = points.iter().map(|&point| distance(point, end)).collect();
        let mut cost = vec![f32::INFINITY; points.len()];
        let mut before = vec![0; points.len()];
        let mut done = vec![false; points.len()];
        cost[0] = 0.0;
        loop {
            let open = (0..points.len()).filter(|&i| !done[i] && cost[i].is_finite());
            let total = |i: usize| cost[i] + left[i];
            let here = open.min_by(|&a, &b| total(a).total_cmp(&total(b)).then(a.cmp(&b)))?;
            if here == last {
                break;
            }
            done[here] = true;
            self.checks += points.len();
            for next in 1..points.len() {
                let (a, b) = (points[here], points[next]);
                let way = cost[here] + distance(a, b) + BEND_COST;
                if done[next] || way >= cost[next] {
                    continue;
                }
                self.checks += boxes.len();
                if !boxes.iter().any(|rect| crosses(rect, a, b)) {
                    cost[next] = way;
                    before[next] = here;
                }
            }
        }
        let mut way = vec![end];
        let mut at = last;
        while at != 0 {
            at = before[at];
            way.push(points[at]);
        }
        way.reverse();
        Some(way)
    }
}

fn distance(a: Point, b: Point) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    (dx * dx + dy * dy).sqrt()
}

fn contains(rect: &Rect, at: Point) -> bool {
    rect.left < at.0 && at.0 < rect.right && rect.top < at.1 && at.1 < rect.bottom
}

/// Whether a line has a point inside a rectangle; the border is outside.
fn crosses(rect: &Rect, a: Point, b: Point) -> bool {
    // Most are far off, and divisions are dear.
    if a.0.max(b.0) <= rect.left
        || a.0.min(b.0) >= rect.right
        || a.1.max(b.1) <= rect.top
        || a.1.min(b.1) >= rect.bottom
    {
        return false;
    }
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f32, 1.0_f32);
    for (start, delta, low, high) in
        [(a.0, dx, rect.left, rect.right), (a.1, dy, rect.top, rect.bottom)]
    {
        if delta == 0.0 {
            if start <= low || start >= high {
                return false;
            }
            continue;
        }
        let (one, two) = ((low - start) / delta, (high - start) / delta);
        enter = enter.max(one.min(two));
        leave = leave.min(one.max(two));
    }
    enter < leave
}

#[cfg(test)]
mod tests {
    use super::crosses;
    use crate::{LayoutRequest, Mode, NodeBox, Point, Rect, layout};

    fn check(a: Point, b: Point, expect: bool) {
        let rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        assert_eq!(crosses(&rect, a, b), expect, "{a:?} to {b:?}");
        assert_eq!(crosses(&rect, b, a), expect, "{b:?} to {a:?}");
    }

    #[test]
    fn lines_cross_rectangles() {
        check((-5.0, 5.0), (15.0, 5.0), true);
        check((-5.0, -1.0), (15.0, -1.0), false);
        check((-5.0, 0.0), (15.0, 0.0), false);
        check((-6.0, 5.0), (5.0, -6.0), false);
        check((-1.0, 5.0), (5.0, -1.0), true);
        check((5.0, 5.0), (6.0, 6.0), true);
        check((5.0, 5.0), (5.0, 5.0), true);
    }

    #[test]
    fn an_edge_goes_round_the_box_between_its_ends() {
        let at = [(0.0, 0.0), (200.0, 0.0), (400.0, 0.0)];
        let request = LayoutRequest {
            nodes: vec![NodeBox { width: 100.0, height: 80.0, cluster: 0 }; 3],
            edges: vec![(0, 2), (2, 0), (0, 1)],
            clusters: 0,
            outer: Vec::new(),
            aspect: 1.6,
            anchor: 0.5,
            previous: at.map(Some).to_vec(),
            pinned: Vec::new(),
            mode: Mode::Keep,
        };
        let routes = layout(&request).routes;
        assert_eq!(routes[0].points.len(), 2, "both corners of one side: {routes:?}");
        assert!(routes[0].points.iter().all(|point| point.1.abs() > 40.0), "{routes:?}");
        let back: Vec<Point> = routes[1].points.iter().rev().copied().collect();
        assert_eq!(routes[0].points, back, "the way back is the same way");
        assert!(routes[2].points.is_empty(), "nothing lies between neighbours");
    }
}
