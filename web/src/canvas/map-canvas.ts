// The map: takes a graph, has it laid out, draws it, and tells what the reader points at. No framework and no network;
// the host element is all it touches, and it asks for a frame only when something has changed.

import type { EdgeEnds, MapEmphasis, MapGraph, MapInsets, MapPlaces, MapTheme } from "../domain/map";
import { type Arranger, sameShape } from "./arrange";
import { type Camera, toScreen } from "./camera";
import { FLY_MS, WHEEL_MS } from "./camera-motion";
import { glyphPx } from "./detail";
import { circleAround, needsFocus } from "./focus";
import { Hand } from "./hand";
import { LassoLine } from "./lasso";
import type { LayoutResult } from "./layout/abi";
import { LayoutClient } from "./layout/client";
import { Overview } from "./overview";
import { browserColours, type Palette, paletteOf } from "./palette";
import { Pilot } from "./pilot";
import { Placing, placesOf } from "./placing";
import { Scene } from "./scene";
import { Shades } from "./shade";
import { Surface } from "./surface";
import { at } from "./typed";
import { type Direction, step } from "./walking";
import { browserMeasure, Words } from "./words";

export interface MapCallbacks {
  /** A node was clicked, or the ground (null); `adds` with shift. */
  onSelect(id: string | null, adds: boolean): void;
  onSelectEdge?(ends: EdgeEnds): void;
  onHover(id: string | null): void;
  /** The title of an open box was clicked. */
  onFold?(id: string): void;
  /** Nodes were dropped where the reader wants them: all that are pinned now. */
  onPin?(pins: MapPlaces): void;
  /** Whether there is a tidy or a move to take back. */
  onUndoable?(can: boolean): void;
  /** Everything has found its place in the picture of that key. */
  onPlaced?(key: string, places: MapPlaces): void;
  /** A line was drawn around these. */
  onGather?(ids: readonly string[]): void;
  /** Whether some of the map lies outside the window. */
  onOverflow?(some: boolean): void;
  onContextLost?(): void;
  /** A sentence for the reader: what is different from usual, and why. */
  onMessage?(sentence: string): void;
}

export interface MapOptions {
  /** A stand-in for the layout worker. */
  readonly arranger?: Arranger;
  /** `canvas` draws without WebGL2 even where it exists. */
  readonly painter?: "webgl" | "canvas";
}

const NO_EMPHASIS: MapEmphasis = { selected: null, matched: null };
const NO_NAMES: ReadonlyMap<string, string> = new Map();
const DOUBLE_TAP_FACTOR = 2;
export class MapCanvas {
  private readonly surface: Surface;
  private readonly hand: Hand;
  private readonly placing: Placing;
  private readonly words: Words;
  private readonly lasso: LassoLine;
  private readonly overview: Overview;
  private readonly shades = new Shades();
  private readonly pilot: Pilot;
  private readonly readColour = browserColours();
  private scene: Scene | null = null;
  private graph: MapGraph | null = null;
  private palette: Palette | null = null;
  private emphasis: MapEmphasis = NO_EMPHASIS;
  /** The neighbours of the selected node are away from home. */
  private focused = false;
  private raf = 0;
  private destroyed = false;

  constructor(
    host: HTMLElement,
    private readonly callbacks: MapCallbacks,
    options: MapOptions = {},
  ) {
    this.placing = new Placing(options.arranger ?? new LayoutClient(), {
      aspect: () => this.pilot.aspect,
      placed: (graph, result) => this.adopt(graph, result),
      undoable: (can) => callbacks.onUndoable?.(can),
      message: (sentence) => callbacks.onMessage?.(sentence),
    });
    this.words = new Words(browserMeasure(() => this.palette?.fontFamily ?? "sans-serif"));
    this.surface = new Surface(
      host,
      {
        resized: () => {
          this.pilot.resized();
          this.wake();
        },
        stale: () => this.wake(),
        fontsChanged: () => {
          this.words.forget();
          this.wake();
        },
        contextLost: () => callbacks.onContextLost?.(),
        message: (sentence) => callbacks.onMessage?.(sentence),
      },
      options.painter ?? "webgl",
    );
    this.pilot = new Pilot(
      () => this.surface.size,
      () => this.wake(),
    );
    this.lasso = new LassoLine(host);
    this.overview = new Overview({
      show: (some) => callbacks.onOverflow?.(some),
      moveTo: (x, y) => this.pilot.lookAt(x, y),
    });
    this.hand = this.makeHand();
    this.surface.start();
  }

  /** Shows a graph. Nodes that stay are not moved; a change of data only is drawn at once. */
  setGraph(graph: MapGraph): void {
    const before = this.graph;
    this.graph = graph;
    if (before && sameShape(before, graph)) {
      this.placing.renew(graph);
      if (this.scene && sameShape(this.scene.graph, graph)) {
        this.scene.relook(graph);
        // Colours of edges are shades; where no edge has one the nodes' looks are all.
        if (showsEdges(before) || showsEdges(graph)) {
          this.shade();
        }
        this.wake();
      }
      return;
    }
    this.placing.show(graph, this.scene);
  }

  setEmphasis(emphasis: MapEmphasis): void {
    const before = this.emphasis.focus ?? null;
    this.emphasis = emphasis;
    if (before !== (emphasis.focus ?? null)) {
      this.focus();
    }
    this.shade();
  }

  setTheme(theme: MapTheme): void {
    const fontBefore = this.palette?.fontFamily;
    this.palette = paletteOf(theme, this.readColour);
    this.pilot.still = theme.reducedMotion;
    if (fontBefore !== this.palette.fontFamily) {
      this.words.forget();
    }
    this.wake();
  }

  setInsets(insets: MapInsets): void {
    this.pilot.setInsets(insets);
    this.wake();
  }

  /** Where the reader, or another of the same view, has put nodes; all others stay as they are. */
  setPins(pins: MapPlaces): void {
    const before = this.placing.pins;
    this.placing.pins = pins;
    if (this.scene && this.graph && before !== pins) {
      this.scene.pin(pins);
      this.placing.show(this.graph, this.scene);
      this.wake();
    }
  }

  /** Where nodes of that picture were on an earlier visit. */
  recall(key: string, places: MapPlaces): void {
    this.placing.recall(key, places);
  }

  /** Draws an overview on this element, which moves the map when it is pressed; null for none. */
  setOverview(canvas: HTMLCanvasElement | null): void {
    this.overview.attach(canvas);
    this.wake();
  }

  /** Shows everything clear of the chrome, and follows changes again until the reader moves the camera. */
  fit(animate = true): void {
    this.pilot.fit(animate);
  }

  /** Zooms around the middle of the free part of the canvas. */
  zoomBy(factor: number): void {
    this.pilot.zoomMiddle(factor);
  }

  /** Moves the picture by so many px. */
  panBy(dx: number, dy: number): void {
    this.pilot.pan(dx, dy);
  }

  /** Brings a node to the middle, near enough to read. */
  centreOn(id: string): void {
    const i = this.scene?.index.get(id);
    if (this.scene && i !== undefined) {
      this.pilot.centreOn(this.scene.restingPlace(i));
    }
  }

  /** Lays everything out anew but what is pinned; `undo` brings the places before back. */
  tidy(): void {
    if (this.scene) {
      this.pilot.release();
      this.placing.tidy(this.scene);
    }
  }

  /** Takes the last tidy or move back. Answers whether there was one. */
  undo(): boolean {
    const undone = this.placing.undo();
    if (undone) {
      this.callbacks.onPin?.(this.placing.pins);
    }
    return undone;
  }

  /** Where an arrow key leads: along an edge, else to the nearest node that way. */
  neighbour(from: string, direction: Direction): string | null {
    const i = this.scene?.index.get(from);
    if (!this.scene || i === undefined) {
      return null;
    }
    return this.scene.nodes[step(this.scene, i, direction)]?.id ?? null;
  }

  /** Middle of a node's glyph, CSS px from the host's top left corner. */
  screenPosition(id: string): { x: number; y: number } | null {
    const i = this.scene?.index.get(id);
    if (!this.scene || i === undefined || this.surface.empty) {
      return null;
    }
    const place = { x: at(this.scene.xs, i), y: at(this.scene.ys, i) };
    return toScreen(this.pilot.camera, this.surface.size, place);
  }

  /** Which painter draws, how large a glyph is and where the camera stands: for tests and the status line. */
  describe(): { painter: string; camera: Camera; glyphPx: number; words: number } {
    const { camera } = this.pilot;
    return { painter: this.surface.kind, camera, glyphPx: glyphPx(camera.scale), words: this.words.count };
  }

  destroy(): void {
    this.destroyed = true;
    cancelAnimationFrame(this.raf);
    this.hand.dispose();
    this.placing.dispose();
    this.overview.attach(null);
    this.lasso.dispose();
    this.surface.destroy();
  }

  private makeHand(): Hand {
    const { callbacks } = this;
    return new Hand(this.surface.canvas, {
      look: () => this.sight(),
      pan: (dx, dy) => this.pilot.pan(dx, dy),
      zoom: (x, y, factor, smooth) => this.pilot.zoom(x, y, factor, smooth ? WHEEL_MS : 0),
      doubleTap: (x, y) => this.pilot.zoom(x, y, DOUBLE_TAP_FACTOR, FLY_MS),
      select: (id, adds) => callbacks.onSelect(id, adds),
      selectEdge: (ends) => callbacks.onSelectEdge?.(ends),
      fold: (id) => callbacks.onFold?.(id),
      hovered: (id) => {
        callbacks.onHover(id);
        this.shade();
      },
      grab: () => this.scene && this.placing.mark(this.scene),
      drag: (nodes, dx, dy) => this.drag(nodes, dx, dy),
      drop: (nodes) => this.drop(nodes),
      lasso: (line) => this.lasso.draw(line),
      gather: (ids) => callbacks.onGather?.(ids),
    });
  }

  private sight() {
    const { scene, words, pilot } = this;
    return scene && { scene, words, camera: pilot.camera, window: pilot.window };
  }

  private adopt(graph: MapGraph, result: LayoutResult): void {
    const before = this.scene;
    const samePicture = before !== null && before.graph.key === graph.key;
    const regrouped = samePicture && before.graph.arrangement !== graph.arrangement;
    this.scene = new Scene(graph, result, before, performance.now(), !this.pilot.still);
    this.scene.pin(this.placing.pins);
    this.placing.remember(graph, result);
    this.callbacks.onPlaced?.(graph.key, placesOf(this.scene));
    this.hand.pointing.adopt(this.scene);
    this.shade();
    this.pilot.adopt(this.scene, samePicture, regrouped);
    this.stayFocused(this.scene);
    this.wake();
  }

  /** Brings the neighbours of the selected node to where they can be read, or everybody home. */
  private focus(): void {
    const { scene, pilot } = this;
    const node = scene?.index.get(this.emphasis.focus ?? "") ?? -1;
    const wasAway = this.focused;
    this.focused = scene !== null && node >= 0 && needsFocus(scene, node, pilot.camera, pilot.window.size);
    if (!scene || !(wasAway || this.focused)) {
      return;
    }
    const circle = this.focused ? circleAround(scene, node) : null;
    scene.visit(circle?.places ?? new Map(), performance.now(), !pilot.still);
    if (circle) {
      pilot.visit(circle.bounds);
    } else {
      pilot.leave();
    }
    this.wake();
  }

  /** In a new scene the neighbours are where they were in the one before. */
  private stayFocused(scene: Scene): void {
    const node = scene.index.get(this.emphasis.focus ?? "");
    if (node === undefined) {
      this.focused = false;
    } else if (this.focused) {
      scene.visit(circleAround(scene, node).places, performance.now(), false);
    }
  }

  private shade(): void {
    if (this.scene) {
      const { hovered } = this.hand.pointing;
      this.shades.update(this.scene, this.emphasis, hovered, performance.now(), !this.pilot.still);
      this.wake();
    }
  }

  private drag(nodes: readonly number[], dx: number, dy: number): void {
    const { scale } = this.pilot.camera;
    this.pilot.hold();
    this.scene?.carry(nodes, dx / scale, dy / scale);
    this.wake();
  }

  private drop(nodes: readonly number[]): void {
    const { scene } = this;
    if (scene) {
      const moved = nodes.flatMap((i) => {
        const { x, y } = scene.restingPlace(i);
        const id = scene.nodes[i]?.id;
        return id === undefined ? [] : [[id, [x, y]] as const];
      });
      const pins = new Map([...this.placing.pins, ...moved]);
      this.placing.pins = pins;
      this.placing.settle(scene);
      this.callbacks.onPin?.(pins);
    }
  }

  private wake(): void {
    if (this.raf === 0 && !this.destroyed) {
      this.raf = requestAnimationFrame((now) => this.frame(now));
    }
  }

  private frame(now: number): void {
    this.raf = 0;
    const { scene, palette, shades } = this;
    if (!scene || !palette || this.surface.empty) {
      return;
    }
    const { window } = this.pilot;
    const flying = this.pilot.step(now);
    const moving = scene.step(now);
    const mix = shades.mix(now);
    const { appear, vanish } = scene.fades(now);
    const { camera } = this.pilot;
    this.words.names = this.emphasis.names ?? NO_NAMES;
    const waiting = this.words.update(scene, shades, palette, camera, window, { mix, appear });
    const whole = this.surface.draw({
      scene,
      shades,
      palette,
      camera,
      texts: this.words.texts,
      textCount: this.words.count,
      mix,
      appear,
      vanish,
    });
    this.overview.draw(scene, palette, camera, window);
    if (flying || moving || mix < 1 || waiting || !whole) {
      this.wake();
    }
  }
}

function showsEdges(graph: MapGraph): boolean {
  return graph.edges.some(({ look }) => look !== undefined && look.tone !== "plain");
}
