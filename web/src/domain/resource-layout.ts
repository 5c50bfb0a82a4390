// Where the blocks of the resources are drawn: hosts side by side, each with a heading and its capacity, in it
// containers, in them processes; areas in proportion to what is used.

import { type Block, sumOf } from "./resources";
import { type Box, treemap } from "./treemap";

/** What the area of a host stands for: what is used of it, or all there is. */
export type ResourceScale = "used" | "capacity";

export interface Placed {
  readonly block: Block;
  /** 0 for hosts, 1 and 2 for what is in them. */
  readonly depth: number;
  /** Key of the block around it, null for hosts. */
  readonly parent: string | null;
  readonly box: Box;
  /** Key of the host it is on, whose hue and name it shares. */
  readonly host: string;
}

/** px */
const GAP = 4;
const HOST_HEAD = 40;
const HEAD = 18;
const PAD = 3;
/** Blocks smaller than this in either direction are only an area without words, and less than that nothing. */
const SIDE_MIN = 3;
/** Blocks drawn at once; more would make the page slow, and nobody could tell them apart. */
const PLACED_MAX = 1500;
/** A host of little capacity is still large enough to be read. */
const HOST_SHARE_MIN = 0.35;

/** All blocks that are large enough to be seen, those around others first. */
export function placeResources(
  hosts: readonly Block[],
  width: number,
  height: number,
  scale: ResourceScale,
): readonly Placed[] {
  const placed: Placed[] = [];
  const mean = hosts.reduce((sum, { capacity }) => sum + capacity, 0) / Math.max(1, hosts.length);
  const weights = hosts.map(({ capacity }) => (mean > 0 ? Math.max(capacity, mean * HOST_SHARE_MIN) : 1));
  const boxes = treemap(weights, { x: GAP, y: GAP, width: width - GAP, height: height - GAP });
  hosts.forEach((host, at) => {
    const whole = boxes[at];
    if (whole === undefined) return;
    const box = { ...whole, width: whole.width - GAP, height: whole.height - GAP };
    if (!put(placed, { block: host, depth: 0, parent: null, box, host: host.key })) return;
    const inside = inset(box, HOST_HEAD, PAD * 2);
    placeChildren(placed, host, scale === "used" ? inside : usedPart(host, inside), 1, host.key);
  });
  return placed;
}

function placeChildren(placed: Placed[], around: Block, inside: Box, depth: number, host: string): void {
  // What the children do not account for is the parent's own; where they have more, they share its area.
  const own = depth === 1 ? 0 : Math.max(0, around.value - sumOf(around.children));
  const boxes = treemap([...around.children.map(weightOf), own], inside);
  around.children.forEach((block, at) => {
    const box = boxes[at];
    if (box === undefined || !put(placed, { block, depth, parent: around.key, box, host })) return;
    if (block.children.length > 0) placeChildren(placed, block, inset(box, HEAD, PAD), depth + 1, host);
  });
}

/** A block is never smaller than what is in it. */
function weightOf({ value, children }: Block): number {
  return Math.max(value, sumOf(children));
}

function put(placed: Placed[], one: Placed): boolean {
  if (one.box.width < SIDE_MIN || one.box.height < SIDE_MIN || placed.length >= PLACED_MAX) return false;
  placed.push(one);
  return true;
}

function inset({ x, y, width, height }: Box, head: number, pad: number): Box {
  return {
    x: x + pad,
    y: y + head,
    width: Math.max(0, width - pad * 2),
    height: Math.max(0, height - head - pad),
  };
}

/** The part of a host's area that is used, from the left; the rest is free. */
function usedPart({ value, capacity }: Block, inside: Box): Box {
  const share = capacity > 0 ? Math.min(1, value / capacity) : 1;
  return { ...inside, width: inside.width * share };
}

export type ResourceStep = "in" | "out" | "next" | "previous";

/** The key of the block reached from `from` by a step, null where there is none; the first block from nowhere. */
export function stepTo(placed: readonly Placed[], from: string | null, step: ResourceStep): string | null {
  const current = placed.find(({ block }) => block.key === from);
  if (current === undefined) return placed[0]?.block.key ?? null;
  if (step === "out") return current.parent;
  if (step === "in") return placed.find(({ parent }) => parent === from)?.block.key ?? null;
  const siblings = placed.filter(({ parent }) => parent === current.parent);
  const to = siblings.indexOf(current) + (step === "next" ? 1 : -1);
  return siblings[to]?.block.key ?? null;
}
