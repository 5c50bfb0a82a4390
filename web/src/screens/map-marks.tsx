import { useMemo } from "react";
import type { Change } from "../domain/change";
import { useNow } from "../state/clock";
import { useChanges } from "../state/controls";
import type { MapPort } from "../state/map-port";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { useMapPins } from "./map-pins";

const SECOND_MS = 1000;
/** How long a change stays on the map. */
export const MARK_MS = 30_000;
const MARKS_MAX = 20;

/** Rings around nodes that somebody changed just now, with who and what; they fade. */
export function MapMarks({ map }: { readonly map: MapPort }) {
  const marks = useMarks();
  const hold = useMapPins(map, marks.length > 0);
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
