// Steers the camera: what each wish of the reader, and each change of the picture, means for where the map is looked at
// from. It knows where things are and how large the window is, and draws nothing.

import type { MapInsets } from "../domain/map";
import {
  type Bounds,
  type Camera,
  centredOn,
  fitted,
  freeRectangle,
  lags,
  type Size,
  sameInsets,
  type Window,
} from "./camera";
import { CameraMotion, FLY_MS } from "./camera-motion";
import { bestFit, FitContent, isSeen } from "./fit";
import { MOVE_MS, type Scene } from "./scene";

const NO_INSETS: MapInsets = { top: 0, right: 0, bottom: 0, left: 0 };
/** `centreOn` zooms in to this scale, never out. */
const READING_SCALE = 0.9;
/** An unmoved camera follows when the picture has outgrown the window, or fills much less of it. */
const REFIT_RATIO = 1.18;
/** When chrome went away, or boxes were opened, the reader made room and wants it used. */
const REFIT_RATIO_ASKED = 1.03;
const REFIT_SLACK_PX = 2;

/** Where the camera was before a visit, and where it went. */
interface Visited {
  readonly camera: Camera;
  readonly touched: boolean;
  readonly at?: Camera;
}

export class Pilot {
  /** Without animation. */
  still = false;
  private readonly motion = new CameraMotion();
  private insets: MapInsets = NO_INSETS;
  private scene: Scene | null = null;
  private content: FitContent | null = null;
  private visited: Visited | null = null;

  constructor(
    private readonly size: () => Size,
    private readonly wake: () => void,
  ) {}

  get camera(): Camera {
    return this.motion.current;
  }

  get window(): Window {
    return { size: this.size(), insets: this.insets };
  }

  /** Width by height of the room that no chrome covers. */
  get aspect(): number {
    const free = freeRectangle(this.window);
    return (free.x1 - free.x0) / (free.y1 - free.y0);
  }

  /** On the way at `nowMs`; answers whether it has not arrived. */
  step(nowMs: number): boolean {
    return this.motion.step(nowMs);
  }

  /** Another picture is fitted; the next of the same is followed, unless the reader has moved the camera. */
  adopt(scene: Scene, isSame: boolean, isAsked: boolean): void {
    this.scene = scene;
    this.content = new FitContent(scene);
    if (!isSame) {
      this.fit(false);
    } else if (!this.motion.touched) {
      this.follow(isAsked ? REFIT_RATIO_ASKED : REFIT_RATIO);
    }
  }

  setInsets(insets: MapInsets): void {
    const same = sameInsets(insets, this.insets);
    this.insets = insets;
    if (!same && !this.motion.touched) {
      this.follow(REFIT_RATIO_ASKED);
    }
  }

  resized(): void {
    if (!this.isBlind && !this.motion.touched) {
      this.fit(false);
    }
  }

  /** Shows everything clear of the chrome, and follows changes again until the reader moves the camera. */
  fit(animate: boolean): void {
    if (this.content && !this.isBlind) {
      const wanted = bestFit(this.content, this.window);
      this.motion.fit(wanted, performance.now(), animate ? this.takes(FLY_MS) : 0);
      this.wake();
    }
  }

  /** The camera counts as unmoved again. */
  release(): void {
    this.motion.touched = false;
  }

  /** The reader has found their place. */
  hold(): void {
    this.motion.touched = true;
  }

  pan(dx: number, dy: number): void {
    if (this.scene) {
      this.motion.pan(dx, dy, this.scene.bounds, this.window);
      this.wake();
    }
  }

  zoom(x: number, y: number, factor: number, takesMs: number): void {
    if (this.scene && Number.isFinite(factor) && factor > 0) {
      const { bounds } = this.scene;
      this.motion.zoom({ x, y }, factor, bounds, this.window, performance.now(), this.takes(takesMs));
      this.wake();
    }
  }

  /** Around the middle of what no chrome covers. */
  zoomMiddle(factor: number): void {
    const free = freeRectangle(this.window);
    this.zoom((free.x0 + free.x1) / 2, (free.y0 + free.y1) / 2, factor, FLY_MS);
  }

  /** Brings a place to the middle, near enough to read. */
  centreOn({ x, y }: { x: number; y: number }): void {
    if (!this.isBlind) {
      this.hold();
      const scale = Math.max(this.motion.target.scale, READING_SCALE);
      this.motion.go(centredOn(x, y, scale, this.window), performance.now(), this.takes(FLY_MS));
      this.wake();
    }
  }

  /** Shows a piece of the world large enough to read; `leave` goes back to where the camera was. */
  visit(bounds: Bounds): void {
    if (!this.isBlind) {
      this.visited ??= { camera: this.motion.target, touched: this.motion.touched };
      this.hold();
      this.visited = { ...this.visited, at: fitted(bounds, this.window) };
      this.motion.go(this.visited.at ?? this.camera, performance.now(), this.takes(MOVE_MS));
      this.wake();
    }
  }

  /** Back from a visit, unless the reader has gone on from there. */
  leave(): void {
    const { visited } = this;
    this.visited = null;
    if (visited && this.motion.target === visited.at) {
      this.motion.go(visited.camera, performance.now(), this.takes(MOVE_MS));
      this.motion.touched = visited.touched;
      this.wake();
    }
  }

  /** Brings a place to the middle at once, as far as the map reaches. */
  lookAt(x: number, y: number): void {
    this.motion.go(centredOn(x, y, this.camera.scale, this.window), performance.now(), 0);
    this.pan(0, 0);
  }

  private get isBlind(): boolean {
    const { width, height } = this.size();
    return width < 1 || height < 1;
  }

  private takes(ms: number): number {
    return this.still ? 0 : ms;
  }

  /** Fits again when the picture no longer suits the window; small changes leave the camera still. */
  private follow(ratio: number): void {
    if (!this.content || this.isBlind) {
      return;
    }
    const { target } = this.motion;
    const wanted = bestFit(this.content, this.window);
    const isShown = isSeen(this.content, target, this.window, REFIT_SLACK_PX);
    if (!isShown || lags(target, wanted, this.size(), ratio)) {
      this.motion.fit(wanted, performance.now(), this.takes(MOVE_MS));
    }
  }
}
