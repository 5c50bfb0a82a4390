//! Wraps a long sequence of layers into lines, back and forth, as a long chain needs it.
//!
//! Layers stay whole, so nothing changes inside them; every other line runs backwards, which keeps
//! the edges between two lines short.

use super::order::Layers;

/// Room between two lines, px.
const LINE_GAP: f32 = 40.0;

/// Where each layer lies once the sequence is wrapped.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    line_of: Vec<usize>,
    lines: Vec<Line>,
    /// The longest line, and all lines with their gaps, px.
    pub(super) extent: (f32, f32),
}

#[derive(Clone, Copy, Debug)]
struct Line {
    start: f32,
    end: f32,
    low: f32,
    high: f32,
    /// Where `low` comes to lie.
    top: f32,
}

impl Lines {
    /// Wraps layers into `count` lines of about equal length.
    pub(super) fn new(
        count: usize,
        layers: &Layers,
        bands: &[(f32, f32)],
        places: &[f32],
        lengths: &[f32],
    ) -> Self {
        let whole = bands.last().map_or(0.0, |band| band.0 + band.1);
        let share = (whole / count.max(1) as f32).max(1.0);
        let mut line_of = Vec::with_capacity(bands.len());
        let mut lines: Vec<Line> = Vec::new();
        for (layer, band) in bands.iter().enumerate() {
            let wanted = ((band.0 + band.1 / 2.0) / share) as usize;
            if lines.is_empty() || (wanted >= lines.len() && lines.len() < count) {
                let (low, high) = (f32::INFINITY, f32::NEG_INFINITY);
                lines.push(Line { start: band.0, end: band.0, low, high, top: 0.0 });
            }
            line_of.push(lines.len() - 1);
            if let Some(line) = lines.last_mut() {
                line.end = band.0 + band.1;
                for &item in &layers.rows[layer] {
                    line.low = line.low.min(places[item] - lengths[item] / 2.0);
                    line.high = line.high.max(places[item] + lengths[item] / 2.0);
                }
            }
        }
        let mut extent = (0.0_f32, 0.0);
        for (index, line) in lines.iter_mut().enumerate() {
            extent.1 += if index > 0 { LINE_GAP } else { 0.0 };
            line.top = extent.1;
            extent.1 += line.high - line.low;
            extent.0 = extent.0.max(line.end - line.start);
        }
        Self { line_of, lines, extent }
    }

    /// Where a point of a layer comes to lie.
    pub(super) fn wrapped(&self, layer: usize, point: (f32, f32)) -> (f32, f32) {
        let index = self.line_of[layer];
        let line = &self.lines[index];
        let along = point.0 - line.start;
        let along = if index % 2 == 1 { self.extent.0 - along } else { along };
        (along, point.1 - line.low + line.top)
    }
}
