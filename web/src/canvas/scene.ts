// What is on the map right now, as arrays: live nodes first, then those that are fading away. A scene is made from a
// graph and its layout, and from the scene before it, so that what stays is not redrawn elsewhere.

import type { EdgeEnds, MapGraph, MapNode } from "../domain/map";
import type { Bounds } from "./camera";
import { NODE_HEIGHT, NODE_WIDTH } from "./detail";
import { addEdge, SegmentList } from "./edge-geometry";
import type { LayoutResult } from "./layout/abi";
import { SHAPE_CODES } from "./shapes";
import { at, ease } from "./typed";

/** Nodes glide to their new places this long, and appear this fast; gone ones fade out slowly. */
export const MOVE_MS = 320;
export const APPEAR_MS = 200;
export const VANISH_MS = 1000;
/** Above this many edges paths are not bent anew in every frame of a move: nodes jump instead. */
const MOVING_EDGES_MAX = 3000;
/** Gone nodes and edges drawn while they fade; more vanish at once. */
const GHOSTS_MAX = 400;
/** Bundles drawn between groups, the heaviest first. */
const BUNDLES_MAX = 150;
/** Width of the lightest bundle; the heaviest has this and 1 more. */
const BUNDLE_WIDTH_MIN = 0.25;

export const STEADY = 0;
export const APPEARING = 1;
export const VANISHING = 2;

interface EdgeRow {
  readonly source: number;
  readonly target: number;
  readonly route: ArrayLike<number>;
  readonly twoWay: boolean;
  readonly fade: number;
}

export class Scene {
  readonly index = new Map<string, number>();
  /** Live nodes, then ghosts. */
  nodes: MapNode[];
  readonly count: number;
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** STEADY, APPEARING or VANISHING, per node and per edge. */
  readonly nodeFades: Uint8Array;
  readonly edges: readonly EdgeRow[];
  readonly liveEdges: number;
  readonly segments = new SegmentList();
  readonly bundles = new SegmentList();
  readonly boxes: Float32Array;
  readonly bounds: Bounds;
  /** Live nodes, those whose label matters most first. */
  order: Uint32Array;
  /** Edges at each live node, as `starts` into `touching`. */
  readonly starts: Uint32Array;
  readonly touching: Uint32Array;
  /** Raised whenever a painter must read the arrays again. */
  placesVersion = 1;
  looksVersion = 1;

  private readonly fromXs: Float32Array;
  private readonly fromYs: Float32Array;
  private readonly toXs: Float32Array;
  private readonly toYs: Float32Array;
  private moving: boolean;

  constructor(
    public graph: MapGraph,
    layout: LayoutResult,
    before: Scene | null,
    private readonly bornMs: number,
    motion: boolean,
  ) {
    const live = graph.nodes;
    const kept = before && before.graph.key === graph.key ? before : null;
    live.forEach((node, i) => {
      this.index.set(node.id, i);
    });
    const ghosts = kept && motion ? goneNodes(kept, this.index) : [];
    this.count = live.length;
    this.nodes = [...live, ...ghosts.map((i) => kept?.nodes[i]).filter((node) => node !== undefined)];
    this.toXs = new Float32Array(this.nodes.length);
    this.toYs = new Float32Array(this.nodes.length);
    this.nodeFades = new Uint8Array(this.nodes.length);
    this.place(layout, kept, ghosts);
    this.fromXs = this.toXs.slice();
    this.fromYs = this.toYs.slice();
    this.moving = kept !== null && motion && this.departFrom(kept);
    this.xs = this.fromXs.slice();
    this.ys = this.fromYs.slice();
    const edges = this.liveRows(layout, motion ? before : null, kept);
    this.liveEdges = edges.length;
    this.edges = kept && motion ? [...edges, ...this.ghostRows(kept, ghosts)] : edges;
    if (this.edges.length > MOVING_EDGES_MAX && this.moving) {
      this.arrive();
    }
    this.boxes = layout.boxes;
    this.bounds = boundsOf(layout, live.length);
    [this.starts, this.touching] = touchingEdges(this.edges, this.liveEdges, this.count);
    this.order = importanceOrder(graph);
    this.bend();
    this.bundle();
  }

  /** New data for the same nodes and edges in the same order. */
  relook(graph: MapGraph): void {
    this.graph = graph;
    this.nodes = [...graph.nodes, ...this.nodes.slice(this.count)];
    this.order = importanceOrder(graph);
    this.segments.widen((e) => this.widthOf(e));
    this.looksVersion++;
  }

  /** Moves everything to where it is at `nowMs`. Answers whether there is more to come. */
  step(nowMs: number): boolean {
    const age = nowMs - this.bornMs;
    if (this.moving) {
      const share = ease(age / MOVE_MS);
      for (let i = 0; i < this.xs.length; i++) {
        this.xs[i] = at(this.fromXs, i) + (at(this.toXs, i) - at(this.fromXs, i)) * share;
        this.ys[i] = at(this.fromYs, i) + (at(this.toYs, i) - at(this.fromYs, i)) * share;
      }
      this.moving = share < 1;
      this.bend();
      this.placesVersion++;
    }
    return this.moving || age < (this.hasGhosts() ? VANISH_MS : APPEAR_MS);
  }

  get settled(): boolean {
    return !this.moving;
  }

  /** How far new things have appeared and old ones have gone, both 0 to 1. */
  fades(nowMs: number): { appear: number; vanish: number } {
    const age = nowMs - this.bornMs;
    return { appear: ease(age / APPEAR_MS), vanish: ease(age / VANISH_MS) };
  }

  /** Where a live node stands when all moves are done. */
  restingPlace(i: number): { x: number; y: number } {
    return { x: at(this.toXs, i), y: at(this.toYs, i) };
  }

  /** The other ends of a live node's edges. */
  neighbours(i: number): number[] {
    const found: number[] = [];
    for (let k = at(this.starts, i); k < at(this.starts, i + 1); k++) {
      const edge = this.edges[at(this.touching, k)];
      if (edge) {
        found.push(edge.source === i ? edge.target : edge.source);
      }
    }
    return found;
  }

  /** The live edge between two nodes, or -1. */
  edgeBetween(ends: EdgeEnds | null): number {
    const source = this.index.get(ends?.from ?? "") ?? -1;
    const target = this.index.get(ends?.to ?? "") ?? -1;
    if (source < 0 || target < 0) {
      return -1;
    }
    for (let k = at(this.starts, source); k < at(this.starts, source + 1); k++) {
      const edge = this.edges[at(this.touching, k)];
      if (edge?.source === source && edge.target === target) {
        return at(this.touching, k);
      }
    }
    return -1;
  }

  private hasGhosts(): boolean {
    return this.nodes.length > this.count || this.edges.length > this.liveEdges;
  }

  private arrive(): void {
    this.xs.set(this.toXs);
    this.ys.set(this.toYs);
    this.moving = false;
  }

  private place(layout: LayoutResult, kept: Scene | null, ghosts: readonly number[]): void {
    for (let i = 0; i < this.count; i++) {
      this.toXs[i] = at(layout.positions, i * 2);
      this.toYs[i] = at(layout.positions, i * 2 + 1);
    }
    ghosts.forEach((old, k) => {
      this.toXs[this.count + k] = at(kept?.xs ?? [], old);
      this.toYs[this.count + k] = at(kept?.ys ?? [], old);
      this.nodeFades[this.count + k] = VANISHING;
    });
  }

  /** Starts known nodes where they are now. Answers whether any of them has to move. */
  private departFrom(kept: Scene): boolean {
    let moves = false;
    for (let i = 0; i < this.count; i++) {
      const old = kept.index.get(this.nodes[i]?.id ?? "");
      if (old === undefined) {
        this.nodeFades[i] = APPEARING;
        continue;
      }
      const [x, y] = [at(kept.xs, old), at(kept.ys, old)];
      moves ||= Math.abs(x - at(this.toXs, i)) + Math.abs(y - at(this.toYs, i)) > 0.5;
      this.fromXs[i] = x;
      this.fromYs[i] = y;
    }
    return moves;
  }

  private liveRows(layout: LayoutResult, before: Scene | null, kept: Scene | null): EdgeRow[] {
    const { edges, nodes } = this.graph;
    const pairs = new Set(edges.map((edge) => edge.source * nodes.length + edge.target));
    const known = kept ? knownPairs(kept) : null;
    return edges.map((edge, e) => {
      const from = kept?.index.get(nodes[edge.source]?.id ?? "") ?? -1;
      const to = kept?.index.get(nodes[edge.target]?.id ?? "") ?? -1;
      const old = known && kept && from >= 0 && to >= 0 && known.has(from * kept.count + to);
      return {
        source: edge.source,
        target: edge.target,
        route: layout.routePoints.subarray(
          at(layout.routeOffsets, e) * 2,
          at(layout.routeOffsets, e + 1) * 2,
        ),
        twoWay: pairs.has(edge.target * nodes.length + edge.source),
        fade: old || !before ? STEADY : APPEARING,
      };
    });
  }

  /** Edges that were there before and are not now; their ends are live nodes or ghosts. */
  private ghostRows(kept: Scene, ghosts: readonly number[]): EdgeRow[] {
    const ghostAt = new Map(ghosts.map((old, k) => [old, this.count + k]));
    const place = (old: number) => this.index.get(kept.nodes[old]?.id ?? "") ?? ghostAt.get(old) ?? -1;
    const width = this.nodes.length;
    const now = new Set(this.graph.edges.map((edge) => edge.source * width + edge.target));
    const rows: EdgeRow[] = [];
    for (let e = 0; e < kept.liveEdges && rows.length < GHOSTS_MAX; e++) {
      const edge = kept.edges[e];
      const source = edge ? place(edge.source) : -1;
      const target = edge ? place(edge.target) : -1;
      if (edge && source >= 0 && target >= 0 && !now.has(source * width + target)) {
        rows.push({ ...edge, source, target, fade: VANISHING });
      }
    }
    return rows;
  }

  /** Draws all paths anew between the nodes' present places; routes are dropped while nodes move. */
  private bend(): void {
    this.segments.clear();
    this.edges.forEach((edge, e) => {
      const { source, target } = edge;
      addEdge(
        this.segments,
        e,
        {
          x0: at(this.xs, source),
          y0: at(this.ys, source),
          x1: at(this.xs, target),
          y1: at(this.ys, target),
        },
        this.moving ? [] : edge.route,
        {
          sourceCode: this.codeOf(source),
          targetCode: this.codeOf(target),
          twoWay: edge.twoWay,
          width: this.widthOf(e),
        },
      );
    });
  }

  private widthOf(e: number): number {
    return this.graph.edges[e]?.look?.width ?? 1;
  }

  private codeOf(i: number): number {
    return SHAPE_CODES[this.nodes[i]?.shape ?? "circle"];
  }

  /** One thick path per pair of groups with traffic, for the view from afar. */
  private bundle(): void {
    const groups = this.graph.groups.length;
    const weights = new Map<number, number>();
    for (const edge of this.graph.edges) {
      const a = this.graph.nodes[edge.source]?.group ?? -1;
      const b = this.graph.nodes[edge.target]?.group ?? -1;
      if (a >= 0 && b >= 0 && a !== b) {
        weights.set(a * groups + b, (weights.get(a * groups + b) ?? 0) + 1);
      }
    }
    const heaviest = [...weights].sort((one, other) => other[1] - one[1]).slice(0, BUNDLES_MAX);
    const most = heaviest[0]?.[1] ?? 1;
    heaviest.forEach(([pair, weight], i) => {
      const [a, b] = [Math.floor(pair / groups), pair % groups];
      const from = boxEdge(this.boxes, a, b);
      const to = boxEdge(this.boxes, b, a);
      const ends = { x0: from[0], y0: from[1], x1: to[0], y1: to[1] };
      if (Object.values(ends).every(Number.isFinite)) {
        const width = BUNDLE_WIDTH_MIN + (weight / most) ** 0.7;
        const twoWay = weights.has(b * groups + a);
        addEdge(this.bundles, i, ends, [], { sourceCode: -1, targetCode: -1, twoWay, width });
      }
    });
  }
}

/** Where the line from the middle of box `a` to the middle of box `b` leaves box `a`. */
function boxEdge(boxes: Float32Array, a: number, b: number): [number, number] {
  const middle = (g: number, side: number) => (at(boxes, g * 4 + side) + at(boxes, g * 4 + side + 2)) / 2;
  const [x, y] = [middle(a, 0), middle(a, 1)];
  const [dx, dy] = [middle(b, 0) - x, middle(b, 1) - y];
  const reachX = (at(boxes, a * 4 + 2) - x) / Math.max(Math.abs(dx), 1e-6);
  const reachY = (at(boxes, a * 4 + 3) - y) / Math.max(Math.abs(dy), 1e-6);
  const share = Math.min(reachX, reachY, 0.5);
  return [x + dx * share, y + dy * share];
}

function goneNodes(kept: Scene, index: ReadonlyMap<string, number>): number[] {
  const gone: number[] = [];
  for (let i = 0; i < kept.count && gone.length < GHOSTS_MAX; i++) {
    if (!index.has(kept.nodes[i]?.id ?? "")) {
      gone.push(i);
    }
  }
  return gone;
}

function knownPairs(kept: Scene): Set<number> {
  return new Set(kept.edges.slice(0, kept.liveEdges).map((edge) => edge.source * kept.count + edge.target));
}

function touchingEdges(rows: readonly EdgeRow[], live: number, count: number): [Uint32Array, Uint32Array] {
  const starts = new Uint32Array(count + 1);
  const each = (visit: (node: number, edge: number) => void) => {
    for (let e = 0; e < live; e++) {
      const row = rows[e];
      if (row) {
        visit(row.source, e);
        visit(row.target, e);
      }
    }
  };
  each((node) => {
    starts[node + 1] = at(starts, node + 1) + 1;
  });
  for (let i = 0; i < count; i++) {
    starts[i + 1] = at(starts, i + 1) + at(starts, i);
  }
  const next = starts.slice();
  const touching = new Uint32Array(at(starts, count));
  each((node, e) => {
    const place = at(next, node);
    touching[place] = e;
    next[node] = place + 1;
  });
  return [starts, touching];
}

/** Trouble first, then the most connected, then by name. */
function importanceOrder(graph: MapGraph): Uint32Array {
  const weight = (node: MapNode) =>
    (node.state === "unhealthy" || node.state === "restarting" ? 1e6 : 0) + node.degree;
  const weights = graph.nodes.map(weight);
  const order = Uint32Array.from(graph.nodes.keys());
  return order.sort((a, b) => {
    const byWeight = at(weights, b) - at(weights, a);
    if (byWeight !== 0) {
      return byWeight;
    }
    const [one, other] = [graph.nodes[a]?.label ?? "", graph.nodes[b]?.label ?? ""];
    return one < other ? -1 : one > other ? 1 : a - b;
  });
}

function boundsOf(layout: LayoutResult, count: number): Bounds {
  const [x0, y0, x1, y1] = layout.bounds;
  const usable = count > 0 && layout.bounds.every(Number.isFinite) && x1 > x0 && y1 > y0;
  return usable ? { x0, y0, x1, y1 } : { x0: -NODE_WIDTH, y0: -NODE_HEIGHT, x1: NODE_WIDTH, y1: NODE_HEIGHT };
}
