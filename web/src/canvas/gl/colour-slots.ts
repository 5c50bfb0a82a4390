// Where the theme's colours stand in the shaders' array, written out of one table for both sides.

import { EDGE_TONES } from "../../domain/edge-show";
import type { Palette, Rgba } from "../palette";

export const COLOURS = {
  ground: 0,
  body: 1,
  edge: 2,
  strong: 3,
  selection: 4,
  match_: 5,
  warning: 6,
  danger: 7,
  metric: 8,
  muted: 9,
  groupFill: 10,
  groupLine: 11,
  /** The first of the tones of edges; the others follow it. */
  tones: 12,
  count: 12 + EDGE_TONES.length,
} as const;

export function colourTable(palette: Palette): Float32Array {
  const rows: readonly Rgba[] = [
    palette.ground,
    palette.nodeBody,
    palette.edge,
    palette.edgeStrong,
    palette.selection,
    palette.match,
    palette.warning,
    palette.danger,
    palette.metricFill,
    palette.textMuted,
    palette.groupFill,
    palette.groupLine,
    ...EDGE_TONES.map((_, tone) => palette.edgeTones[tone] ?? palette.edge),
  ];
  return new Float32Array(rows.flat());
}

export function hueTable(palette: Palette): Float32Array {
  return new Float32Array(palette.hues.flat());
}
