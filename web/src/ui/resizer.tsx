import { type KeyboardEvent, type PointerEvent, useRef } from "react";

interface ResizerProps {
  readonly label: string;
  /** The side of the panel the handle is on. */
  readonly side: "left" | "right";
  /** px */
  readonly width: number;
  readonly min: number;
  readonly max: number;
  readonly onResize: (width: number) => void;
}

const STEP_PX = 16;

/** The edge of a panel as a handle: dragged, or moved by the arrow keys. */
export function Resizer({ label, side, width, min, max, onResize }: ResizerProps) {
  const drag = useRef<{ x: number; width: number } | null>(null);
  const towards = side === "right" ? 1 : -1;
  const resize = (next: number) => onResize(Math.min(max, Math.max(min, Math.round(next))));

  const start = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, width };
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (drag.current) resize(drag.current.width + (event.clientX - drag.current.x) * towards);
  };
  const end = () => {
    drag.current = null;
  };
  const key = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowRight" ? STEP_PX : event.key === "ArrowLeft" ? -STEP_PX : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    resize(width + step * towards);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a focusable separator has no element of its own
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      className={`resizer ${side}`}
      onPointerDown={start}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={key}
    />
  );
}
