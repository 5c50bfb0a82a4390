// The words that cross between this client and `layout.wasm`, and nothing else.
//
// Why: one flat buffer of 32-bit words needs no binding generator, and a typed array of it can be
// handed to the worker without a copy. The other end is `crates/model/layout_wasm/src/lib.rs`; both
// start a message with `ABI_VERSION`, so an old file in a cache is refused instead of misread.
// This file starts no worker and touches no canvas.

/** First word of a request; the last digits count the changes of the format. */
export const ABI_VERSION = 0x4c590002;

/** Words of a request before its arrays. */
const REQUEST_HEAD_WORDS = 8;

/** Words of an answer before its arrays. */
const ANSWER_HEAD_WORDS = 8;

/** No cluster. */
export const NO_CLUSTER = 0xffff_ffff;

/** More nodes than this are refused by `layout.wasm` (`NODES_MAX` there). */
export const NODES_MAX = 100_000;

/** More edges than this are refused by `layout.wasm` (`EDGES_MAX` there). */
export const EDGES_MAX = 400_000;

/**
 * Where in a node's box the position of a node lies, as a share of the box's height from its top:
 * the middle of a glyph of 40 px under 4 px of air, in a box of 90 px that ends in two label lines.
 */
export const NODE_ANCHOR = 24 / 90;

/** What to lay out. All arrays are copied; the caller keeps them. */
export interface LayoutRequest {
  /** Widths of the node boxes (glyph and label), in px of the scene; one per node. */
  readonly widths: Float32Array;
  /** Heights of the node boxes, in px of the scene; one per node. */
  readonly heights: Float32Array;
  /** Cluster of each node, `0 … clusterCount - 1`; any other number is no cluster. */
  readonly clusters: Uint32Array;
  /** How many clusters get a box; 0 is the ungrouped view. */
  readonly clusterCount: number;
  /** The cluster that holds each cluster; any other number, or nothing, is none. Two deep, not more. */
  readonly outer?: Uint32Array;
  /** Client and server of each edge, as pairs of node indices. */
  readonly edges: Uint32Array;
  /** Where each node is now (`x, y` pairs as in `LayoutResult.positions`); `NaN` is not known. */
  readonly previous: Float32Array;
  /** Width divided by height of the window to fill. */
  readonly aspect: number;
  /** `keep`: nodes with a previous position do not move. `tidy`: everything anew. */
  readonly mode: "keep" | "tidy";
  /** Not 0: the node stays at its previous position in `tidy` as well. */
  readonly pinned?: Uint8Array;
  /** Where in its box a node's position lies; `NODE_ANCHOR` unless said otherwise. */
  readonly anchor?: number;
}

/** Where everything goes, in px of the scene, y down. */
export interface LayoutResult {
  /**
   * `x, y` of each node: the middle of its glyph, where its edges end. Its box reaches
   * `anchor · height` above and the rest of its height below.
   */
  readonly positions: Float32Array;
  /** `x0, y0, x1, y1` of each cluster, title room included; all `NaN` for an empty cluster. */
  readonly boxes: Float32Array;
  /**
   * Way points of edge `i` are the points `routeOffsets[i] … routeOffsets[i + 1] - 1` of
   * `routePoints`, from the client to the server, both ends left out. None: draw it directly.
   */
  readonly routeOffsets: Uint32Array;
  /** `x, y` of all way points. */
  readonly routePoints: Float32Array;
  /** `x0, y0, x1, y1` around all node boxes, cluster boxes and routes. */
  readonly bounds: readonly [number, number, number, number];
}

/** A request that has the wrong shape, or an answer that `layout.wasm` refused to give. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
}

/** What the exported functions of `layout.wasm` look like from here. */
export interface LayoutExports {
  readonly memory: WebAssembly.Memory;
  layout_alloc(words: number): number;
  layout_free(pointer: number, words: number): void;
  layout_run(pointer: number, words: number): number;
}

/** Whether a freshly loaded module is the one this file was written for. */
export function isLayoutExports(exports: WebAssembly.Exports): boolean {
  return (
    exports.memory instanceof WebAssembly.Memory &&
    typeof exports.layout_alloc === "function" &&
    typeof exports.layout_free === "function" &&
    typeof exports.layout_run === "function"
  );
}

/** The request as words. Throws a `LayoutError` when its arrays do not fit together. */
export function encodeRequest(request: LayoutRequest): ArrayBuffer {
  const nodes = request.widths.length;
  const edges = request.edges.length / 2;
  checkShape(request, nodes, edges);
  const clusters = request.clusterCount;
  const buffer = new ArrayBuffer(4 * (REQUEST_HEAD_WORDS + 6 * nodes + 2 * edges + clusters));
  const words = new Uint32Array(buffer);
  const floats = new Float32Array(buffer);
  words.set([ABI_VERSION, nodes, edges, clusters, request.mode === "keep" ? 0 : 1]);
  floats.set([request.aspect, request.anchor ?? NODE_ANCHOR], 5);
  const head = REQUEST_HEAD_WORDS;
  floats.set(request.widths, head);
  floats.set(request.heights, head + nodes);
  words.set(request.clusters, head + 2 * nodes);
  floats.set(request.previous, head + 3 * nodes);
  words.set(request.pinned ?? new Uint8Array(nodes), head + 5 * nodes);
  words.set(request.edges, head + 6 * nodes);
  words.set(request.outer ?? new Uint32Array(clusters).fill(NO_CLUSTER), head + 6 * nodes + 2 * edges);
  return buffer;
}

/** The answer's arrays, as views of its words. Throws a `LayoutError` when it is cut or foreign. */
export function decodeResult(answer: ArrayBuffer): LayoutResult {
  const head = new Uint32Array(answer, 0, Math.min(ANSWER_HEAD_WORDS, answer.byteLength >> 2));
  const [words = 0, nodes = 0, clusters = 0, edges = 0] = head;
  const pointsAt = ANSWER_HEAD_WORDS + 2 * nodes + 4 * clusters + edges + 1;
  if (head.length < ANSWER_HEAD_WORDS || words * 4 > answer.byteLength || pointsAt > words) {
    throw new LayoutError("The layout module gave an answer that ends too early.");
  }
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = new Float32Array(answer, 4 * 4, 4);
  const byteOf = (word: number): number => 4 * word;
  const boxesAt = ANSWER_HEAD_WORDS + 2 * nodes;
  const offsetsAt = boxesAt + 4 * clusters;
  return {
    positions: new Float32Array(answer, byteOf(ANSWER_HEAD_WORDS), 2 * nodes),
    boxes: new Float32Array(answer, byteOf(boxesAt), 4 * clusters),
    routeOffsets: new Uint32Array(answer, byteOf(offsetsAt), edges + 1),
    routePoints: new Float32Array(answer, byteOf(pointsAt), words - pointsAt),
    bounds: [x0, y0, x1, y1],
  };
}

/** Runs one request in a loaded module and copies its answer out, leaving its memory as it was. */
export function runLayout(module: LayoutExports, request: ArrayBuffer): ArrayBuffer {
  const words = request.byteLength >> 2;
  const input = module.layout_alloc(words);
  if (input === 0) throw new LayoutError("The graph is too large for the layout module.");
  new Uint32Array(module.memory.buffer, input, words).set(new Uint32Array(request));
  const output = module.layout_run(input, words);
  module.layout_free(input, words);
  if (output === 0) throw new LayoutError("The layout module refused the graph.");
  const outputWords = new Uint32Array(module.memory.buffer, output, 1)[0] ?? 0;
  const answer = module.memory.buffer.slice(output, output + 4 * outputWords) as ArrayBuffer;
  module.layout_free(output, outputWords);
  return answer;
}

function checkShape(request: LayoutRequest, nodes: number, edges: number): void {
  const fits =
    request.heights.length === nodes &&
    request.clusters.length === nodes &&
    request.previous.length === 2 * nodes &&
    (request.pinned === undefined || request.pinned.length === nodes) &&
    (request.outer === undefined || request.outer.length === request.clusterCount) &&
    Number.isInteger(edges);
  if (!fits) throw new LayoutError("The arrays of a layout request have different lengths.");
  if (nodes > NODES_MAX || edges > EDGES_MAX) {
    throw new LayoutError(`The graph has more than ${NODES_MAX} nodes or ${EDGES_MAX} edges.`);
  }
}
