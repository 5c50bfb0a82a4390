import { type KeyboardEvent, memo, useId, useMemo } from "react";
import type { MapGraph, MapGroup, MapNode } from "../domain/map";
import { STATE_WORDS } from "../domain/node-state";
import { plural } from "../domain/units";
import type { Direction, MapPort } from "../state/map-port";
import { useMapGraph } from "../state/picture";
import { useSelectedId } from "./graph-screen";
import { activate, standIn } from "./map-mount";

interface GraphMirrorProps {
  readonly map: MapPort;
  /** The node reached by the keyboard, null while it is elsewhere. */
  readonly active: string | null;
  readonly onWalk: (id: string | null) => void;
}

/** More options than this would cost more than they tell; the rest come as one walks. */
const OPTIONS_MAX = 400;

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

function byName(a: MapNode, b: MapNode): number {
  return a.label < b.label ? -1 : a.label > b.label ? 1 : a.id < b.id ? -1 : 1;
}

function describe(node: MapNode): string {
  if (node.members !== undefined) return describeBox(node);
  const state = node.state === "plain" ? "" : `, ${STATE_WORDS[node.state]}`;
  const minor = node.labelMinor === "" ? "" : ` ${node.labelMinor}`;
  return `${node.label}${minor}${state}, ${plural(node.degree, "connection")}`;
}

function describeBox(node: MapNode): string {
  const trouble = node.state === "plain" ? "" : `, ${STATE_WORDS[node.state]}`;
  return `${node.label}, closed box of ${node.labelMinor}${trouble}, ${plural(node.degree, "connection")}`;
}

/** An open box as an option: Enter closes it. */
function openBox({ id, title, total = "" }: MapGroup): Option {
  return { id, words: `${title}, open box of ${total}` };
}

interface Option {
  readonly id: string;
  readonly words: string;
}

/** Open boxes and then nodes, each in name order, and from which place on they are listed. */
function useOptions(
  graph: MapGraph | null,
  active: string | null,
): { all: readonly Option[]; start: number } {
  const faces = graph?.faces ?? graph;
  // Figures change every second, and names do not with them.
  const all = useMemo(() => (graph === null ? NO_OPTIONS : optionsOf(graph)), [faces]);
  const at = active === null ? 0 : all.findIndex(({ id }) => id === active);
  const start = all.length <= OPTIONS_MAX ? 0 : Math.max(0, at - OPTIONS_MAX / 2);
  return { all, start };
}

const NO_OPTIONS: readonly Option[] = [];

function optionsOf(graph: MapGraph): readonly Option[] {
  const boxes = [...graph.groups].sort((a, b) => (a.title < b.title ? -1 : 1)).map(openBox);
  const nodes = [...graph.nodes].sort(byName);
  return [...boxes, ...nodes.map((node) => ({ id: node.id, words: describe(node) }))];
}

/** The option before or after, in the order they are listed. */
function beside(all: readonly Option[], active: string | null, step: number): string | null {
  const at = all.findIndex(({ id }) => id === active);
  return all[Math.min(all.length - 1, Math.max(0, at + step))]?.id ?? null;
}

/** The map for ears and keyboards: every node as an option, arrows walk along the edges. */
export function GraphMirror({ map, active, onWalk }: GraphMirrorProps) {
  const prefix = useId();
  const graph = useMapGraph();
  const selected = standIn(graph, useSelectedId());
  const { all, start } = useOptions(graph, active);
  const options = useMemo(() => all.slice(start, start + OPTIONS_MAX), [all, start]);
  const current = options.findIndex(({ id }) => id === (active ?? selected));

  const press = (event: KeyboardEvent) => {
    const direction = ARROWS[event.key];
    if (direction !== undefined) {
      const from = active ?? selected;
      // Where no edge leads on, stay: a jump elsewhere would lose the thread.
      onWalk(from === null ? (all[0]?.id ?? null) : (map.neighbour(from, direction) ?? from));
    } else if (event.key === "Home") onWalk(all[0]?.id ?? null);
    else if (event.key === "End") onWalk(all[all.length - 1]?.id ?? null);
    else if (event.key === "PageDown") onWalk(beside(all, active, 1));
    else if (event.key === "PageUp") onWalk(beside(all, active, -1));
    else if (event.key === "Enter" && active !== null) {
      if (active !== selected) activate(active);
    } else if (event.key === "Escape" && active !== null && selected === null) onWalk(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      role="listbox"
      aria-label="Nodes on the map"
      className="graph-mirror"
      tabIndex={0}
      aria-activedescendant={current < 0 ? undefined : `${prefix}${start + current}`}
      onKeyDown={press}
      onFocus={() => onWalk(active ?? selected ?? all[0]?.id ?? null)}
      onBlur={() => onWalk(null)}
    >
      <Options options={options} start={start} count={all.length} selected={selected} prefix={prefix} />
    </div>
  );
}

interface OptionsProps {
  readonly options: readonly Option[];
  readonly start: number;
  readonly count: number;
  readonly selected: string | null;
  readonly prefix: string;
}

/** Hundreds of elements: made anew only when a name, a state or the selection has changed. */
const Options = memo(({ options, start, count, selected, prefix }: OptionsProps) =>
  options.map(({ id, words }, index) => (
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus for its options
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box has the keys for its options
    <div
      key={id}
      id={`${prefix}${start + index}`}
      role="option"
      className="unseen"
      aria-selected={id === selected}
      aria-setsize={count}
      aria-posinset={start + index + 1}
      onClick={() => activate(id)}
    >
      {words}
    </div>
  )),
);
