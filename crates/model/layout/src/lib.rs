//! Places the nodes of a graph: its shape and the previous positions in, positions and routes out.
//!
//! The map redraws itself every few seconds, so a layout must be quick (ten thousand nodes within a
//! few frames), the same for the same input on every machine, and must leave alone what the eye has
//! already found. No engine we measured did all three. Connected nodes are layered along the
//! direction of their edges, clients before servers; what is too large to layer is first split into
//! communities; the pieces are packed to the shape of the window.
//!
//! The crate knows boxes and lines only: no kinds, no labels, no clock, no randomness, no I/O. It
//! refuses no graph: loops, doubles and edges to nowhere are skipped, sizes and positions that are
//! not finite are replaced, and beyond [`NODES_MAX`] or [`EDGES_MAX`] it lays out a plain grid.
#![expect(
    clippy::indexing_slicing,
    reason = "indices are dense ids that `Part` checked against the node count once, at the door; \
              the laws in tests/layout_laws.rs feed it every malformed graph"
)]

mod part;

mod block;

mod layered;

mod community;

mod pack;

mod tidy;

mod space;

mod keep;

mod route;

use part::Part;

/// More nodes than this are put on a plain grid.
pub const NODES_MAX: usize = 100_000;

/// More edges than this are ignored altogether.
pub const EDGES_MAX: usize = 400_000;

/// Way points of one route, at most.
pub const ROUTE_POINTS_MAX: usize = 6;

/// Room above the nodes of a cluster for its title, in px.
pub const TITLE_HEIGHT: f32 = 28.0;

/// Room between the nodes of a cluster and its other three sides, in px.
pub const CLUSTER_PADDING: f32 = 18.0;

/// The widest and highest node box, in px; larger ones are cut to it.
const NODE_SIZE_MAX: f32 = 4_000.0;

/// Positions further out than this, in px, count as unknown: beyond it `f32` loses whole pixels.
const COORDINATE_MAX: f32 = 4_000_000.0;

/// A place in the scene, in px, y down.
pub type Point = (f32, f32);

/// The room one node needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeBox {
    /// Width of glyph and label, px.
    pub width: f32,
    /// Height of glyph and label, px.
    pub height: f32,
    /// `0 … clusters - 1`; any other number is no cluster.
    pub cluster: u32,
}

/// Whether what is on the screen stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nodes with a previous position do not move; new ones go beside their neighbours.
    Keep,
    /// Everything anew, but for pinned nodes.
    Tidy,
}

/// The shape of a graph and where its nodes are now.
#[derive(Clone, Debug)]
pub struct LayoutRequest {
    /// One per node.
    pub nodes: Vec<NodeBox>,
    /// Client and server, as indices into `nodes`.
    pub edges: Vec<(u32, u32)>,
    /// How many clusters get a box; 0 is the ungrouped view.
    pub clusters: u32,
    /// The cluster that holds each cluster; any other number, or an entry that is missing, is none.
    /// Boxes nest two deep: what is held itself holds nothing.
    pub outer: Vec<u32>,
    /// Width divided by height of the window to fill.
    pub aspect: f32,
    /// Where in a box the position of its node lies, as a share of the height from the top: 0.5 is
    /// the middle. Edges end there. What lies below its mirror image is taken to be text.
    pub anchor: f32,
    /// Where each node is; `None`, or an entry that is missing, is a new node.
    pub previous: Vec<Option<Point>>,
    /// Nodes that stay at their previous position in [`Mode::Tidy`] too; missing entries do not.
    pub pinned: Vec<bool>,
    /// Whether what is on the screen stays.
    pub mode: Mode,
}

/// A rectangle in px, y down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Smallest x.
    pub left: f32,
    /// Smallest y.
    pub top: f32,
    /// Largest x.
    pub right: f32,
    /// Largest y.
    pub bottom: f32,
}

/// The way of one edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Between client and server, both left out; none for an edge that can be drawn directly.
    pub points: Vec<Point>,
}

/// Where everything goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// One per node: its anchor, where edges end.
    pub positions: Vec<Point>,
    /// One per cluster, title room included; [`Rect::NONE`] for an empty one.
    pub boxes: Vec<Rect>,
    /// One per edge of the request, in its order and direction.
    pub routes: Vec<Route>,
    /// Around all node boxes, cluster boxes and routes; zeros for no nodes.
    pub bounds: Rect,
}

/// Lays out a graph. Total: any request gives finite positions.
pub fn layout(request: &LayoutRequest) -> Layout {
    let part = Part::from_request(request);
    let anchors = anchors(request, &part);
    let known = known_centres(request, &anchors);
    let centres = if part.sizes.len() > NODES_MAX {
        tidy::grid(&part)
    } else {
        match request.mode {
            Mode::Keep => keep::centres(&part, request.aspect, &known),
            Mode::Tidy => tidy::centres(&part, request.aspect, &known, &request.pinned),
        }
    };
    let mut positions: Vec<Point> =
        centres.spots.iter().zip(&anchors).map(|(c, a)| (c.0, c.1 + a)).collect();
    for (index, stays) in centres.stays.iter().enumerate() {
        // Adding the anchor back may round; a node that stays gets the very number it came with.
        if *stays && let Some(Some(was)) = request.previous.get(index) {
            positions[index] = *was;
        }
    }
    let boxes = cluster_boxes(&part, &centres.spots);
    let routes = route::routes(request, &part, &positions, &anchors, &centres.chains);
    let bounds = bounds(&part, &centres.spots, &boxes, &routes);
    Layout { positions, boxes, routes, bounds }
}

impl Rect {
    /// The box of a cluster without nodes.
    pub const NONE: Self =
        Self { left: f32::NAN, top: f32::NAN, right: f32::NAN, bottom: f32::NAN };

    /// Contains nothing; the start of a hull.
    const EMPTY: Self = Self {
        left: f32::INFINITY,
        top: f32::INFINITY,
        right: f32::NEG_INFINITY,
        bottom: f32::NEG_INFINITY,
    };

    /// Width in px.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Height in px.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Whether the two share more than a border.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn around(centre: Point, size: Point) -> Self {
        let (half_width, half_height) = (size.0 / 2.0, size.1 / 2.0);
        Self {
            left: centre.0 - half_width,
            top: centre.1 - half_height,
            right: centre.0 + half_width,
            bottom: centre.1 + half_height,
        }
    }

    fn grown(&self, by: f32) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    fn include(&mut self, other: &Self) {
        self.left = self.left.min(other.left);
        self.top = self.top.min(other.top);
        self.right = self.right.max(other.right);
        self.bottom = self.bottom.max(other.bottom);
    }

    fn joined(&self, other: &Self) -> Self {
        let mut both = *self;
        both.include(other);
        both
    }

    fn with_title(&self) -> Self {
        let padded = self.grown(CLUSTER_PADDING);
        Self { top: self.top - TITLE_HEIGHT, ..padded }
    }
}

/// How far below the centre of its box each node's anchor lies, px.
fn anchors(request: &LayoutRequest, part: &Part) -> Vec<f32> {
    let share = if request.anchor.is_finite() { request.anchor.clamp(0.0, 1.0) } else { 0.5 };
    part.sizes.iter().map(|size| (share - 0.5) * size.1).collect()
}

fn known_centres(request: &LayoutRequest, anchors: &[f32]) -> Vec<Option<Point>> {
    let usable = |point: &Point| point.0.abs() <= COORDINATE_MAX && point.1.abs() <= COORDINATE_MAX;
    let previous = request.previous.iter().copied().chain(std::iter::repeat(None));
    anchors
        .iter()
        .zip(previous)
        .map(|(anchor, was)| was.filter(usable).map(|point| (point.0, point.1 - anchor)))
        .collect()
}

fn cluster_boxes(part: &Part, spots: &[Point]) -> Vec<Rect> {
    let mut hulls = vec![Rect::EMPTY; part.clusters];
    for (index, cluster) in part.cluster_of.iter().enumerate() {
        if let Some(cluster) = cluster {
            hulls[*cluster].include(&Rect::around(spots[index], part.sizes[index]));
        }
    }
    for inner in 0..part.clusters {
        if let Some(outer) = part.outer_of[inner]
            && hulls[inner].left <= hulls[inner].right
        {
            let held = hulls[inner].with_title();
            hulls[outer].include(&held);
        }
    }
    let boxed = |hull: &Rect| if hull.left > hull.right { Rect::NONE } else { hull.with_title() };
    hulls.iter().map(boxed).collect()
}

fn bounds(part: &Part, spots: &[Point], boxes: &[Rect], routes: &[Route]) -> Rect {
    let mut hull = Rect::EMPTY;
    for (spot, size) in spots.iter().zip(&part.sizes) {
        hull.include(&Rect::around(*spot, *size));
    }
    boxes.iter().filter(|rect| rect.left.is_finite()).for_each(|rect| hull.include(rect));
    for point in routes.iter().flat_map(|route| &route.points) {
        hull.include(&Rect::around(*point, (0.0, 0.0)));
    }
    if hull.left > hull.right { Rect::around((0.0, 0.0), (0.0, 0.0)) } else { hull }
}
