// What is on the map right now, as arrays: live nodes first, then those that are fading away. A scene is made from a
// graph and its layout, and from the scene before it, so that what stays is not redrawn elsewhere.

import type { EdgeEnds, MapGraph, MapNode, MapPlaces } from "../domain/map";
import { addBundles } from "./bundles";
import type { Bounds } from "./camera";
import { NODE_HEIGHT, NODE_WIDTH } from "./detail";
import { addEdge, SegmentList } from "./edge-geometry";
import type { LayoutResult } from "./layout/abi";
import { importanceOrder, touchingEdges } from "./scene-order";
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
export const STEADY = 0;
export const APPEARING = 1;
export const VANISHING = 2;

const NO_PINS: ReadonlySet<string> = new Set();
const NOBODY: ReadonlySet<number> = new Set();

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
  /** Of the looks, all but figures. */
  facesVersion = 1;
  /** Of the looks, how wide edges are. */
  pathsVersion = 1;

  /** Live nodes that the reader has put where they are. */
  pinned: ReadonlySet<string> = NO_PINS;

  private readonly fromXs: Float32Array;
  private readonly fromYs: Float32Array;
  private readonly toXs: Float32Array;
  private readonly toYs: Float32Array;
  /** Where the layout wants nodes; they may be elsewhere for a while. */
  private readonly homeXs: Float32Array;
  private readonly homeYs: Float32Array;
  private visiting: ReadonlySet<number> = NOBODY;
  private moving: boolean;
  private movedMs: number;

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
    this.homeXs = this.toXs.slice();
    this.homeYs = this.toYs.slice();
    this.movedMs = bornMs;
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
    addBundles(this.bundles, graph, layout.boxes);
  }

  /** New data for the same nodes and edges in the same order. */
  relook(graph: MapGraph): void {
    const { edges, faces } = this.graph;
    this.graph = graph;
    this.nodes = [...graph.nodes, ...this.nodes.slice(this.count)];
    if (faces === undefined || faces !== graph.faces) {
      this.order = importanceOrder(graph);
      this.facesVersion++;
    }
    if (edges !== graph.edges) {
      this.segments.widen((e) => this.widthOf(e));
      this.pathsVersion++;
    }
    this.looksVersion++;
  }

  /** Marks the nodes that stay where they were put. */
  pin(pins: MapPlaces): void {
    this.pinned = new Set([...pins.keys()].filter((id) => this.index.has(id)));
    this.looksVersion++;
  }

  /** Moves everything to where it is at `nowMs`. Answers whether there is more to come. */
  step(nowMs: number): boolean {
    const age = nowMs - this.bornMs;
    if (this.moving) {
      const share = ease((nowMs - this.movedMs) / MOVE_MS);
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
    return { x: at(this.homeXs, i), y: at(this.homeYs, i) };
  }

  /** Live nodes go to these places for a while; all others go home. */
  visit(places: ReadonlyMap<number, readonly [number, number]>, nowMs: number, motion: boolean): void {
    if (places.size === 0 && this.visiting.size === 0) {
      return;
    }
    this.fromXs.set(this.xs);
    this.fromYs.set(this.ys);
    this.toXs.set(this.homeXs);
    this.toYs.set(this.homeYs);
    for (const [i, [x, y]] of places) {
      this.toXs[i] = x;
      this.toYs[i] = y;
    }
    this.visiting = new Set(places.keys());
    this.movedMs = nowMs;
    this.moving = motion && this.edges.length <= MOVING_EDGES_MAX;
    if (!this.moving) {
      this.arrive();
    }
    this.bend();
    this.placesVersion++;
  }

  /** The live nodes in a box and in those it holds. */
  membersOf(box: number): number[] {
    const { groups, nodes } = this.graph;
    const isIn = (group: number) => group >= 0 && (group === box || groups[group]?.outer === box);
    return nodes.flatMap(({ group }, i) => (isIn(group) ? [i] : []));
  }

  /** Takes live nodes along, and the boxes that are carried whole; world units. */
  carry(carried: readonly number[], dx: number, dy: number): void {
    for (const i of carried) {
      for (const [places, by] of [
        [this.xs, dx],
        [this.ys, dy],
        [this.fromXs, dx],
        [this.fromYs, dy],
        [this.toXs, dx],
        [this.toYs, dy],
        [this.homeXs, dx],
        [this.homeYs, dy],
      ] as const) {
        places[i] = at(places, i) + by;
      }
    }
    const taken = new Set(carried);
    this.graph.groups.forEach((_, g) => {
      if (this.membersOf(g).every((i) => taken.has(i))) {
        for (let side = 0; side < 4; side++) {
          this.boxes[g * 4 + side] = at(this.boxes, g * 4 + side) + (side % 2 === 0 ? dx : dy);
        }
      }
    });
    this.bend(taken);
    this.placesVersion++;
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
      const id = this.nodes[i]?.id ?? "";
      // Who comes out of a box that was closed starts where it was.
      const old = kept.index.get(id) ?? kept.index.get(kept.graph.inside?.get(id) ?? "");
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

  /** Draws all paths anew between the nodes' present places; of nodes that move the routes are dropped. */
  private bend(carried: ReadonlySet<number> = NOBODY): void {
    const isAway = (i: number) => carried.has(i) || this.visiting.has(i);
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
        this.moving || isAway(source) || isAway(target) ? [] : edge.route,
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

function boundsOf(layout: LayoutResult, count: number): Bounds {
  const [x0, y0, x1, y1] = layout.bounds;
  const usable = count > 0 && layout.bounds.every(Number.isFinite) && x1 > x0 && y1 > y0;
  return usable ? { x0, y0, x1, y1 } : { x0: -NODE_WIDTH, y0: -NODE_HEIGHT, x1: NODE_WIDTH, y1: NODE_HEIGHT };
}
