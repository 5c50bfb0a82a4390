// What stands out and what steps back: strengths and roles of nodes and edges, as bytes for the painters. A change of
// emphasis is a short cross-fade from the bytes before to the bytes after.

import { EDGE_TONES, type EdgeTone } from "../domain/edge-show";
import type { MapEmphasis } from "../domain/map";
import { type Hit, NO_HIT } from "./edge-picking";
import type { Scene } from "./scene";
import { at, clamp, ease } from "./typed";

export const SHADE_MS = 140;
/** Bytes per node and per edge: strength before, strength after, fade kind, role. */
export const SHADE_BYTES = 4;

/** Roles are the lower bits of a role byte. */
export const ROLE_SELECTED = 1;
export const ROLE_MATCHED = 2;
export const ROLE_HOVERED = 4;
export const ROLE_NEIGHBOUR = 8;

/** How fresh a change of the node is, above its roles. */
export const HALO_BITS = 4;
export const HALO_MAX = 15;

/** Edge roles, exclusive, in the lower bits of a role byte; the tone is above them. */
export const EDGE_ROLE_BITS = 4;
export const EDGE_ROLE_MASK = 15;
export const EDGE_PLAIN = 0;
/** Leaves the selected node. */
export const EDGE_OUT = 1;
/** Arrives at the selected node. */
export const EDGE_IN = 2;
export const EDGE_HOVERED = 3;
/** The edge that is selected itself. */
export const EDGE_SELECTED = 4;

const TONE_CODES: ReadonlyMap<EdgeTone, number> = new Map(EDGE_TONES.map((tone, code) => [tone, code]));

/** What everything else fades to while something is selected or searched. */
const FADED = 64;
const FADED_EDGE = 36;
/** Hovering only lowers the other edges a little: the map must not flicker under a moving pointer. */
const HOVER_EDGE = 120;
const FULL = 255;

export class Shades {
  nodes = new Uint8Array(0);
  edges = new Uint8Array(0);
  version = 0;
  /** Whether some edge is drawn in a colour of its own. */
  hasStrongEdges = false;
  private scene: Scene | null = null;
  private sinceMs = -Infinity;
  private mixMs = SHADE_MS;

  /** Between the strengths before and after, 0 to 1. */
  mix(nowMs: number): number {
    return this.mixMs > 0 ? ease((nowMs - this.sinceMs) / this.mixMs) : 1;
  }

  /** Works out all strengths anew. `motion` false, or a new scene, shows them at once. */
  update(scene: Scene, emphasis: MapEmphasis, hovered: Hit, nowMs: number, motion: boolean): void {
    const before = motion && this.scene === scene ? this : null;
    const share = this.mix(nowMs);
    const nodes = new Uint8Array(scene.nodes.length * SHADE_BYTES);
    const edges = new Uint8Array(scene.edges.length * SHADE_BYTES);
    const node = emphasis.selected === null ? -1 : (scene.index.get(emphasis.selected) ?? -1);
    const selected: Hit = { ...NO_HIT, node, edge: scene.edgeBetween(emphasis.selectedEdge ?? null) };
    const path = pathEdges(scene, emphasis.path ?? []);
    markNodes(nodes, scene, emphasis, selected, hovered);
    markChanges(nodes, scene, emphasis);
    this.hasStrongEdges = markEdges(edges, scene, nodes, selected, hovered, path);
    carry(nodes, before?.nodes ?? null, share);
    carry(edges, before?.edges ?? null, share);
    this.scene = scene;
    this.nodes = nodes;
    this.edges = edges;
    this.sinceMs = nowMs;
    this.mixMs = motion ? SHADE_MS : 0;
    this.version++;
  }

  /** Strength of a node from 0 to 1 at a mix. */
  strength(i: number, mix: number): number {
    const from = at(this.nodes, i * SHADE_BYTES);
    return (from + (at(this.nodes, i * SHADE_BYTES + 1) - from) * mix) / FULL;
  }

  role(i: number): number {
    return at(this.nodes, i * SHADE_BYTES + 3);
  }
}

function markNodes(out: Uint8Array, scene: Scene, emphasis: MapEmphasis, selected: Hit, hovered: Hit): void {
  const { matched } = emphasis;
  const searching = matched !== null;
  const isSelecting = isPicking(emphasis, selected);
  for (let i = 0; i < scene.nodes.length; i++) {
    const isMatch = searching && matched.has(scene.nodes[i]?.id ?? "");
    out[i * SHADE_BYTES + 1] = (searching && !isMatch) || isSelecting ? FADED : FULL;
    out[i * SHADE_BYTES + 2] = at(scene.nodeFades, i);
    out[i * SHADE_BYTES + 3] = isMatch ? ROLE_MATCHED : 0;
    if (isMatch && !isSelecting) {
      out[i * SHADE_BYTES + 1] = FULL;
    }
  }
  const raise = (i: number, role: number) => {
    out[i * SHADE_BYTES + 1] = FULL;
    out[i * SHADE_BYTES + 3] = at(out, i * SHADE_BYTES + 3) | role;
  };
  for (const [centre, role] of [
    [selected.node, ROLE_SELECTED],
    [hovered.node, ROLE_HOVERED],
  ] as const) {
    if (centre >= 0 && centre < scene.count) {
      raise(centre, role);
      for (const near of scene.neighbours(centre)) {
        raise(near, ROLE_NEIGHBOUR);
      }
    }
  }
  for (const id of [...(emphasis.also ?? []), ...(emphasis.path ?? [])]) {
    const i = scene.index.get(id);
    if (i !== undefined) {
      raise(i, emphasis.also?.has(id) ? ROLE_SELECTED : ROLE_NEIGHBOUR);
    }
  }
  for (const e of [selected.edge, hovered.edge]) {
    const edge = scene.edges[e];
    if (edge) {
      raise(edge.source, ROLE_NEIGHBOUR);
      raise(edge.target, ROLE_NEIGHBOUR);
    }
  }
}

function markChanges(out: Uint8Array, scene: Scene, { changed }: MapEmphasis): void {
  for (const [id, share] of changed ?? []) {
    const i = scene.index.get(id);
    if (i !== undefined) {
      const o = i * SHADE_BYTES + 3;
      out[o] = at(out, o) | (Math.round(clamp(share, 0, 1) * HALO_MAX) << HALO_BITS);
    }
  }
}

/** Whether the reader has picked something: all else steps back. */
function isPicking({ also, path }: MapEmphasis, selected: Hit): boolean {
  return selected.node >= 0 || selected.edge >= 0 || (also?.size ?? 0) > 0 || (path?.length ?? 0) > 0;
}

/** The edges between the nodes of a path, whichever way they run. */
function pathEdges(scene: Scene, path: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  path.forEach((to, k) => {
    const from = path[k - 1];
    if (from !== undefined) {
      found.add(scene.edgeBetween({ from, to })).add(scene.edgeBetween({ from: to, to: from }));
    }
  });
  found.delete(-1);
  return found;
}

function markEdges(
  out: Uint8Array,
  scene: Scene,
  nodes: Uint8Array,
  selected: Hit,
  hovered: Hit,
  path: ReadonlySet<number>,
): boolean {
  let strong = false;
  const nodeFull = (i: number) => at(nodes, i * SHADE_BYTES + 1) === FULL;
  const isSelecting = selected.node >= 0 || selected.edge >= 0 || path.size > 0;
  scene.edges.forEach((edge, e) => {
    const role = path.has(e) ? EDGE_SELECTED : roleOf(edge, e, selected, hovered);
    const rest = isSelecting || !(nodeFull(edge.source) && nodeFull(edge.target)) ? FADED_EDGE : FULL;
    const plain = hovered.node >= 0 ? Math.min(rest, HOVER_EDGE) : rest;
    out[e * SHADE_BYTES + 1] = role !== EDGE_PLAIN ? FULL : plain;
    out[e * SHADE_BYTES + 2] = edge.fade;
    out[e * SHADE_BYTES + 3] = role | (toneCode(scene, e) << EDGE_ROLE_BITS);
    strong ||= role !== EDGE_PLAIN;
  });
  return strong;
}

/** Hovering keeps the colours that tell the selection's directions apart. */
function roleOf(edge: { source: number; target: number }, e: number, selected: Hit, hovered: Hit): number {
  if (selected.edge === e) {
    return EDGE_SELECTED;
  }
  if (selected.node >= 0 && edge.source === selected.node) {
    return EDGE_OUT;
  }
  if (selected.node >= 0 && edge.target === selected.node) {
    return EDGE_IN;
  }
  const isNear = hovered.node >= 0 && (edge.source === hovered.node || edge.target === hovered.node);
  return isNear || hovered.edge === e ? EDGE_HOVERED : EDGE_PLAIN;
}

/** The colour of what the edge shows; those that fade away show nothing any more. */
function toneCode(scene: Scene, e: number): number {
  const tone = scene.graph.edges[e]?.look?.tone;
  return tone === undefined ? 0 : (TONE_CODES.get(tone) ?? 0);
}

/** Fills in the strengths to fade from: what was on the screen, or the new ones at once. */
function carry(out: Uint8Array, before: Uint8Array | null, share: number): void {
  for (let o = 0; o < out.length; o += SHADE_BYTES) {
    const after = at(out, o + 1);
    const from = before ? at(before, o) + (at(before, o + 1) - at(before, o)) * share : after;
    out[o] = Math.round(from);
  }
}
