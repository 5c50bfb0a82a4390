// The canvas element inside its host: size, device px, lost graphics contexts, and which painter draws on it.

import { say } from "../text/text";
import type { Size } from "./camera";
import { CanvasPainter } from "./canvas-painter";
import { GlPainter } from "./gl/gl-painter";
import type { Frame, Painter } from "./painter";

/** Sharper than this the eye does not see, and every px costs. */
const RATIO_MAX = 3;
const SIDE_PX_MAX = 8192;

export interface SurfaceEvents {
  /** The size or the device px ratio has changed. */
  resized(): void;
  /** Something outside asks for a new picture: fonts have loaded, the context has come back. */
  stale(): void;
  /** The words' sizes have changed with the fonts. */
  fontsChanged(): void;
  contextLost(): void;
  message(sentence: string): void;
}

export class Surface {
  size: Size = { width: 0, height: 0 };
  canvas: HTMLCanvasElement;
  private ratio = 1;
  private painter: Painter | null = null;
  private readonly observer: ResizeObserver;
  private readonly ending = new AbortController();
  private ratioWatch: AbortController | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly events: SurfaceEvents,
    prefer: "webgl" | "canvas" = "webgl",
  ) {
    this.canvas = this.makeCanvas();
    this.painter = prefer === "canvas" ? new CanvasPainter(this.canvas) : this.makePainter();
    this.observer = new ResizeObserver(() => this.measure());
    document.fonts.addEventListener(
      "loadingdone",
      () => {
        this.painter?.forgetText();
        events.fontsChanged();
      },
      { signal: this.ending.signal },
    );
    this.watchRatio();
  }

  /** Measures the host and keeps watching it; apart from the constructor because it calls back. */
  start(): void {
    this.observer.observe(this.host);
    this.measure();
  }

  get kind(): "webgl" | "canvas" | "none" {
    return this.painter?.kind ?? "none";
  }

  get empty(): boolean {
    return this.size.width < 1 || this.size.height < 1;
  }

  /** Answers false when another frame is wanted. */
  draw(frame: Frame): boolean {
    const count = `${frame.scene.count}`;
    // For those who look from outside, as tests do: how many nodes are on the screen.
    if (this.canvas.dataset.drawn !== count) {
      this.canvas.dataset.drawn = count;
    }
    return this.painter?.draw(frame) ?? true;
  }

  destroy(): void {
    this.observer.disconnect();
    this.ending.abort();
    this.ratioWatch?.abort();
    this.painter?.dispose();
    this.painter = null;
    this.canvas.remove();
  }

  private makeCanvas(): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    Object.assign(canvas.style, {
      position: "absolute",
      inset: "0",
      width: "100%",
      height: "100%",
      display: "block",
    });
    if (getComputedStyle(this.host).position === "static") {
      this.host.style.position = "relative";
    }
    this.host.append(canvas);
    return canvas;
  }

  private makePainter(): Painter {
    try {
      const painter = new GlPainter(this.canvas);
      this.watchContext();
      return painter;
    } catch {
      // A canvas that has had a WebGL context can never have another kind: start with a new one.
      this.canvas.remove();
      this.canvas = this.makeCanvas();
      this.events.message(say.map.slowly);
      return new CanvasPainter(this.canvas);
    }
  }

  private watchContext(): void {
    const { signal } = this.ending;
    this.canvas.addEventListener(
      "webglcontextlost",
      (event) => {
        event.preventDefault();
        this.events.contextLost();
      },
      { signal },
    );
    this.canvas.addEventListener(
      "webglcontextrestored",
      () => {
        this.restorePainter();
      },
      { signal },
    );
  }

  private restorePainter(): void {
    try {
      this.painter = new GlPainter(this.canvas);
      this.painter.resize(this.size, this.ratio);
      this.events.stale();
    } catch {
      this.painter = null;
      this.events.message(say.map.graphicsLost);
    }
  }

  /** The query matches one ratio only, so it is asked anew after each change. */
  private watchRatio(): void {
    this.ratioWatch?.abort();
    this.ratioWatch = new AbortController();
    matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`).addEventListener(
      "change",
      () => {
        this.watchRatio();
        this.measure();
      },
      { signal: this.ratioWatch.signal },
    );
  }

  private measure(): void {
    const width = this.host.clientWidth;
    const height = this.host.clientHeight;
    const largest = SIDE_PX_MAX / Math.max(width, height, 1);
    const ratio = Math.min(window.devicePixelRatio || 1, RATIO_MAX, largest);
    if (width === this.size.width && height === this.size.height && ratio === this.ratio) {
      return;
    }
    this.size = { width, height };
    this.ratio = ratio;
    if (!this.empty) {
      this.painter?.resize(this.size, ratio);
    }
    this.events.resized();
  }
}
