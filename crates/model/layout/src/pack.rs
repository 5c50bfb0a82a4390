//! Packs rectangles in two dimensions to an aspect, linked ones near each other.
//!
//! One by one, the most attached first: each is tried in the corners of those that lie already, and
//! goes where the window still shows everything largest and its links stay short. Too many for
//! that go on shelves. A place is never given up again, so the result has no overlaps by
//! construction.

use crate::{Point, Rect};

/// More rectangles than this go on shelves.
const GREEDY_ITEMS_MAX: usize = 400;

/// Placed rectangles around which a place is looked for before a good one is good enough.
const ANCHORS_MIN: usize = 24;

/// Linked rectangles that are looked at one by one; more are taken at their centre of mass.
const PULLS_MAX: usize = 8;

/// Places are computed from borders, so neighbours may share a rounding error, px.
const TOUCH: f32 = 0.25;

/// What a px of window height costs against a px of mean link length.
const SIZE_COST: f32 = 3.0;

/// What a px of window height costs once everything could have lain in a smaller window.
const EXCESS_COST: f32 = 6.0;

/// The window everything should fit in, as a share of the sum of the areas.
const FRAME_SLACK: f32 = 1.12;

/// What a px backwards (server left of client) costs against a px of length.
const BACKWARD_COST: f32 = 0.25;

/// What a px away from the top left corner costs: the reading order of what is not linked.
const CORNER_COST: f32 = 0.02;

/// Room taken on shelves beyond the sum of the areas.
const SHELF_SLACK: f32 = 1.12;

/// The top left corner of each rectangle, and width and height of all; gaps are part of `sizes`.
pub(crate) fn pack(sizes: &[Point], links: &[(usize, usize)], aspect: f32) -> (Vec<Point>, Point) {
    let rects = if sizes.len() <= GREEDY_ITEMS_MAX {
        Greedy::new(sizes, links, aspect).run()
    } else {
        shelves(sizes, links, aspect)
    };
    let mut hull = Rect::EMPTY;
    rects.iter().for_each(|rect| hull.include(rect));
    let corners = rects.iter().map(|rect| (rect.left - hull.left, rect.top - hull.top)).collect();
    let extent = if rects.is_empty() { (0.0, 0.0) } else { (hull.width(), hull.height()) };
    (corners, extent)
}

/// The height of the window of this aspect that just holds an extent.
pub(crate) fn window_height(extent: Point, aspect: f32) -> f32 {
    (extent.0 / aspect).max(extent.1)
}

struct Greedy<'a> {
    sizes: &'a [Point],
    aspect: f32,
    /// The height of a window that just has room for the sum of the areas.
    frame_height: f32,
    unlinked: bool,
    /// Per item, the other end, the number of links and how many of them lead to it.
    near: Vec<Vec<Pull>>,
    placed: Vec<Option<Rect>>,
    order: Vec<usize>,
    hull: Rect,
}

#[derive(Clone, Copy)]
struct Pull {
    other: usize,
    links: f32,
    /// Links from the other to this one, less those back.
    inward: f32,
}

impl<'a> Greedy<'a> {
    fn new(sizes: &'a [Point], links: &[(usize, usize)], aspect: f32) -> Self {
        let (placed, order) = (vec![None; sizes.len()], Vec::with_capacity(sizes.len()));
        let near = pulls(sizes.len(), links);
        let area: f32 = sizes.iter().map(|size| size.0 * size.1).sum();
        let frame_height = (area * FRAME_SLACK / aspect).sqrt();
        let unlinked = links.is_empty();
        Self { sizes, aspect, frame_height, unlinked, near, placed, order, hull: Rect::EMPTY }
    }

    fn run(mut self) -> Vec<Rect> {
        // How strongly each waiting item is drawn to what lies already.
        let mut drawn = vec![0.0_f32; self.sizes.len()];
        let reach: Vec<f32> = self.near.iter().map(|n| n.iter().map(|p| p.links).sum()).collect();
        for _ in 0..self.sizes.len() {
            let area = |item: usize| self.sizes[item].0 * self.sizes[item].1;
            let waiting = (0..self.sizes.len()).filter(|&item| self.placed[item].is_none());
            let next = waiting.max_by(|&a, &b| {
                let linked = (drawn[a] > 0.0).cmp(&(drawn[b] > 0.0));
                linked
                    .then(drawn[a].total_cmp(&drawn[b]))
                    .then(reach[a].total_cmp(&reach[b]))
                    .then(area(a).total_cmp(&area(b)))
                    .then(b.cmp(&a))
            });
            let Some(item) = next else { break };
            let rect = self.best_place(item);
            self.hull.include(&rect);
            self.placed[item] = Some(rect);
            self.order.push(item);
            for pull in &self.near[item] {
                drawn[pull.other] += pull.links / reach[pull.other].max(1.0).sqrt();
            }
        }
        self.placed.iter().map(|rect| rect.unwrap_or(Rect::EMPTY)).collect()
    }

    fn best_place(&self, item: usize) -> Rect {
        let size = self.sizes[item];
        let rect =
            |(left, top): Point| Rect { left, top, right: left + size.0, bottom: top + size.1 };
        let mut best = (f32::INFINITY, rect((0.0, 0.0)));
        let goal = self.goal(item);
        for (looked, anchor) in self.anchors(goal).iter().enumerate() {
            if looked >= ANCHORS_MIN && best.0.is_finite() {
                break;
            }
            for corner in corners(anchor, size) {
                // Without links the picture reads from the top left corner, the largest first.
                if self.unlinked && (corner.0 < -TOUCH || corner.1 < -TOUCH) {
                    continue;
                }
                let here = rect(corner);
                let cost = self.cost(item, goal, &here);
                if cost < best.0 && self.is_free(&here) {
                    best = (cost, here);
                }
            }
        }
        best.1
    }

    /// All that lies, the nearest to where the links pull first. The outermost have free sides, so
    /// looking at all of them always finds a place.
    fn anchors(&self, goal: Option<Point>) -> Vec<Rect> {
        let mut anchors: Vec<Rect> = self.order.iter().filter_map(|&i| self.placed[i]).collect();
        if anchors.len() > ANCHORS_MIN {
            let goal = goal.unwrap_or((self.hull.left, self.hull.top));
            let distance = |rect: &Rect| self.apart(middle(rect), goal);
            anchors.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        }
        anchors
    }

    /// Distance as the window sees it: a rectangle of its aspect is a circle.
    fn apart(&self, a: Point, b: Point) -> f32 {
        let (dx, dy) = ((a.0 - b.0).abs() / self.aspect, (a.1 - b.1).abs());
        dx.max(dy) + 0.3 * dx.min(dy)
    }

    fn goal(&self, item: usize) -> Option<Point> {
        let (mut x, mut y, mut sum) = (0.0, 0.0, 0.0);
        for pull in &self.near[item] {
            if let Some(other) = &self.placed[pull.other] {
                let at = middle(other);
                x += at.0 * pull.links;
                y += at.1 * pull.links;
                sum += pull.links;
            }
        }
        (sum > 0.0).then(|| (x / sum, y / sum))
    }

    fn cost(&self, item: usize, goal: Option<Point>, rect: &Rect) -> f32 {
        let mut hull = self.hull;
        hull.include(rect);
        let window = window_height((hull.width(), hull.height()), self.aspect);
        let excess = (hull.width() / self.aspect - self.frame_height).max(0.0)
            + (hull.height() - self.frame_height).max(0.0);
        let at = middle(rect);
        let corner = CORNER_COST * (at.0 / self.aspect + at.1);
        SIZE_COST * window.max(self.frame_height)
            + EXCESS_COST * excess
            + self.attraction(item, goal, at)
            + corner
    }

    /// The mean length of the links to what lies already, longer for those that run backwards.
    fn attraction(&self, item: usize, goal: Option<Point>, at: Point) -> f32 {
        let Some(goal) = goal else { return 0.0 };
        if self.near[item].len() > PULLS_MAX {
            return self.apart(at, goal);
        }
        let (mut length, mut sum) = (0.0, 0.0);
        for pull in &self.near[item] {
            if let Some(other) = &self.placed[pull.other] {
                let to = middle(other);
                let backward = ((to.0 - at.0) / self.aspect + to.1 - at.1) * pull.inward;
                length += pull.links * self.apart(at, to) + BACKWARD_COST * backward.max(0.0);
                sum += pull.links;
            }
        }
        length / f32::max(sum, 1.0)
    }

    fn is_free(&self, rect: &Rect) -> bool {
        let inner = rect.grown(-TOUCH);
        !self.placed.iter().flatten().any(|other| other.overlaps(&inner))
    }
}

fn middle(rect: &Rect) -> Point {
    ((rect.left + rect.right) / 2.0, (rect.top + rect.bottom) / 2.0)
}

/// Top left corners that put a rectangle against a side of another, at its ends and its middle.
fn corners(anchor: &Rect, size: Point) -> [Point; 12] {
    let (left, right) = (anchor.left - size.0, anchor.right);
    let (top, bottom) = (anchor.top - size.1, anchor.bottom);
    let (x_end, y_end) = (anchor.right - size.0, anchor.bottom - size.1);
    let x_mid = (anchor.left + x_end) / 2.0;
    let y_mid = (anchor.top + y_end) / 2.0;
    [
        (right, anchor.top),
        (right, y_mid),
        (right, y_end),
        (anchor.left, bottom),
        (x_mid, bottom),
        (x_end, bottom),
        (left, anchor.top),
        (left, y_mid),
        (left, y_end),
        (anchor.left, top),
        (x_mid, top),
        (x_end, top),
    ]
}

fn pulls(count: usize, links: &[(usize, usize)]) -> Vec<Vec<Pull>> {
    let mut pairs: Vec<(usize, usize, f32)> = Vec::with_capacity(2 * links.len());
    for &(from, to) in links {
        pairs.push((from, to, -1.0));
        pairs.push((to, from, 1.0));
    }
    pairs.sort_by_key(|pair| (pair.0, pair.1));
    let mut near = vec![Vec::new(); count];
    for same in pairs.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (item, other, _) = same[0];
        let inward = same.iter().map(|pair| pair.2).sum();
        near[item].push(Pull { other, links: same.len() as f32, inward });
    }
    near
}

/// Rows from left to right and back, so that what follows in the order stays near.
fn shelves(sizes: &[Point], links: &[(usize, usize)], aspect: f32) -> Vec<Rect> {
    let area: f32 = sizes.iter().map(|size| size.0 * size.1).sum();
    let widest = sizes.iter().map(|size| size.0).fold(0.0, f32::max);
    let width_max = (area * aspect * SHELF_SLACK).sqrt().max(widest);
    let mut rects = vec![Rect::EMPTY; sizes.len()];
    let (mut left, mut top, mut height) = (0.0, 0.0, 0.0_f32);
    let mut backwards = false;
    for item in shelf_order(sizes, links) {
        let size = sizes[item];
        if left > 0.0 && left + size.0 > width_max {
            top += height;
            (left, height) = (0.0, 0.0);
            backwards = !backwards && !links.is_empty();
        }
        let start = if backwards { width_max - left - size.0 } else { left };
        rects[item] = Rect { left: start, top, right: start + size.0, bottom: top + size.1 };
        left += size.0;
        height = height.max(size.1);
    }
    rects
}

/// Breadth first along the links, the largest first; without links by height, so shelves fill.
fn shelf_order(sizes: &[Point], links: &[(usize, usize)]) -> Vec<usize> {
    let mut starts: Vec<usize> = (0..sizes.len()).collect();
    starts.sort_by(|&a, &b| sizes[b].1.total_cmp(&sizes[a].1).then(a.cmp(&b)));
    if links.is_empty() {
        return starts;
    }
    let near = pulls(sizes.len(), links);
    let mut met = vec![false; sizes.len()];
    let mut order: Vec<usize> = Vec::with_capacity(sizes.len());
    for start in starts {
        let mut done = order.len();
        if !met[start] {
            met[start] = true;
            order.push(start);
        }
        while let Some(&item) = order.get(done) {
            done += 1;
            for pull in &near[item] {
                if !met[pull.other] {
                    met[pull.other] = true;
                    order.push(pull.other);
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::pack;
    use crate::Point;

    fn check(sizes: &[Point], links: &[(usize, usize)], aspect: f32, expect: &[Point]) {
        assert_eq!(pack(sizes, links, aspect).0, expect, "places of {sizes:?} with {links:?}");
    }

    #[test]
    fn rectangles_fill_the_window() {
        check(&[(1.0, 1.0); 4], &[], 1.0, &[(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]);
        check(&[(2.0, 1.0); 2], &[], 4.0, &[(0.0, 0.0), (2.0, 0.0)]);
        check(&[(2.0, 1.0); 2], &[], 1.0, &[(0.0, 0.0), (0.0, 1.0)]);
        check(&[], &[], 1.0, &[]);
    }

    #[test]
    fn servers_go_right_of_clients() {
        check(&[(9.0, 9.0); 2], &[(1, 0)], 2.0, &[(9.0, 0.0), (0.0, 0.0)]);
    }

    #[test]
    fn too_many_for_corners_go_on_shelves() {
        let (places, extent) = pack(&[(10.0, 10.0); 900], &[], 1.6);
        assert_eq!(places.len(), 900);
        assert!((1.3..1.9).contains(&(extent.0 / extent.1)), "shelves of {extent:?}");
    }
}
