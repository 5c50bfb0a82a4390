import { ChevronsDownUp, ChevronsUpDown } from "lucide-react";
import { type RefCallback, useId } from "react";
import { READABLE_NODES_MAX } from "../domain/folds";
import { type GroupChoice, groupByTitle } from "../domain/group-keys";
import type { MapGraph } from "../domain/map";
import { formatCount } from "../domain/units";
import { chooseGroups, setBoxesClosed } from "../state/actions";
import { useGroupChoices, useGroups, useMapGraph, useNoun } from "../state/picture";
import { useScope } from "../state/store";
import { say } from "../text/text";
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
      ? [
          {
            value: AUTOMATIC,
            label: isAutomatic ? say.map.chosenByItself(groupByTitle(outer)) : say.map.byItself,
          },
        ]
      : []),
    { value: NONE, label: say.map.nothing },
    ...listed(choices, outer),
  ];
  const second = [
    { value: NONE, label: say.map.nothing },
    ...listed(choices, inner).filter(({ value }) => value !== outer),
  ];
  const chooseOuter = (value: string) => {
    if (value === AUTOMATIC) chooseGroups(null);
    // In a crowd, no boxes is a wish; otherwise it is as it comes, and links stay short.
    else if (value === NONE) chooseGroups(crowded ? [] : null);
    else chooseGroups(inner === NONE || inner === value ? [value] : [value, inner]);
  };
  return (
    <section ref={panel} className="graph-groups" aria-label={say.map.boxes}>
      <Picker
        label={say.map.groupBy}
        value={isAutomatic ? AUTOMATIC : outer}
        items={first}
        onChoose={chooseOuter}
      />
      {outer !== NONE && (
        <>
          <Picker
            label={say.map.thenBy}
            value={inner}
            items={second}
            onChoose={(value) => chooseGroups(value === NONE ? [outer] : [outer, value])}
          />
          <IconButton label={say.map.openAll} icon={ChevronsUpDown} onClick={() => setBoxesClosed(false)} />
          <IconButton label={say.map.closeAll} icon={ChevronsDownUp} onClick={() => setBoxesClosed(true)} />
        </>
      )}
      <Fault />
      <Crowd isAutomatic={isAutomatic} by={outer} />
    </section>
  );
}

/** A file of groups that cannot be read any more leaves them as they were. */
function Fault() {
  const fault = useScope((state) => state.ownGroups.fault);
  if (fault === "") return null;
  return (
    <p role="status" className="graph-crowd status-warning">
      {say.map.groupsOutdated(fault)}
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
  const noun = useNoun();
  if (graph === null || !crowded) return null;
  if (!isAutomatic) {
    if (by !== NONE || count <= READABLE_NODES_MAX) return null;
    return (
      <p role="status" className="graph-crowd">
        {say.map.tooMany(say.figures.things(count, noun))}{" "}
        <button type="button" className="link" onClick={() => chooseGroups(null)}>
          {say.map.groupByItself}
        </button>
      </p>
    );
  }
  const boxes = boxCount(graph);
  return (
    <p role="status" className="graph-crowd">
      {say.map.crowd(say.figures.things(count, noun), boxes)}{" "}
      <button type="button" className="link" onClick={() => chooseGroups([])}>
        {say.map.showAll}
      </button>
    </p>
  );
}

function boxCount(graph: MapGraph): number {
  return graph.groups.length + graph.nodes.filter(({ members }) => members !== undefined).length;
}
