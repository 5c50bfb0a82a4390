import { useMemo, useRef } from "react";
import type { Change } from "../domain/change";
import { useNow } from "../state/clock";
import { useChanges } from "../state/controls";
import { useFrames } from "../state/frames";
import type { MapPort } from "../state/map-port";
import { useScope } from "../state/store";
import { say } from "../text/text";

const SECOND_MS = 1000;
/** How long a change stays on the map. */
export const MARK_MS = 30_000;
const MARKS_MAX = 20;

/** Rings around nodes that somebody changed just now, with who and what; they fade. */
export function MapMarks({ map }: { readonly map: MapPort }) {
  const places = useRef(new Map<string, HTMLElement>());
  const marks = useMarks();
  useFrames(marks.length > 0, () => {
    const size = map.describe().glyphPx;
    for (const [id, element] of places.current) {
      const place = map.screenPosition(id);
      element.hidden = place === null;
      if (place === null) continue;
      element.style.transform = `translate(${place.x}px, ${place.y}px)`;
      element.style.setProperty("--mark-size", `${size}px`);
    }
  });
  const hold = (id: string) => (element: HTMLElement | null) => {
    if (element === null) places.current.delete(id);
    else places.current.set(id, element);
  };
  return (
    <div className="map-marks">
      {marks.map(({ nodeId, at, who, done }) => (
        <div key={`${nodeId} ${at}`} ref={hold(nodeId)} className="map-mark" role="status">
          <span>{say.acts.doneBy(done, who ?? say.acts.byYou)}</span>
        </div>
      ))}
    </div>
  );
}

/** The newest changes of nodes in the view. */
function useMarks(): readonly Change[] {
  const changes = useChanges(useScope((state) => state.nodes));
  const now = useNow(SECOND_MS);
  return useMemo(
    () =>
      changes
        .filter(({ at }) => now - at < MARK_MS)
        .sort((one, other) => other.at - one.at)
        .slice(0, MARKS_MAX),
    [changes, now],
  );
}
