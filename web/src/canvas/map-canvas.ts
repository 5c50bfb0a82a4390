// The map: takes a graph, has it laid out, draws it, and tells what the reader points at. No framework and no network;
// the host element is all it touches, and it asks for a frame only when something has changed.

import type { EdgeEnds, MapEmphasis, MapGraph, MapInsets, MapTheme } from "../domain/map";
import { type Arranger, layoutRequest, PlaceMemory, type Places, plainLayout, sameShape } from "./arrange";
import { type Camera, centredOn, freeRectangle, lags, sameInsets, toScreen, type Window } from "./camera";
import { CameraMotion, FLY_MS, WHEEL_MS } from "./camera-motion";
import { glyphPx } from "./detail";
import { type Hit, NO_HIT } from "./edge-picking";
import { bestFit, FitContent, isSeen } from "./fit";
import { Gestures } from "./gestures";
import type { LayoutRequest, LayoutResult } from "./layout/abi";
import { LayoutClient } from "./layout/client";
import { browserColours, type Palette, paletteOf } from "./palette";
import { endsOf, Pointing, REACH, REACH_TOUCH } from "./pointing";
import { MOVE_MS, Scene } from "./scene";
import { Shades } from "./shade";
import { Surface } from "./surface";
import { at } from "./typed";
import { type Direction, step } from "./walking";
import { browserMeasure, Words } from "./words";

export interface MapCallbacks {
  onSelect(id: string | null): void;
  onSelectEdge?(ends: EdgeEnds): void;
  onHover(id: string | null): void;
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
const NO_INSETS: MapInsets = { top: 0, right: 0, bottom: 0, left: 0 };
const DOUBLE_TAP_FACTOR = 2;
/** `centreOn` zooms in to this scale, never out. */
const READING_SCALE = 0.9;
/** An unmoved camera follows when the picture has outgrown the window, or fills much less of it. */
const REFIT_RATIO = 1.18;
/** When chrome went away the reader made room, and wants it used. */
const REFIT_RATIO_CHROME = 1.03;
const REFIT_SLACK_PX = 2;

export class MapCanvas {
  private readonly surface: Surface;
  private readonly gestures: Gestures;
  private readonly arranger: Arranger;
  private readonly words: Words;
  private readonly shades = new Shades();
  private readonly camera = new CameraMotion();
  private readonly places = new PlaceMemory();
  private readonly pointing = new Pointing();
  private readonly readColour = browserColours();
  private scene: Scene | null = null;
  private content: FitContent | null = null;
  private graph: MapGraph | null = null;
  private palette: Palette | null = null;
  private reducedMotion = false;
  private emphasis: MapEmphasis = NO_EMPHASIS;
  private insets: MapInsets = NO_INSETS;
  private beforeTidy: Places | null = null;
  private raf = 0;
  private destroyed = false;

  constructor(
    host: HTMLElement,
    private readonly callbacks: MapCallbacks,
    options: MapOptions = {},
  ) {
    this.arranger = options.arranger ?? new LayoutClient();
    this.words = new Words(browserMeasure(() => this.palette?.fontFamily ?? "sans-serif"));
    this.surface = new Surface(
      host,
      {
        resized: () => this.resized(),
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
    this.gestures = new Gestures(this.surface.canvas, {
      pan: (dx, dy) => this.pan(dx, dy),
      zoom: (x, y, factor, smooth) => this.zoomAround(x, y, factor, smooth ? WHEEL_MS : 0),
      tap: (x, y, touch) => this.tap(x, y, touch),
      doubleTap: (x, y) => this.zoomAround(x, y, DOUBLE_TAP_FACTOR, FLY_MS),
      hover: (x, y) => this.hover(this.pick(x, y, false)),
      leave: () => this.hover(NO_HIT),
    });
    this.surface.start();
  }

  /** Shows a graph. Nodes that stay are not moved; a change of data only is drawn at once. */
  setGraph(graph: MapGraph): void {
    const before = this.graph;
    this.graph = graph;
    if (before && sameShape(before, graph)) {
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
    if (before?.key !== graph.key) {
      this.beforeTidy = null;
    }
    const present = new Set(this.scene?.graph.key === graph.key ? this.scene.index.keys() : []);
    this.arrange("keep", this.places.placesFor(graph, present));
  }

  setEmphasis(emphasis: MapEmphasis): void {
    this.emphasis = emphasis;
    this.shade();
  }

  setTheme(theme: MapTheme): void {
    const fontBefore = this.palette?.fontFamily;
    this.palette = paletteOf(theme, this.readColour);
    this.reducedMotion = theme.reducedMotion;
    if (fontBefore !== this.palette.fontFamily) {
      this.words.forget();
    }
    this.wake();
  }

  setInsets(insets: MapInsets): void {
    const same = sameInsets(insets, this.insets);
    this.insets = insets;
    if (!same && !this.camera.touched) {
      this.follow(REFIT_RATIO_CHROME);
    }
    this.wake();
  }

  /** Shows everything clear of the chrome, and follows changes again until the reader moves the camera. */
  fit(animate = true): void {
    if (this.content && !this.surface.empty) {
      const wanted = bestFit(this.content, this.window());
      this.camera.fit(wanted, performance.now(), animate ? this.motion(FLY_MS) : 0);
      this.wake();
    }
  }

  /** Zooms around the middle of the free part of the canvas. */
  zoomBy(factor: number): void {
    const free = freeRectangle(this.window());
    this.zoomAround((free.x0 + free.x1) / 2, (free.y0 + free.y1) / 2, factor, FLY_MS);
  }

  /** Brings a node to the middle, near enough to read. */
  centreOn(id: string): void {
    const i = this.scene?.index.get(id);
    if (this.scene && i !== undefined && !this.surface.empty) {
      const { x, y } = this.scene.restingPlace(i);
      const scale = Math.max(this.camera.target.scale, READING_SCALE);
      this.camera.touched = true;
      this.camera.go(centredOn(x, y, scale, this.window()), performance.now(), this.motion(FLY_MS));
      this.wake();
    }
  }

  /** Lays everything out anew; `undoTidy` brings the places before back. */
  tidy(): void {
    if (this.scene) {
      const { scene } = this;
      this.beforeTidy = new Map(
        [...scene.index].map(([id, i]) => {
          const { x, y } = scene.restingPlace(i);
          return [id, [x, y] as const];
        }),
      );
      this.camera.touched = false;
      this.arrange("tidy", this.beforeTidy);
    }
  }

  undoTidy(): void {
    if (this.beforeTidy) {
      this.camera.touched = false;
      this.arrange("keep", this.beforeTidy);
      this.beforeTidy = null;
    }
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
    return toScreen(this.camera.current, this.surface.size, place);
  }

  /** Which painter draws, how large a glyph is and where the camera stands: for tests and the status line. */
  describe(): { painter: string; camera: Camera; glyphPx: number; words: number } {
    const camera = this.camera.current;
    return { painter: this.surface.kind, camera, glyphPx: glyphPx(camera.scale), words: this.words.count };
  }

  destroy(): void {
    this.destroyed = true;
    cancelAnimationFrame(this.raf);
    this.gestures.dispose();
    this.arranger.dispose();
    this.surface.destroy();
  }

  private window(): Window {
    return { size: this.surface.size, insets: this.insets };
  }

  private motion(ms: number): number {
    return this.reducedMotion ? 0 : ms;
  }

  private arrange(mode: "keep" | "tidy", places: Places): void {
    const { graph } = this;
    if (!graph) {
      return;
    }
    const free = freeRectangle(this.window());
    const aspect = (free.x1 - free.x0) / (free.y1 - free.y0);
    const request = layoutRequest(graph, places, aspect, mode);
    const adopt = (result: LayoutResult | null) => {
      // A data change may have come meanwhile; a change of shape has asked again and overtaken this answer.
      if (result && !this.destroyed && this.graph && sameShape(graph, this.graph)) {
        this.adopt(this.graph, result);
      }
    };
    this.arranger.request(request).then(adopt, (failure: unknown) => {
      this.explain(failure);
      adopt(plainLayout(request as LayoutRequest));
    });
  }

  private explain(failure: unknown): void {
    const why = failure instanceof Error ? ` ${failure.message}` : "";
    this.callbacks.onMessage?.(
      `The map is shown in plain rows because its layout could not be worked out.${why}`,
    );
  }

  private adopt(graph: MapGraph, result: LayoutResult): void {
    const before = this.scene;
    const samePicture = before !== null && before.graph.key === graph.key;
    this.scene = new Scene(graph, result, before, performance.now(), !this.reducedMotion);
    this.content = new FitContent(this.scene);
    this.places.remember(graph, result);
    this.pointing.adopt(this.scene);
    this.shade();
    if (!samePicture) {
      this.fit(false);
    } else if (!this.camera.touched) {
      this.follow(REFIT_RATIO);
    }
    this.wake();
  }

  /** Fits again when the picture no longer suits the window; small changes leave the camera still. */
  private follow(ratio: number): void {
    if (!this.content || this.surface.empty) {
      return;
    }
    const { target } = this.camera;
    const wanted = bestFit(this.content, this.window());
    const isShown = isSeen(this.content, target, this.window(), REFIT_SLACK_PX);
    if (!isShown || lags(target, wanted, this.surface.size, ratio)) {
      this.camera.fit(wanted, performance.now(), this.motion(MOVE_MS));
    }
  }

  private shade(): void {
    if (this.scene) {
      const { hovered } = this.pointing;
      this.shades.update(this.scene, this.emphasis, hovered, performance.now(), !this.reducedMotion);
      this.wake();
    }
  }

  private resized(): void {
    if (this.surface.empty) {
      return;
    }
    if (this.camera.touched) {
      this.wake();
    } else {
      this.fit(false);
    }
  }

  private pan(dx: number, dy: number): void {
    if (this.scene) {
      this.camera.pan(dx, dy, this.scene.bounds, this.window());
      this.wake();
    }
  }

  private zoomAround(x: number, y: number, factor: number, takesMs: number): void {
    if (this.scene && Number.isFinite(factor) && factor > 0) {
      this.camera.zoom(
        { x, y },
        factor,
        this.scene.bounds,
        this.window(),
        performance.now(),
        this.motion(takesMs),
      );
      this.wake();
    }
  }

  private tap(x: number, y: number, touch: boolean): void {
    const hit = this.pick(x, y, touch);
    const ends = endsOf(this.scene, hit.edge);
    if (ends) {
      this.callbacks.onSelectEdge?.(ends);
    } else {
      this.callbacks.onSelect(this.scene?.nodes[hit.node]?.id ?? null);
    }
  }

  private hover(hit: Hit): void {
    if (this.pointing.hover(this.scene, hit)) {
      this.pointing.mark(this.surface.canvas);
      this.callbacks.onHover(this.scene?.nodes[hit.node]?.id ?? null);
      this.shade();
    }
  }

  private pick(x: number, y: number, touch: boolean): Hit {
    const { scene, words } = this;
    const reach = touch ? REACH_TOUCH : REACH;
    return scene ? this.pointing.hit(scene, words, this.camera.current, this.window(), x, y, reach) : NO_HIT;
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
    const flying = this.camera.step(now);
    const moving = scene.step(now);
    const mix = shades.mix(now);
    const { appear, vanish } = scene.fades(now);
    const camera = this.camera.current;
    const waiting = this.words.update(scene, shades, palette, camera, this.window(), { mix, appear });
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
    if (flying || moving || mix < 1 || waiting || !whole) {
      this.wake();
    }
  }
}

function showsEdges(graph: MapGraph): boolean {
  return graph.edges[0]?.look !== undefined;
}
