import { useEffect, useRef } from "react";

/** Runs before each frame while `isActive`. */
export function useFrames(isActive: boolean, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!isActive) return;
    let frame = 0;
    const step = () => {
      latest.current();
      frame = window.requestAnimationFrame(step);
    };
    step();
    return () => window.cancelAnimationFrame(frame);
  }, [isActive]);
}
