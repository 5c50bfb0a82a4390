// The one camera of a map and its way to where it is going. Time is an argument; nothing here asks for frames.

import { type Bounds, between, type Camera, kept, pannedBy, type Window, zoomedAt } from "./camera";
import { clamp, ease } from "./typed";

/** Fits and jumps to a node; the steps of a wheel. */
export const FLY_MS = 200;
export const WHEEL_MS = 110;

interface Flight {
  readonly from: Camera;
  readonly to: Camera;
  readonly sinceMs: number;
  readonly takesMs: number;
}

export class CameraMotion {
  current: Camera = { x: 0, y: 0, scale: 1 };
  /** Whether the reader has moved the camera since the last fit. */
  touched = false;
  private flight: Flight | null = null;

  /** Where the camera will be when it has arrived. */
  get target(): Camera {
    return this.flight?.to ?? this.current;
  }

  step(nowMs: number): boolean {
    const { flight } = this;
    if (flight) {
      const share = clamp((nowMs - flight.sinceMs) / flight.takesMs, 0, 1);
      this.current = between(flight.from, flight.to, ease(share));
      this.flight = share < 1 ? flight : null;
    }
    return this.flight !== null;
  }

  go(to: Camera, nowMs: number, takesMs: number): void {
    if (takesMs <= 0) {
      this.current = to;
      this.flight = null;
    } else {
      this.flight = { from: this.current, to, sinceMs: nowMs, takesMs };
    }
  }

  /** Goes to where everything is seen, and is untouched from then on. */
  fit(to: Camera, nowMs: number, takesMs: number): void {
    this.touched = false;
    this.go(to, nowMs, takesMs);
  }

  pan(dx: number, dy: number, bounds: Bounds, window: Window): void {
    this.touched = true;
    this.flight = null;
    this.current = kept(pannedBy(this.current, dx, dy), bounds, window);
  }

  zoom(
    at: { x: number; y: number },
    factor: number,
    bounds: Bounds,
    window: Window,
    nowMs: number,
    takesMs: number,
  ): void {
    this.touched = true;
    const base = this.target;
    const limited = kept({ ...base, scale: base.scale * factor }, bounds, window).scale;
    // Zooming around the pointer from where the camera is going keeps the point under the pointer at the end.
    this.go(kept(zoomedAt(base, window.size, at, limited), bounds, window), nowMs, takesMs);
  }
}
