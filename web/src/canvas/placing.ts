// Where everything is put: asks for layouts, remembers the places of earlier pictures, keeps what the reader has
// pinned, and knows the way back from a tidy or a move. It draws nothing.

import type { MapGraph } from "../domain/map";
import { say } from "../text/text";
import { type Arranger, layoutRequest, PlaceMemory, type Places, plainLayout, sameShape } from "./arrange";
import type { LayoutRequest, LayoutResult } from "./layout/abi";
import type { Scene } from "./scene";

export interface PlacingEvents {
  /** Width by height of the room there is. */
  aspect(): number;
  /** Places for a graph; `regrouped` when the reader opened or closed boxes, or asked for order. */
  placed(graph: MapGraph, result: LayoutResult): void;
  /** Whether there is a way back. */
  undoable(can: boolean): void;
  message(sentence: string): void;
}

/** Moves and tidies that can be taken back. */
const STEPS_MAX = 20;

interface Step {
  readonly places: Places;
  readonly pins: Places;
}

export class Placing {
  /** Nodes the reader has put somewhere, and where. */
  pins: Places = new Map();
  private readonly memory = new PlaceMemory();
  private graph: MapGraph | null = null;
  private steps: readonly Step[] = [];
  private disposed = false;

  constructor(
    private readonly arranger: Arranger,
    private readonly events: PlacingEvents,
  ) {}

  /** Places for a graph; nodes that are in the scene stay unless boxes were opened or closed. */
  show(graph: MapGraph, scene: Scene | null): void {
    const stays = scene?.graph.key === graph.key;
    if (this.graph?.key !== graph.key) {
      this.forgetSteps();
    }
    this.graph = graph;
    const regrouped = stays && (scene.graph.arrangement ?? "") !== (graph.arrangement ?? "");
    const present = new Set(stays ? scene.index.keys() : []);
    this.ask(regrouped ? "tidy" : "keep", this.memory.placesFor(graph, present, this.pins));
  }

  /** The newest data of a graph whose shape is as before. */
  renew(graph: MapGraph): void {
    this.graph = graph;
  }

  /** Everything anew but what is pinned. */
  tidy(scene: Scene): void {
    this.mark(scene);
    this.ask("tidy", new Map([...placesOf(scene), ...this.pins]));
  }

  /** The reader is about to move something: `undo` leads back here. */
  mark(scene: Scene): void {
    this.steps = [...this.steps, { places: placesOf(scene), pins: this.pins }].slice(-STEPS_MAX);
    this.events.undoable(true);
  }

  /** Back to where all was before the last tidy or move. Answers whether there was one. */
  undo(): boolean {
    const step = this.steps.at(-1);
    this.steps = this.steps.slice(0, -1);
    this.events.undoable(this.steps.length > 0);
    if (step) {
      this.pins = step.pins;
      this.ask("keep", step.places);
    }
    return step !== undefined;
  }

  /** Places of an earlier visit, for a picture that has not been drawn in this one. */
  recall(key: string, places: Places): void {
    this.memory.recall(key, places);
  }

  /** What was dragged stays where it was dropped; edges and boxes follow. */
  settle(scene: Scene): void {
    this.ask("keep", placesOf(scene));
  }

  remember(graph: MapGraph, result: LayoutResult): void {
    this.memory.remember(graph, result);
  }

  dispose(): void {
    this.disposed = true;
    this.arranger.dispose();
  }

  private forgetSteps(): void {
    this.steps = [];
    this.events.undoable(false);
  }

  private ask(mode: "keep" | "tidy", places: Places): void {
    const { graph } = this;
    if (!graph) {
      return;
    }
    const request = layoutRequest(graph, places, this.events.aspect(), mode, this.pins);
    const adopt = (result: LayoutResult | null) => {
      // A data change may have come meanwhile; a change of shape has asked again and overtaken this answer.
      if (result && !this.disposed && this.graph && sameShape(graph, this.graph)) {
        this.events.placed(this.graph, result);
      }
    };
    this.arranger.request(request).then(adopt, (failure: unknown) => {
      this.explain(failure);
      adopt(plainLayout(request as LayoutRequest));
    });
  }

  private explain(failure: unknown): void {
    this.events.message(say.map.plainRows(failure instanceof Error ? failure.message : ""));
  }
}

/** Where the live nodes of a scene stand when all moves are done. */
export function placesOf(scene: Scene): Places {
  return new Map(
    [...scene.index].map(([id, i]) => {
      const { x, y } = scene.restingPlace(i);
      return [id, [x, y] as const];
    }),
  );
}
