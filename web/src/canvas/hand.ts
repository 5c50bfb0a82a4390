// The reader's hand on the map: what gestures mean once it is known what lies under them. A node or a box's title
// can be taken along; the ground pans; with shift a line is drawn around nodes.

import type { EdgeEnds } from "../domain/map";
import type { Camera, Point, Window } from "./camera";
import { type Hit, NO_HIT } from "./edge-picking";
import { Gestures, type Grip } from "./gestures";
import { within } from "./lasso";
import { endsOf, Pointing, REACH, REACH_TOUCH } from "./pointing";
import type { Scene } from "./scene";
import type { Words } from "./words";

/** What is on the screen when the hand comes. */
export interface Sight {
  readonly scene: Scene;
  readonly words: Words;
  readonly camera: Camera;
  readonly window: Window;
}

export interface HandEvents {
  /** Null while nothing is drawn. */
  look(): Sight | null;
  pan(dx: number, dy: number): void;
  zoom(x: number, y: number, factor: number, smooth: boolean): void;
  doubleTap(x: number, y: number): void;
  /** A node, or the ground (null); `adds` to what is selected. */
  select(id: string | null, adds: boolean): void;
  selectEdge(ends: EdgeEnds): void;
  /** The title of an open box. */
  fold(id: string): void;
  /** Something else is under the pointer than before. */
  hovered(id: string | null): void;
  /** Nodes are about to be taken along. */
  grab(): void;
  /** Nodes are taken along by so many px. */
  drag(nodes: readonly number[], dx: number, dy: number): void;
  drop(nodes: readonly number[]): void;
  /** A line is being drawn around nodes; null when it is done. */
  lasso(line: readonly Point[] | null): void;
  gather(ids: readonly string[]): void;
}

/** Points of a lasso; a line longer than this goes on from its last point. */
const LASSO_POINTS_MAX = 2000;

export class Hand {
  readonly pointing = new Pointing();
  private readonly gestures: Gestures;
  private carried: readonly number[] = [];
  private line: Point[] = [];

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: HandEvents,
  ) {
    this.gestures = new Gestures(canvas, {
      begin: (x, y, grip) => this.begin(x, y, grip),
      pan: (dx, dy) => events.pan(dx, dy),
      drag: (x, y, dx, dy) => this.drag(x, y, dx, dy),
      drop: () => this.drop(),
      zoom: (x, y, factor, smooth) => events.zoom(x, y, factor, smooth),
      tap: (x, y, grip) => this.tap(x, y, grip),
      doubleTap: (x, y) => events.doubleTap(x, y),
      hover: (x, y) => this.hover(this.hit(x, y, false)),
      leave: () => this.hover(NO_HIT),
    });
  }

  dispose(): void {
    this.gestures.dispose();
  }

  private hit(x: number, y: number, touch: boolean): Hit {
    const sight = this.events.look();
    if (!sight) {
      return NO_HIT;
    }
    const { scene, words, camera, window } = sight;
    return this.pointing.hit(scene, words, camera, window, x, y, touch ? REACH_TOUCH : REACH);
  }

  private begin(x: number, y: number, { touch, shift, held }: Grip): "pan" | "drag" {
    if (shift) {
      this.line = [{ x, y }];
      return "drag";
    }
    const { node, box } = this.hit(x, y, touch);
    // A finger that moves at once means the map; one that rests first means what is under it.
    if (touch && !held) {
      return "pan";
    }
    const scene = this.events.look()?.scene;
    this.carried = node >= 0 ? [node] : (scene?.membersOf(box) ?? []);
    if (this.carried.length > 0) {
      this.events.grab();
    }
    return this.carried.length > 0 ? "drag" : "pan";
  }

  private drag(x: number, y: number, dx: number, dy: number): void {
    if (this.carried.length > 0) {
      this.events.drag(this.carried, dx, dy);
    } else if (this.line.length > 0 && this.line.length < LASSO_POINTS_MAX) {
      this.line.push({ x, y });
      this.events.lasso(this.line);
    }
  }

  private drop(): void {
    if (this.carried.length > 0) {
      this.events.drop(this.carried);
      this.carried = [];
    } else if (this.line.length > 0) {
      const sight = this.events.look();
      this.events.gather(sight ? within(this.line, sight.scene, sight.camera, sight.window.size) : []);
      this.events.lasso(null);
      this.line = [];
    }
  }

  private tap(x: number, y: number, { touch, shift }: Grip): void {
    const hit = this.hit(x, y, touch);
    const scene = this.events.look()?.scene ?? null;
    const box = scene?.graph.groups[hit.box]?.id;
    const ends = endsOf(scene, hit.edge);
    if (box !== undefined) {
      this.events.fold(box);
    } else if (ends) {
      this.events.selectEdge(ends);
    } else {
      this.events.select(scene?.nodes[hit.node]?.id ?? null, shift);
    }
  }

  private hover(hit: Hit): void {
    const scene = this.events.look()?.scene ?? null;
    if (this.pointing.hover(scene, hit)) {
      this.pointing.mark(this.canvas);
      this.events.hovered(scene?.nodes[hit.node]?.id ?? null);
    }
  }
}
