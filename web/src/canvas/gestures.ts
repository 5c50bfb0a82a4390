// Fingers, wheel and mouse on the canvas, told as what the reader means: pan, zoom, point, tap. Positions are CSS px
// from the canvas's top left corner. It knows neither camera nor nodes.

/** How something was taken hold of. */
export interface Grip {
  readonly touch: boolean;
  readonly shift: boolean;
  /** It rested before it moved. */
  readonly held: boolean;
}

export interface GestureHandlers {
  /** A movement begins there: whether it pans the map or drags what is there. */
  begin(x: number, y: number, grip: Grip): "pan" | "drag";
  drag(x: number, y: number, dx: number, dy: number): void;
  /** What was dragged is let go. */
  drop(): void;
  pan(dx: number, dy: number): void;
  /** `smooth` for a wheel's coarse steps, not for a pinch that already moves evenly. */
  zoom(x: number, y: number, factor: number, smooth: boolean): void;
  tap(x: number, y: number, grip: Grip): void;
  doubleTap(x: number, y: number): void;
  hover(x: number, y: number): void;
  leave(): void;
}

/** Movement below this is a shaky click, not a drag; fingers shake more. */
const DRAG_SLOP_PX = 4;
const TOUCH_SLOP_PX = 9;
const DOUBLE_TAP_MS = 320;
/** Resting this long before moving takes hold of what is under the finger. */
const HOLD_MS = 350;
const DOUBLE_TAP_PX = 28;
const LINE_PX = 18;
const WHEEL_FACTOR = 0.0016;
const PINCH_WHEEL_FACTOR = 0.01;
/** A notch of a mouse wheel moves at least this much; touch pads move in smaller steps. */
const NOTCH_PX = 50;
const WHEEL_PX_MAX = 400;
const FINGERS_MAX = 2;
/** `PointerEvent.buttons` while only the middle one is down. */
const MIDDLE_BUTTONS = 4;

interface Finger {
  x: number;
  y: number;
}

export class Gestures {
  private readonly fingers = new Map<number, Finger>();
  private startX = 0;
  private startY = 0;
  private startMs = 0;
  private moving: "none" | "pan" | "drag" = "none";
  private pinched = false;
  private lastTap: { x: number; y: number; ms: number } | null = null;
  private readonly detach: () => void;

  constructor(
    private readonly element: HTMLElement,
    private readonly handlers: GestureHandlers,
  ) {
    const ending = new AbortController();
    const { signal } = ending;
    this.detach = () => ending.abort();
    element.style.touchAction = "none";
    element.addEventListener("wheel", (event) => this.wheel(event), { passive: false, signal });
    element.addEventListener("pointerdown", (event) => this.down(event), { signal });
    element.addEventListener("pointermove", (event) => this.move(event), { signal });
    element.addEventListener("pointerup", (event) => this.up(event), { signal });
    element.addEventListener("pointercancel", (event) => this.cancel(event), { signal });
    element.addEventListener("pointerleave", () => this.handlers.leave(), { signal });
  }

  dispose(): void {
    this.detach();
  }

  private place(event: MouseEvent): Finger {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const { x, y } = this.place(event);
    const unit = event.deltaMode === 1 ? LINE_PX : event.deltaMode === 2 ? this.element.clientHeight : 1;
    const moved = Math.max(-WHEEL_PX_MAX, Math.min(WHEEL_PX_MAX, event.deltaY * unit));
    const factor = Math.exp(-moved * (event.ctrlKey ? PINCH_WHEEL_FACTOR : WHEEL_FACTOR));
    this.handlers.zoom(x, y, factor, Math.abs(moved) >= NOTCH_PX && !event.ctrlKey);
  }

  private down(event: PointerEvent): void {
    if (event.pointerType === "mouse" && event.button !== 0 && event.button !== 1) {
      return;
    }
    if (this.fingers.size >= FINGERS_MAX) {
      return;
    }
    const finger = this.place(event);
    this.element.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, finger);
    if (this.fingers.size === 1) {
      this.startX = finger.x;
      this.startY = finger.y;
      this.startMs = event.timeStamp;
      this.moving = "none";
      this.pinched = false;
    } else {
      this.letGo();
      this.pinched = true;
    }
  }

  private letGo(): void {
    if (this.moving === "drag") {
      this.handlers.drop();
    }
    this.moving = "none";
  }

  private gripOf(event: PointerEvent): Grip {
    const held = event.timeStamp - this.startMs >= HOLD_MS;
    return { touch: event.pointerType === "touch", shift: event.shiftKey, held };
  }

  private move(event: PointerEvent): void {
    const finger = this.fingers.get(event.pointerId);
    const { x, y } = this.place(event);
    if (!finger) {
      if (event.pointerType !== "touch") {
        this.handlers.hover(x, y);
      }
      return;
    }
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      this.pinch(finger, { x, y }, other);
    } else if (this.moving !== "none" || this.pinched || this.beyondSlop(x, y, event.pointerType)) {
      this.carry(event, finger, x, y);
    } else {
      return;
    }
    finger.x = x;
    finger.y = y;
  }

  private carry(event: PointerEvent, finger: Finger, x: number, y: number): void {
    if (this.moving === "none") {
      const drags = !this.pinched && event.buttons !== MIDDLE_BUTTONS;
      this.moving = drags ? this.handlers.begin(this.startX, this.startY, this.gripOf(event)) : "pan";
      this.element.style.cursor = "grabbing";
    }
    if (this.moving === "drag") {
      this.handlers.drag(x, y, x - finger.x, y - finger.y);
    } else {
      this.handlers.pan(x - finger.x, y - finger.y);
    }
  }

  private beyondSlop(x: number, y: number, kind: string): boolean {
    const slop = kind === "touch" ? TOUCH_SLOP_PX : DRAG_SLOP_PX;
    return Math.hypot(x - this.startX, y - this.startY) > slop;
  }

  /** Two fingers pan by their middle and zoom by their distance. */
  private pinch(before: Finger, after: Finger, other: Finger): void {
    this.handlers.pan((after.x - before.x) / 2, (after.y - before.y) / 2);
    const distanceBefore = Math.hypot(before.x - other.x, before.y - other.y);
    const distanceAfter = Math.hypot(after.x - other.x, after.y - other.y);
    if (distanceBefore > 1 && distanceAfter > 1) {
      const [x, y] = [(after.x + other.x) / 2, (after.y + other.y) / 2];
      this.handlers.zoom(x, y, distanceAfter / distanceBefore, false);
    }
  }

  private up(event: PointerEvent): void {
    if (!this.fingers.delete(event.pointerId)) {
      return;
    }
    this.element.style.cursor = "";
    const wasStill = this.moving === "none";
    this.letGo();
    if (this.fingers.size > 0 || !wasStill || this.pinched || event.button === 1) {
      return;
    }
    const { x, y } = this.place(event);
    const last = this.lastTap;
    const again =
      last && event.timeStamp - last.ms < DOUBLE_TAP_MS && Math.hypot(x - last.x, y - last.y) < DOUBLE_TAP_PX;
    this.lastTap = again ? null : { x, y, ms: event.timeStamp };
    if (again) {
      this.handlers.doubleTap(x, y);
    } else {
      this.handlers.tap(x, y, this.gripOf(event));
    }
  }

  private cancel(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    this.element.style.cursor = "";
    this.letGo();
  }
}
