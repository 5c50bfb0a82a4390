// Between a graph and its layout: what to ask for, what to remember, and a plain arrangement for the case that the
// layout module cannot run. Places are remembered per picture, so that what was here yesterday is here today.

import type { MapGraph, MapPlaces } from "../domain/map";
import { NODE_HEIGHT, NODE_WIDTH, NODE_WIDTH_MAX } from "./detail";
import { type LayoutRequest, type LayoutResult, NO_CLUSTER } from "./layout/abi";
import { at, clamp } from "./typed";

/** What makes places: the layout worker, or a stand-in for tests. */
export interface Arranger {
  request(request: LayoutRequest): Promise<LayoutResult | null>;
  dispose(): void;
}

/** Width of a letter of a 13 px label, roughly: a place must not depend on which font has loaded. */
const LETTER_PX = 7;
const LABEL_AIR_PX = 22;
/** Room for one line of text fewer. */
const ONE_LINE_HEIGHT = NODE_HEIGHT - 14;
/** The glyph's middle lies this far below the top of its box. */
const GLYPH_DROP = 26;
const PICTURES_MAX = 12;
const PLACES_MAX = 40_000;
/** A picture with fewer known nodes than this is laid out afresh. */
const KNOWN_SHARE_MIN = 0.4;

export type Places = MapPlaces;

/** Whether two graphs differ in data only: same nodes, groups and edges in the same order. */
export function sameShape(one: MapGraph, other: MapGraph): boolean {
  if (one.shape !== undefined && one.shape === other.shape && one.key === other.key) {
    return true;
  }
  return (
    one.key === other.key &&
    one.nodes.length === other.nodes.length &&
    one.edges.length === other.edges.length &&
    one.groups.length === other.groups.length &&
    one.arrangement === other.arrangement &&
    one.groups.every((group, i) => group.id === other.groups[i]?.id) &&
    one.nodes.every((node, i) => node.id === other.nodes[i]?.id && node.group === other.nodes[i]?.group) &&
    one.edges.every(
      (edge, i) => edge.source === other.edges[i]?.source && edge.target === other.edges[i]?.target,
    )
  );
}

export function layoutRequest(
  graph: MapGraph,
  places: Places,
  aspect: number,
  mode: "keep" | "tidy",
  pins: Places = new Map(),
): LayoutRequest {
  const { nodes, edges, groups } = graph;
  const height = nodes.some((node) => node.labelMinor !== "") ? NODE_HEIGHT : ONE_LINE_HEIGHT;
  const previous = new Float32Array(nodes.length * 2).fill(Number.NaN);
  let known = 0;
  nodes.forEach((node, i) => {
    const place = places.get(node.id);
    if (place) {
      previous.set(place, i * 2);
      known++;
    }
  });
  const afresh = known < nodes.length * KNOWN_SHARE_MIN;
  if (afresh) {
    nodes.forEach(({ id }, i) => {
      previous.set(pins.get(id) ?? [Number.NaN, Number.NaN], i * 2);
    });
  }
  return {
    widths: Float32Array.from(nodes, (node) => boxWidth(node.label, node.labelMinor)),
    heights: new Float32Array(nodes.length).fill(height),
    clusters: Uint32Array.from(nodes, ({ group }) =>
      group >= 0 && group < groups.length ? group : NO_CLUSTER,
    ),
    clusterCount: groups.length,
    outer: Uint32Array.from(groups, ({ outer = -1 }) => (outer >= 0 ? outer : NO_CLUSTER)),
    edges: Uint32Array.from(edges.flatMap((edge) => [edge.source, edge.target])),
    previous,
    aspect: Number.isFinite(aspect) ? clamp(aspect, 0.2, 5) : 1.6,
    mode: afresh ? "tidy" : mode,
    pinned: Uint8Array.from(nodes, ({ id }) => (pins.has(id) ? 1 : 0)),
    anchor: GLYPH_DROP / height,
  };
}

function boxWidth(label: string, minor: string): number {
  const letters = Math.max(Math.min(label.length, 64), Math.min(minor.length, 64) * 0.9);
  return clamp(letters * LETTER_PX + LABEL_AIR_PX, NODE_WIDTH, NODE_WIDTH_MAX);
}

/** Places of the last pictures, by key. */
export class PlaceMemory {
  private readonly pictures = new Map<string, Map<string, readonly [number, number]>>();

  remember(graph: MapGraph, result: LayoutResult): void {
    const places = this.pictures.get(graph.key) ?? new Map<string, readonly [number, number]>();
    graph.nodes.forEach((node, i) => {
      // Set again, so that the oldest come first in the map and are forgotten first.
      places.delete(node.id);
      places.set(node.id, [at(result.positions, i * 2), at(result.positions, i * 2 + 1)]);
    });
    dropOldest(places, PLACES_MAX);
    this.pictures.delete(graph.key);
    this.pictures.set(graph.key, places);
    dropOldest(this.pictures, PICTURES_MAX);
  }

  /** Takes over places known from elsewhere, unless the picture has places already. */
  recall(key: string, places: Places): void {
    if (!this.pictures.has(key)) {
      this.pictures.set(key, new Map([...places].slice(0, PLACES_MAX)));
      dropOldest(this.pictures, PICTURES_MAX);
    }
  }

  /** Known places for a graph's nodes. Who returns to a place that is taken by now does not get it back. */
  placesFor(graph: MapGraph, present: ReadonlySet<string>, pins: Places = new Map()): Places {
    const known = this.pictures.get(graph.key);
    const places = new Map<string, readonly [number, number]>();
    const taken = new TakenPlaces();
    // What the reader has put somewhere comes first.
    for (const { id } of graph.nodes) {
      const place = pins.get(id);
      if (place) {
        places.set(id, place);
        taken.add(place);
      }
    }
    if (!known) {
      return places;
    }
    const claim = (id: string, always: boolean) => {
      const place = places.has(id) ? undefined : known.get(id);
      if (place && (always || !taken.has(place))) {
        places.set(id, place);
        taken.add(place);
      }
    };
    const returning = graph.nodes.filter((node) => !present.has(node.id));
    for (const node of graph.nodes) {
      if (present.has(node.id)) {
        claim(node.id, true);
      }
    }
    for (const node of returning) {
      claim(node.id, false);
    }
    return places;
  }
}

function dropOldest<Key, Value>(map: Map<Key, Value>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) {
      return;
    }
    map.delete(key);
  }
}

/** Places in cells of one node's size, so that an overlap can only be in the same cell or the next. */
class TakenPlaces {
  private readonly cells = new Map<string, (readonly [number, number])[]>();

  add(place: readonly [number, number]): void {
    const cell = cellOf(place[0], place[1]);
    this.cells.set(cell, [...(this.cells.get(cell) ?? []), place]);
  }

  has([x, y]: readonly [number, number]): boolean {
    return [-1, 0, 1].some((dx) =>
      [-1, 0, 1].some((dy) =>
        (this.cells.get(cellOf(x + dx * NODE_WIDTH, y + dy * NODE_HEIGHT)) ?? []).some(
          (other) => Math.abs(other[0] - x) < NODE_WIDTH && Math.abs(other[1] - y) < NODE_HEIGHT,
        ),
      ),
    );
  }
}

function cellOf(x: number, y: number): string {
  return `${Math.round(x / NODE_WIDTH)},${Math.round(y / NODE_HEIGHT)}`;
}

/** Rows and columns without regard to edges: what is shown when the layout module cannot run. */
export function plainLayout(request: LayoutRequest): LayoutResult {
  const count = request.widths.length;
  const stepX = NODE_WIDTH_MAX;
  const stepY = NODE_HEIGHT + 16;
  const columns = Math.max(1, Math.round(Math.sqrt((count * request.aspect * stepY) / stepX)));
  const order = Array.from(request.clusters.keys()).sort(
    (a, b) => at(request.clusters, a) - at(request.clusters, b) || a - b,
  );
  const positions = new Float32Array(count * 2);
  order.forEach((node, k) => {
    positions[node * 2] = (k % columns) * stepX;
    positions[node * 2 + 1] = Math.floor(k / columns) * stepY;
  });
  const rows = Math.ceil(count / columns);
  return {
    positions,
    boxes: new Float32Array(request.clusterCount * 4).fill(Number.NaN),
    routeOffsets: new Uint32Array(request.edges.length / 2 + 1),
    routePoints: new Float32Array(0),
    bounds: [-stepX / 2, -GLYPH_DROP, (Math.min(columns, count) - 0.5) * stepX, rows * stepY - GLYPH_DROP],
  };
}
