// Level of detail: how large things are drawn at a zoom. Sizes are CSS px unless they say world.

import { clamp, ease } from "./typed";

/** The box the layout reserves for a node: a glyph with two lines of text under it, world units. */
export const NODE_WIDTH = 124;
export const NODE_WIDTH_MAX = 184;
export const NODE_HEIGHT = 92;
/** The glyph's middle above the box's middle, world units: the lower part is the label's. */
export const GLYPH_RISE = 17;
/** Glyph at scale 1. */
export const GLYPH_PX = 44;
const GLYPH_PX_MAX = 68;
const DOT_PX_MIN = 2.6;
/** No more than this share of its place in the layout, so that glyphs never touch when far out. */
const GLYPH_WORLD_MAX = 52;

/** Diameter of a glyph: nearly constant while reading, shrinking to a dot when far out. */
export function glyphPx(scale: number): number {
  const gentle = GLYPH_PX * scale ** (scale < 1 ? 0.35 : 0.3);
  return clamp(Math.min(gentle, GLYPH_WORLD_MAX * scale), DOT_PX_MIN, GLYPH_PX_MAX);
}

/** Below this a node is a filled dot in its hue. */
export const DOT_BELOW_PX = 9;
/** Below this nodes carry no label. */
export const LABEL_FROM_PX = 10;
/** From here labels have their second line. */
export const MINOR_FROM_PX = 21;
/** From here the metric's value stands inside the glyph. */
export const VALUE_FROM_PX = 41;

/** How strongly single edges are drawn when there are many of them: hairlines rather than a grey smear. */
export function edgeStrength(edgeCount: number, scale: number): number {
  const crowd = edgeCount <= 160 ? 1 : clamp((160 / edgeCount) ** 0.32, 0.2, 1);
  const near = ease((scale - 0.06) / 0.5);
  return clamp(crowd + (1 - crowd) * near * 0.75, 0.12, 1);
}

/** From this many nodes a far view shows the traffic between groups instead of between nodes. */
const BUNDLE_FROM_NODES = 600;

/** Share of bundled traffic in the picture, 0 to 1; the single edges get the rest. */
export function bundleShare(nodeCount: number, groupCount: number, scale: number): number {
  if (nodeCount < BUNDLE_FROM_NODES || groupCount < 2) {
    return 0;
  }
  return 1 - ease((glyphPx(scale) - 5) / 5);
}

/** How strongly bundles are drawn, and how thick compared to edges at that zoom. */
export const BUNDLE_STRENGTH = 0.55;
export const BUNDLE_THICKNESS = 3;

/** Edge widths at the client's and the server's end, and the arrow head's length. */
export function edgeWidths(scale: number): { client: number; server: number; arrow: number } {
  const size = glyphPx(scale) / GLYPH_PX;
  return {
    client: clamp(3 * size, 0.9, 3.8),
    server: clamp(1.1 * size, 0.5, 1.5),
    arrow: clamp(10.5 * size ** 0.7, 3, 12),
  };
}
