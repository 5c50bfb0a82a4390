import { type KeyboardEvent, useEffect, useRef } from "react";
import type { MapPort } from "../state/map-port";
import { say } from "../text/text";

/** One press of an arrow key moves the map this far, px. */
const STEP_PX = 120;

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [STEP_PX, 0],
  ArrowRight: [-STEP_PX, 0],
  ArrowUp: [0, STEP_PX],
  ArrowDown: [0, -STEP_PX],
};

/** The whole map, small, with the part that the window shows; there while some of it is outside. */
export function GraphMinimap({ map, shown }: { readonly map: MapPort; readonly shown: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!shown) return;
    map.setOverview(canvas.current);
    return () => map.setOverview(null);
  }, [map, shown]);
  if (!shown) return null;
  const press = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    map.panBy(...step);
  };
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a picture that is pressed, and moved by arrows
    <canvas
      ref={canvas}
      className="graph-minimap"
      role="application"
      aria-label={say.map.overview}
      tabIndex={0}
      onKeyDown={press}
    />
  );
}
