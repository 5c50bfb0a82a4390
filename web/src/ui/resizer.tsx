import { type KeyboardEvent, type PointerEvent, useRef } from "react";

interface ResizerProps {
  readonly label: string;
  /** The side of the panel the handle is on. */
  readonly side: "left" | "right" | "top";
  /** px */
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly onResize: (width: number) => void;
}

const STEP_PX = 16;

/** The edge of a panel as a handle: dragged, or moved by the arrow keys. */
export function Resizer({ label, side, size, min, max, onResize }: ResizerProps) {
  const drag = useRef<{ at: number; size: number } | null>(null);
  const isFlat = side === "top";
  const towards = side === "right" ? 1 : -1;
  const resize = (next: number) => onResize(Math.min(max, Math.max(min, Math.round(next))));

  const start = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { at: isFlat ? event.clientY : event.clientX, size };
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (drag.current === null) return;
    const moved = (isFlat ? event.clientY : event.clientX) - drag.current.at;
    resize(drag.current.size + moved * towards);
  };
  const end = () => {
    drag.current = null;
  };
  const key = (event: KeyboardEvent<HTMLDivElement>) => {
    const [more, less] = isFlat ? ["ArrowDown", "ArrowUp"] : ["ArrowRight", "ArrowLeft"];
    const step = event.key === more ? STEP_PX : event.key === less ? -STEP_PX : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    resize(size + step * towards);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a focusable separator has no element of its own
    <div
      role="separator"
      aria-orientation={isFlat ? "horizontal" : "vertical"}
      aria-label={label}
      aria-valuenow={size}
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
