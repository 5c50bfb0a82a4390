//! Which room is taken: rectangles in a grid of cells, for questions about places and lines.
//!
//! The grid covers the rectangles it was made for; what lies outside counts to the cells at its
//! border, so any coordinate works and memory follows the number of rectangles, not their distance.

use crate::{Point, Rect};

/// Room kept between two boxes when a free place is looked for, px.
const FREE_GAP: f32 = 12.0;

/// How far, in half boxes, a free place is looked for.
const RINGS_MAX: i32 = 64;

/// Cells per rectangle, at most.
const CELLS_PER_RECT_MAX: f32 = 4.0;

/// Cells are at least this large, px: about one node box.
const CELL_SIDE_MIN: f32 = 128.0;

/// Taken room.
pub(crate) struct Space {
    origin: Point,
    cell: Point,
    columns: usize,
    rows: usize,
    cells: Vec<Vec<(usize, Rect)>>,
    hull: Rect,
}

impl Space {
    /// Empty, with cells made for these rectangles.
    pub(crate) fn new(rects: impl Iterator<Item = Rect>) -> Self {
        let mut frame = Rect::EMPTY;
        let (mut count, mut sides) = (1.0, 0.0);
        for rect in rects {
            frame.include(&rect);
            count += 1.0;
            sides += rect.width().max(rect.height());
        }
        if frame.left > frame.right {
            frame = Rect::around((0.0, 0.0), (1.0, 1.0));
        }
        let (width, height) = (frame.width().max(1.0), frame.height().max(1.0));
        // Half the cells for the area, half for a graph that is all width or all height.
        let fair = (width * height / count / (CELLS_PER_RECT_MAX / 2.0)).sqrt();
        let side = fair.max(sides / count).max(CELL_SIDE_MIN);
        let along = |extent: f32| {
            let cells = (extent / side).ceil().min(count * CELLS_PER_RECT_MAX / 2.0).max(1.0);
            (cells as usize, extent / cells)
        };
        let ((columns, cell_width), (rows, cell_height)) = (along(width), along(height));
        Self {
            origin: (frame.left, frame.top),
            cell: (cell_width, cell_height),
            columns,
            rows,
            cells: vec![Vec::new(); columns * rows],
            hull: Rect::EMPTY,
        }
    }

    /// Takes room.
    pub(crate) fn insert(&mut self, id: usize, rect: Rect) {
        self.hull.include(&rect);
        let (left, right) = (self.column(rect.left), self.column(rect.right));
        for row in self.row(rect.top)..=self.row(rect.bottom) {
            for column in left..=right {
                self.cells[row * self.columns + column].push((id, rect));
            }
        }
    }

    /// Around all that was inserted; its sides are infinite when nothing was.
    pub(crate) fn hull(&self) -> Rect {
        self.hull
    }

    /// Whether nothing overlaps.
    pub(crate) fn is_free(&self, rect: &Rect) -> bool {
        self.meets(rect, |_| true).is_none()
    }

    /// One that overlaps, among those asked for.
    pub(crate) fn meets(&self, rect: &Rect, asked: impl Fn(usize) -> bool) -> Option<usize> {
        let (left, right) = (self.column(rect.left), self.column(rect.right));
        for row in self.row(rect.top)..=self.row(rect.bottom) {
            for cell in &self.cells[row * self.columns + left..=row * self.columns + right] {
                let hit = cell.iter().find(|(id, other)| other.overlaps(rect) && asked(*id));
                if let Some((id, _)) = hit {
                    return Some(*id);
                }
            }
        }
        None
    }

    /// The centre of the nearest free place that is accepted, and its ring; below everything when
    /// there is none within reach, accepted or not. `first` skips rings that are known to be full.
    pub(crate) fn nearest_free(
        &self,
        goal: Point,
        size: Point,
        first: i32,
        accepts: impl Fn(&Rect) -> bool,
    ) -> (Point, i32) {
        let step = ((size.0 + FREE_GAP) / 2.0, (size.1 + FREE_GAP) / 2.0);
        let goal = (goal.0.round(), goal.1.round());
        for ring in first.max(0)..=RINGS_MAX {
            let mut best: Option<(f32, Point)> = None;
            for (column, row) in ring_cells(ring) {
                let (dx, dy) = (column as f32 * step.0, row as f32 * step.1);
                let spot = (goal.0 + dx, goal.1 + dy);
                let rect = Rect::around(spot, size);
                let distance = dx * dx + dy * dy;
                let nearer = best.is_none_or(|(shortest, _)| distance < shortest);
                if nearer && self.is_free(&rect.grown(FREE_GAP)) && accepts(&rect) {
                    best = Some((distance, spot));
                }
            }
            if let Some((_, spot)) = best {
                return (spot, ring);
            }
        }
        let below = self.hull.bottom + FREE_GAP + size.1 / 2.0;
        let spot = if below.is_finite() { (goal.0, below.ceil()) } else { goal };
        (spot, RINGS_MAX)
    }

    /// Calls `visit` with every rectangle in the cells a line passes, some more than once; stops
    /// when it answers false.
    pub(crate) fn along(
        &self,
        from: Point,
        to: Point,
        mut visit: impl FnMut(usize, &Rect) -> bool,
    ) {
        let (a, b) = if from.0 <= to.0 { (from, to) } else { (to, from) };
        let slope = if b.0 > a.0 { (b.1 - a.1) / (b.0 - a.0) } else { 0.0 };
        let (first, last) = (self.column(a.0), self.column(b.0));
        for column in first..=last {
            let border = |index: usize| self.origin.0 + index as f32 * self.cell.0;
            let x0 = if column == first { a.0 } else { border(column) };
            let x1 = if column == last { b.0 } else { border(column + 1) };
            let (mut y0, mut y1) = (a.1 + (x0 - a.0) * slope, a.1 + (x1 - a.0) * slope);
            if first == last {
                (y0, y1) = (a.1, b.1);
            }
            for row in self.row(y0.min(y1))..=self.row(y0.max(y1)) {
                for (id, rect) in &self.cells[row * self.columns + column] {
                    if !visit(*id, rect) {
                        return;
                    }
                }
            }
        }
    }

    // A float that is cast saturates, so what lies outside counts to the cells at the border.
    fn column(&self, x: f32) -> usize {
        (((x - self.origin.0) / self.cell.0) as usize).min(self.columns - 1)
    }

    fn row(&self, y: f32) -> usize {
        (((y - self.origin.1) / self.cell.1) as usize).min(self.rows - 1)
    }
}

/// The cells of the square ring around (0, 0), in a fixed order.
fn ring_cells(ring: i32) -> impl Iterator<Item = (i32, i32)> {
    (-ring..=ring).flat_map(move |row| {
        let whole = row.abs() == ring;
        let step = if whole || ring == 0 { 1 } else { 2 * ring };
        (-ring..=ring).step_by(step as usize).map(move |column| (column, row))
    })
}

#[cfg(test)]
mod tests {
    use super::Space;
    use crate::{Point, Rect};

    fn check(taken: &[Point], goal: Point, expect: Point) {
        let size = (100.0, 50.0);
        let rects: Vec<Rect> = taken.iter().map(|at| Rect::around(*at, size)).collect();
        let mut space = Space::new(rects.iter().copied());
        rects.iter().enumerate().for_each(|(id, rect)| space.insert(id, *rect));
        assert_eq!(space.nearest_free(goal, size, 0, |_| true).0, expect, "beside {taken:?}");
    }

    #[test]
    fn the_nearest_free_place_is_found() {
        check(&[], (7.0, 7.0), (7.0, 7.0));
        check(&[(0.0, 0.0)], (500.0, 0.0), (500.0, 0.0));
        check(&[(0.0, 0.0)], (0.0, 0.0), (0.0, -62.0));
        check(&[(0.0, 0.0), (0.0, -62.0)], (0.0, 0.0), (0.0, 62.0));
    }

    #[test]
    fn far_places_cost_no_memory() {
        check(&[(-4e6, 0.0), (4e6, 3e6)], (0.0, 0.0), (0.0, 0.0));
    }
}
