import { ChevronsDownUp, ChevronsUpDown } from "lucide-react";
import { type RefCallback, useId } from "react";
import { READABLE_NODES_MAX } from "../domain/folds";
import { type GroupChoice, groupByTitle } from "../domain/group-keys";
import type { MapGraph } from "../domain/map";
import { formatCount, plural } from "../domain/units";
import { chooseGroups, setBoxesClosed } from "../state/actions";
import { useGroupChoices, useGroups, useMapGraph, useNoun } from "../state/picture";
import { useScope } from "../state/store";
import { IconButton } from "../ui/button";

const NONE = "";
const AUTOMATIC = "automatic";

/** Chooses what the boxes of the map stand for, and opens or closes all of them. */
export function GraphGroups({ panel }: { readonly panel: RefCallback<HTMLElement> }) {
  const choices = useGroupChoices();
  const [outer = NONE, inner = NONE] = useGroups();
  const chosen = useScope((state) => state.address.groupBy);
  const crowded = useScope((state) => state.crowded);
  if (choices.length === 0 && outer === NONE) return null;
  const isAutomatic = chosen === null && crowded && outer !== NONE;
  const first = [
    ...(crowded
      ? [{ value: AUTOMATIC, label: isAutomatic ? `${groupByTitle(outer)}, by itself` : "By itself" }]
      : []),
    { value: NONE, label: "Nothing" },
    ...listed(choices, outer),
  ];
  const second = [
    { value: NONE, label: "Nothing" },
    ...listed(choices, inner).filter(({ value }) => value !== outer),
  ];
  const chooseOuter = (value: string) => {
    if (value === AUTOMATIC) chooseGroups(null);
    // In a crowd, no boxes is a wish; otherwise it is as it comes, and links stay short.
    else if (value === NONE) chooseGroups(crowded ? [] : null);
    else chooseGroups(inner === NONE || inner === value ? [value] : [value, inner]);
  };
  return (
    <section ref={panel} className="graph-groups" aria-label="Boxes">
      <Picker label="Group by" value={isAutomatic ? AUTOMATIC : outer} items={first} onChoose={chooseOuter} />
      {outer !== NONE && (
        <>
          <Picker
            label="then by"
            value={inner}
            items={second}
            onChoose={(value) => chooseGroups(value === NONE ? [outer] : [outer, value])}
          />
          <IconButton label="Open all boxes" icon={ChevronsUpDown} onClick={() => setBoxesClosed(false)} />
          <IconButton label="Close all boxes" icon={ChevronsDownUp} onClick={() => setBoxesClosed(true)} />
        </>
      )}
      <Fault />
      <Crowd isAutomatic={isAutomatic} by={outer} />
    </section>
  );
}

const OUTDATED = "The operator’s groups are those of before:";

/** A file of groups that cannot be read any more leaves them as they were. */
function Fault() {
  const fault = useScope((state) => state.ownGroups.fault);
  if (fault === "") return null;
  return (
    <p role="status" className="graph-crowd status-warning">
      {OUTDATED} {fault}.
    </p>
  );
}

interface Item {
  readonly value: string;
  readonly label: string;
}

/** The ways there are, and the chosen one even where it says nothing here. */
function listed(choices: readonly GroupChoice[], chosen: string): Item[] {
  const items = choices.map(({ by, title, groups }) => ({
    value: by,
    label: `${title} (${formatCount(groups)})`,
  }));
  const isKnown = chosen === NONE || choices.some(({ by }) => by === chosen);
  return isKnown ? items : [...items, { value: chosen, label: groupByTitle(chosen) }];
}

interface PickerProps {
  readonly label: string;
  readonly value: string;
  readonly items: readonly Item[];
  readonly onChoose: (value: string) => void;
}

function Picker({ label, value, items, onChoose }: PickerProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={value} onChange={(event) => onChoose(event.target.value)}>
        {items.map((item) => (
          <option key={item.value} value={item.value}>
            {item.label}
          </option>
        ))}
      </select>
    </>
  );
}

/** Whoever sees boxes where nodes were must be told, and how to have it otherwise. */
function Crowd({ isAutomatic, by }: { readonly isAutomatic: boolean; readonly by: string }) {
  const graph = useMapGraph();
  const count = useScope((state) => state.nodes.size);
  const crowded = useScope((state) => state.crowded);
  const { one: noun } = useNoun();
  if (graph === null || !crowded) return null;
  if (!isAutomatic) {
    if (by !== NONE || count <= READABLE_NODES_MAX) return null;
    return (
      <p role="status" className="graph-crowd">
        {plural(count, noun)} are more than can be read.{" "}
        <button type="button" className="link" onClick={() => chooseGroups(null)}>
          Group by itself
        </button>
      </p>
    );
  }
  const boxes = boxCount(graph);
  return (
    <p role="status" className="graph-crowd">
      {plural(count, noun)} in {plural(boxes, "box", "boxes")}, because so many cannot be read at once.{" "}
      <button type="button" className="link" onClick={() => chooseGroups([])}>
        Show all
      </button>
    </p>
  );
}

function boxCount(graph: MapGraph): number {
  return graph.groups.length + graph.nodes.filter(({ members }) => members !== undefined).length;
}
