import { useMemo } from "react";
import type { MapPort } from "../state/map-port";
import { useMapGraph } from "../state/picture";
import { useScope } from "../state/store";
import { useTime } from "../state/time-store";
import { say } from "../text/text";
import { useMapPins } from "./map-pins";

/** More at once would hide the picture; the list beside the line of time has them all. */
const MARKS_MAX = 120;

interface Mark {
  readonly id: string;
  readonly came: number;
  readonly changed: number;
}

/** What came and what changed between the two moments compared, on the map. A closed box has the count of what is in it. */
export function TimelineMarks({ map }: { readonly map: MapPort }) {
  const marks = useDifferences();
  const hold = useMapPins(map, marks.length > 0);
  return (
    <div className="map-marks" aria-hidden="true">
      {marks.map(({ id, came, changed }) => (
        <div key={id} ref={hold(id)} className={came > 0 ? "map-difference came" : "map-difference other"}>
          <span title={came > 0 ? say.time.newMark : say.time.changedMark}>{wordOf(came, changed)}</span>
        </div>
      ))}
    </div>
  );
}

function wordOf(came: number, changed: number): string {
  if (came > 0) return came === 1 ? "+" : `+${came}`;
  return changed === 1 ? "~" : `~${changed}`;
}

function useDifferences(): readonly Mark[] {
  const isComparing = useScope((state) => state.address.versus !== null);
  const comparison = useTime((state) => state.comparison);
  const inside = useMapGraph()?.inside;
  return useMemo(() => {
    if (!isComparing || comparison === null) return [];
    const marks = new Map<string, Mark>();
    const add = (id: string, came: number, changed: number) => {
      const shown = inside?.get(id) ?? id;
      const before = marks.get(shown) ?? { id: shown, came: 0, changed: 0 };
      marks.set(shown, { id: shown, came: before.came + came, changed: before.changed + changed });
    };
    for (const { id } of comparison.added) add(id, 1, 0);
    for (const { id } of comparison.changed) add(id, 0, 1);
    return [...marks.values()].slice(0, MARKS_MAX);
  }, [isComparing, comparison, inside]);
}
