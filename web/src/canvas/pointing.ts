// What the pointer is on: a node, a node's words, else an edge; and what is lit up because of it.

import type { EdgeEnds } from "../domain/map";
import type { Camera, Window } from "./camera";
import { edgeAt, type Hit, NO_HIT } from "./edge-picking";
import { Picker } from "./picking";
import type { Scene } from "./scene";
import type { Words } from "./words";

/** How far from the middle of a node, and from the path of an edge, it is found at least. */
export interface Reach {
  readonly nodePx: number;
  readonly edgePx: number;
}

export const REACH: Reach = { nodePx: 10, edgePx: 7 };
/** Fingers are wider. */
export const REACH_TOUCH: Reach = { nodePx: 22, edgePx: 16 };

/** The ends of an edge of the scene, null for none. */
export function endsOf(scene: Scene | null, edge: number): EdgeEnds | null {
  const row = scene?.edges[edge];
  const from = row && scene?.nodes[row.source]?.id;
  const to = row && scene?.nodes[row.target]?.id;
  return from === undefined || to === undefined ? null : { from, to };
}

export class Pointing {
  hovered: Hit = NO_HIT;
  private readonly picker = new Picker();
  private hoveredId: string | null = null;
  private hoveredEnds: EdgeEnds | null = null;

  hit(scene: Scene, words: Words, camera: Camera, window: Window, x: number, y: number, reach: Reach): Hit {
    const found = this.picker.nodeAt(scene, camera, window.size, { x, y }, reach.nodePx);
    const box = found >= 0 ? -1 : words.titleAt(x, y);
    const node = found >= 0 || box >= 0 ? found : words.nodeAt(x, y, camera, window);
    if (node >= 0 || box >= 0) {
      return { node, edge: -1, box };
    }
    return { ...NO_HIT, edge: edgeAt(scene, camera, window.size, { x, y }, reach.edgePx) };
  }

  /** Takes over what is pointed at. Answers whether it is something else than before. */
  hover(scene: Scene | null, hit: Hit): boolean {
    const { node, edge, box } = this.hovered;
    const changed = hit.node !== node || hit.edge !== edge || hit.box !== box;
    this.hovered = hit;
    this.hoveredId = scene?.nodes[hit.node]?.id ?? null;
    this.hoveredEnds = endsOf(scene, hit.edge);
    return changed;
  }

  /** Finds the same things in a new scene. */
  adopt(scene: Scene): void {
    const node = this.hoveredId === null ? -1 : (scene.index.get(this.hoveredId) ?? -1);
    this.hovered = { node, edge: scene.edgeBetween(this.hoveredEnds), box: -1 };
  }

  /** Shows on the canvas what can be clicked. */
  mark(canvas: HTMLCanvasElement): void {
    const { node, edge, box } = this.hovered;
    const under = box >= 0 ? "box" : node >= 0 ? "node" : edge >= 0 ? "edge" : "ground";
    canvas.style.cursor = under === "ground" ? "" : "pointer";
    // For those who look from outside, as tests do.
    canvas.dataset.under = under;
    canvas.dataset.node = this.hoveredId ?? "";
  }
}
