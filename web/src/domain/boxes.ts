// Which box each node is in: by what it says of itself, up to two deep, or with all others that talk to nobody.

import { say } from "../text/text";
import type { Nodes } from "./diff";
import { type GroupBy, groupByTitle, groupValue } from "./group-keys";
import type { MapGraph, MapNode } from "./map";

/** Between the parts of a box's id; reports cannot contain it. */
export const PART = "\u001f";
const ID_PREFIX = "box:";

export interface Box {
  readonly id: string;
  readonly title: string;
  readonly level: number;
  readonly outer: Box | null;
  readonly members: number[];
}

/** Nodes that talk to nobody share a box where there are so many beside some that do. */
const LOOSE_MIN = 8;
export const LOOSE_ID = `${ID_PREFIX}loose`;

/** Whether an id on the map is that of a box. */
export function isBox(id: string): boolean {
  return id.startsWith(ID_PREFIX);
}

/** What a box is called: its value, or that its nodes have none. */
function titleOf(by: GroupBy, value: string): string {
  return value === "" ? say.things.ungrouped(groupByTitle(by)) : value;
}

export class Boxes {
  readonly all = new Map<string, Box>();
  private readonly foldsLoose: boolean;

  constructor(
    private readonly graph: MapGraph,
    private readonly nodes: Nodes,
    private readonly by: readonly GroupBy[],
  ) {
    const loose = graph.nodes.filter(({ degree }) => degree === 0).length;
    this.foldsLoose = loose >= LOOSE_MIN && loose < graph.nodes.length;
  }

  /** The innermost box of a node; null for one that stands alone. */
  boxOf(index: number): Box | null {
    const node = this.graph.nodes[index];
    const summary = node === undefined ? undefined : this.nodes.get(node.id);
    if (node === undefined || summary === undefined) return null;
    const [outerBy, innerBy] = this.by;
    if (outerBy === undefined) return this.looseBox(node, index);
    const value = groupValue(summary, outerBy);
    // Pseudo nodes belong nowhere unless they say so.
    if (value === "" && node.pseudo) return null;
    const outer = this.box(`${ID_PREFIX}${outerBy}=${value}`, titleOf(outerBy, value), null);
    outer.members.push(index);
    const within = innerBy === undefined ? "" : groupValue(summary, innerBy);
    if (innerBy === undefined || within === "") return outer;
    const inner = this.box(`${outer.id}${PART}${innerBy}=${within}`, within, outer);
    inner.members.push(index);
    return inner;
  }

  private looseBox({ degree }: MapNode, index: number): Box | null {
    if (degree > 0 || !this.foldsLoose) return null;
    const box = this.box(LOOSE_ID, say.things.loose, null);
    box.members.push(index);
    return box;
  }

  private box(id: string, title: string, outer: Box | null): Box {
    const found = this.all.get(id);
    if (found !== undefined) return found;
    const made = { id, title, level: outer === null ? 0 : 1, outer, members: [] };
    this.all.set(id, made);
    return made;
  }
}
