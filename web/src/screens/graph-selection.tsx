import { plural } from "../domain/units";
import { useMapGraph, useNoun } from "../state/picture";
import { setPins, unpin } from "../state/positions";
import { clearPicked, showPath } from "../state/selection";
import { useScope } from "../state/store";
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
    <section className="graph-selection" aria-label="Selection">
      <span role="status">{plural(all.length, noun)} selected</span>
      {all.length === 2 && (
        <Button onClick={() => showPath(!pathShown)}>{pathShown ? "Hide path" : "Show path"}</Button>
      )}
      {pathShown && <PathWords />}
      {pinned.length > 0 && <Button onClick={() => unpin(pinned)}>Unpin</Button>}
      {pins.size > pinned.length && pinned.length > 0 && (
        <Button onClick={() => setPins(new Map())}>Unpin all {pins.size}</Button>
      )}
      {picked.length > 0 && <Button onClick={clearPicked}>Clear</Button>}
    </section>
  );
}

function PathWords() {
  const graph = useMapGraph();
  const path = usePath(graph);
  if (path === null) return <span className="muted">No way leads from one to the other.</span>;
  return <span className="muted">{plural(path.length - 1, "step")}</span>;
}
