//! Measures layouts of known shapes and writes a picture of each: `quality [directory [shape]]`.
//!
//! Prints crossings per edge, boxes that edges run through, mean edge length, how much of a 16:10
//! window the picture fills, the scale at which 1440 × 900 shows it, what moves when a twentieth of
//! the nodes is new, and the quickest of some runs. Look at the pictures: no figure sees ugliness.
#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use scope_layout::{Layout, LayoutRequest, Mode, NodeBox, Point, Rect, layout};

#[path = "quality/shapes.rs"]
mod shapes;

use shapes::Shape;

const ASPECT: f32 = 1.6;

const RUNS: usize = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target".into()));
    println!(
        "{:<16}{:>6}{:>7}{:>8}{:>7}{:>8}{:>7}{:>7}{:>7}{:>8}{:>8}{:>9}{:>9}",
        "shape",
        "nodes",
        "edges",
        "cross/e",
        "hits/e",
        "length",
        "fill",
        "dense",
        "scale",
        "routed",
        "moved",
        "tidy ms",
        "keep ms",
    );
    let only = std::env::args().nth(2);
    for shape in shapes::all() {
        if only.as_ref().is_some_and(|only| only != shape.name) {
            continue;
        }
        let request = request(&shape);
        let tidy = layout(&request);
        let (changed, kept) = after_change(&request);
        let figures = Figures::new(&request, &tidy);
        println!(
            "{:<16}{:>6}{:>7}{:>8.2}{:>7.2}{:>8.0}{:>7.2}{:>7.2}{:>7.2}{:>8}{:>8}{:>9.2}{:>9.2}",
            shape.name,
            request.nodes.len(),
            request.edges.len(),
            figures.crossings,
            figures.hits,
            figures.length,
            figures.fill,
            figures.density,
            figures.scale,
            tidy.routes.iter().filter(|route| !route.points.is_empty()).count(),
            moved(&changed, &kept),
            quickest_ms(&request),
            quickest_ms(&changed),
        );
        let path = directory.join(format!("layout-{}.svg", shape.name));
        std::fs::write(path, svg(&shape, &request, &tidy)?)?;
        let path = directory.join(format!("layout-{}-keep.svg", shape.name));
        std::fs::write(path, svg(&shape, &changed, &kept)?)?;
    }
    Ok(())
}

fn request(shape: &Shape) -> LayoutRequest {
    let node = |cluster: &u32| NodeBox { width: 120.0, height: 90.0, cluster: *cluster };
    LayoutRequest {
        nodes: shape.cluster_of.iter().map(node).collect(),
        edges: shape.edges.clone(),
        clusters: shape.clusters,
        outer: Vec::new(),
        aspect: ASPECT,
        anchor: 24.0 / 90.0,
        previous: Vec::new(),
        pinned: Vec::new(),
        mode: Mode::Tidy,
    }
}

/// Every twentieth node is new to a picture of all others.
fn after_change(request: &LayoutRequest) -> (LayoutRequest, Layout) {
    let is_new = |node: usize| node % 20 == 3;
    let kept: Vec<usize> = (0..request.nodes.len()).filter(|&node| !is_new(node)).collect();
    let mut names = vec![u32::MAX; request.nodes.len()];
    kept.iter().enumerate().for_each(|(index, &node)| names[node] = index as u32);
    let mut before = request.clone();
    before.nodes = kept.iter().map(|&node| request.nodes[node]).collect();
    before.edges = request
        .edges
        .iter()
        .map(|&(from, to)| (names[from as usize], names[to as usize]))
        .filter(|&(from, to)| from != u32::MAX && to != u32::MAX)
        .collect();
    let old = layout(&before);
    let mut changed = request.clone();
    changed.mode = Mode::Keep;
    changed.previous = vec![None; request.nodes.len()];
    kept.iter().zip(&old.positions).for_each(|(&node, at)| changed.previous[node] = Some(*at));
    let kept = layout(&changed);
    (changed, kept)
}

fn moved(request: &LayoutRequest, layout: &Layout) -> usize {
    let pairs = request.previous.iter().zip(&layout.positions);
    pairs.filter(|(was, is)| was.is_some_and(|was| was != **is)).count()
}

/// The quickest of some runs: what other programs on the machine take is not ours.
fn quickest_ms(request: &LayoutRequest) -> f64 {
    let run = |_| {
        let start = Instant::now();
        std::hint::black_box(layout(std::hint::black_box(request)));
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..RUNS).map(run).fold(f64::INFINITY, f64::min)
}

struct Figures {
    crossings: f32,
    hits: f32,
    length: f32,
    fill: f32,
    density: f32,
    scale: f32,
}

impl Figures {
    fn new(request: &LayoutRequest, layout: &Layout) -> Self {
        let ways: Vec<Vec<Point>> =
            (0..request.edges.len()).map(|edge| way(request, layout, edge)).collect();
        // Pairs grow with the square: a sample of the edges stands for all of a large graph.
        let step = (ways.len() / 1_500).max(1);
        let sample: Vec<usize> = (0..ways.len()).step_by(step).collect();
        let mut crossings = 0;
        for (index, &a) in sample.iter().enumerate() {
            for &b in &sample[index + 1..] {
                crossings += crossings_of(&ways[a], &ways[b]);
            }
        }
        let mut hits = 0;
        for &edge in &sample {
            let (from, to) = request.edges[edge];
            for (node, at) in layout.positions.iter().enumerate() {
                if node != from as usize && node != to as usize {
                    hits += usize::from(hit(&ways[edge], &node_rect(request, node, *at)));
                }
            }
        }
        let length = |way: &Vec<Point>| way.windows(2).map(|p| distance(p[0], p[1])).sum::<f32>();
        let (width, height) = (layout.bounds.width(), layout.bounds.height());
        let area: f32 = request.nodes.iter().map(|node| node.width * node.height).sum();
        let edges = ways.len().max(1) as f32;
        let window = (width / ASPECT).max(height);
        Self {
            crossings: crossings as f32 * step as f32 / sample.len().max(1) as f32,
            hits: hits as f32 / sample.len().max(1) as f32,
            length: ways.iter().map(length).sum::<f32>() / edges,
            fill: width * height / (window * window * ASPECT),
            density: area / (width * height),
            scale: (1440.0 / width).min(900.0 / height),
        }
    }
}

fn way(request: &LayoutRequest, layout: &Layout, edge: usize) -> Vec<Point> {
    let (from, to) = request.edges[edge];
    let mut way = vec![layout.positions[from as usize]];
    way.extend(&layout.routes[edge].points);
    way.push(layout.positions[to as usize]);
    way
}

fn node_rect(request: &LayoutRequest, node: usize, at: Point) -> Rect {
    let NodeBox { width, height, .. } = request.nodes[node];
    let top = at.1 - request.anchor * height;
    let (left, right) = (at.0 - width / 2.0, at.0 + width / 2.0);
    Rect { left: left + 2.0, top: top + 2.0, right: right - 2.0, bottom: top + height - 2.0 }
}

fn distance(a: Point, b: Point) -> f32 {
    (b.0 - a.0).hypot(b.1 - a.1)
}

fn side(a: Point, b: Point, c: Point) -> f32 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

fn cuts(a: Point, b: Point, c: Point, d: Point) -> bool {
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

fn crossings_of(one: &[Point], two: &[Point]) -> usize {
    let pairs = one.windows(2).flat_map(|a| two.windows(2).map(move |b| (a, b)));
    pairs.filter(|(a, b)| cuts(a[0], a[1], b[0], b[1])).count()
}

fn hit(way: &[Point], rect: &Rect) -> bool {
    let corners = [
        ((rect.left, rect.top), (rect.right, rect.bottom)),
        ((rect.right, rect.top), (rect.left, rect.bottom)),
    ];
    way.windows(2).any(|pair| corners.iter().any(|d| cuts(pair[0], pair[1], d.0, d.1)))
}

fn svg(shape: &Shape, request: &LayoutRequest, layout: &Layout) -> Result<String, std::fmt::Error> {
    let bounds = &layout.bounds;
    let (width, height) = (bounds.width() + 80.0, bounds.height() + 80.0);
    let window = ((width / ASPECT).max(height) * ASPECT, (width / ASPECT).max(height));
    let left = bounds.left - 40.0 - (window.0 - width) / 2.0;
    let top = bounds.top - 40.0 - (window.1 - height) / 2.0;
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='1440' height='900' \
         viewBox='{left} {top} {} {}' font-family='DejaVu Sans' text-anchor='middle'>\
         <rect x='{left}' y='{top}' width='100%' height='100%' fill='#fafbfd'/>\n",
        window.0, window.1
    );
    for (index, rect) in layout.boxes.iter().enumerate().filter(|b| b.1.left.is_finite()) {
        writeln!(
            out,
            "<rect x='{}' y='{}' width='{}' height='{}' rx='12' fill='#eef2f8' stroke='#b8c4d8'/>\
             <text x='{}' y='{}' font-size='14' font-weight='bold'>group {index}</text>",
            rect.left,
            rect.top,
            rect.width(),
            rect.height(),
            (rect.left + rect.right) / 2.0,
            rect.top + 20.0,
        )?;
    }
    for edge in 0..request.edges.len() {
        let way = way(request, layout, edge);
        writeln!(
            out,
            "<path d='{}' fill='none' stroke='#7f8da3' stroke-width='1.5'/>",
            curve(&way)
        )?;
        let (a, b) = (way[way.len() - 2], way[way.len() - 1]);
        let far = distance(a, b).max(1.0);
        let (ux, uy) = ((b.0 - a.0) / far, (b.1 - a.1) / far);
        let (x, y) = (b.0 - ux * 23.0, b.1 - uy * 23.0);
        writeln!(
            out,
            "<path d='M{x} {y} L{} {} L{} {} Z' fill='#7f8da3'/>",
            x - ux * 9.0 - uy * 4.0,
            y - uy * 9.0 + ux * 4.0,
            x - ux * 9.0 + uy * 4.0,
            y - uy * 9.0 - ux * 4.0,
        )?;
    }
    for (node, (x, y)) in layout.positions.iter().enumerate() {
        let new = request.mode == Mode::Keep && request.previous[node].is_none();
        let fill = if new { "#ffd9a8" } else { "#ffffff" };
        let label = shape.labels.get(node).map_or_else(|| format!("node-{node}"), Clone::clone);
        writeln!(
            out,
            "<circle cx='{x}' cy='{y}' r='20' fill='{fill}' stroke='#3b6ea5' stroke-width='2.5'/>\
             <text x='{x}' y='{}' font-size='13'>{label}</text>\
             <text x='{x}' y='{}' font-size='11' fill='#667'>second line</text>",
            y + 36.0,
            y + 52.0,
        )?;
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// Straight pieces with rounded bends.
fn curve(way: &[Point]) -> String {
    let mut path = format!("M{} {}", way[0].0, way[0].1);
    for three in way.windows(3) {
        let (a, b, c) = (three[0], three[1], three[2]);
        let toward = |p: Point| {
            let far = distance(b, p).max(1.0);
            let by = (far / 2.0).min(24.0) / far;
            (b.0 + (p.0 - b.0) * by, b.1 + (p.1 - b.1) * by)
        };
        let (start, end) = (toward(a), toward(c));
        path += &format!(" L{} {} Q{} {} {} {}", start.0, start.1, b.0, b.1, end.0, end.1);
    }
    let last = way[way.len() - 1];
    path + &format!(" L{} {}", last.0, last.1)
}
