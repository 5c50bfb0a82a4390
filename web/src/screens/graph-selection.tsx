import { useMapGraph, useNoun } from "../state/picture";
import { setPins, unpin } from "../state/positions";
import { clearPicked, showPath } from "../state/selection";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Button } from "../ui/button";
import { useSelectedId } from "./graph-screen";
import { usePath } from "./map-mount";

/** What can be done with several nodes at once, or with one that was put somewhere. */
export function GraphSelection() {
  const selected = useSelectedId();
  const picked = useScope((state) => state.picked);
  const pins = useScope((state) => state.pins);
  const pathShown = useScope((state) => state.pathShown);
  const noun = useNoun();
  const all = selected === null || picked.includes(selected) ? picked : [selected, ...picked];
  const pinned = all.filter((id) => pins.has(id));
  if (picked.length === 0 && pinned.length === 0) return null;
  return (
    <section className="graph-selection" aria-label={say.map.selection}>
      <span role="status">{say.map.selected(say.figures.things(all.length, noun))}</span>
      {all.length === 2 && (
        <Button onClick={() => showPath(!pathShown)}>
          {pathShown ? say.map.hidePath : say.map.showPath}
        </Button>
      )}
      {pathShown && <PathWords />}
      {pinned.length > 0 && <Button onClick={() => unpin(pinned)}>{say.map.unpin}</Button>}
      {pins.size > pinned.length && pinned.length > 0 && (
        <Button onClick={() => setPins(new Map())}>{say.map.unpinAll(pins.size)}</Button>
      )}
      {picked.length > 0 && <Button onClick={clearPicked}>{say.map.clear}</Button>}
    </section>
  );
}

function PathWords() {
  const graph = useMapGraph();
  const path = usePath(graph);
  if (path === null) return <span className="muted">{say.map.noPath}</span>;
  return <span className="muted">{say.figures.steps(path.length - 1)}</span>;
}
