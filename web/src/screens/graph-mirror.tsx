import { type KeyboardEvent, memo, useId, useMemo, useState } from "react";
import type { MapGraph, MapNode } from "../domain/map";
import { boxWords, neighbourCounts, nodeWords, stepWords } from "../domain/map-words";
import { MAP_SHORTCUTS, shortcutOf } from "../domain/shortcuts";
import { useNow } from "../state/clock";
import { useMetric } from "../state/derived";
import type { Direction, MapPort } from "../state/map-port";
import { useMapGraph } from "../state/picture";
import { say } from "../text/text";
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

interface Option {
  readonly id: string;
  readonly words: string;
}

/** Figures in the list are as old as this at most, or as the last step of who walks in it. */
const FIGURES_EVERY_MS = 10_000;

interface Listed {
  /** Ids of open boxes and then of nodes, each in name order. */
  readonly ids: readonly string[];
  /** Those around the active one, in words. */
  readonly options: readonly Option[];
  /** The place of the first of them. */
  readonly start: number;
}

function useOptions(graph: MapGraph | null, active: string | null): Listed {
  const metric = useMetric()?.label ?? "";
  const moment = useNow(FIGURES_EVERY_MS);
  const faces = graph?.faces ?? graph;
  const ids = useMemo(() => (graph === null ? [] : idsOf(graph)), [faces]);
  const neighbours = useMemo(() => (graph === null ? [] : neighbourCounts(graph)), [faces]);
  const at = active === null ? 0 : ids.indexOf(active);
  const start = ids.length <= OPTIONS_MAX ? 0 : Math.max(0, at - OPTIONS_MAX / 2);
  // Figures change every second; hundreds of options that did so too would cost more than they tell.
  const options = useMemo(
    () => (graph === null ? [] : optionsOf(graph, ids.slice(start, start + OPTIONS_MAX), neighbours, metric)),
    [faces, ids, start, active, metric, moment],
  );
  return { ids, options, start };
}

function idsOf(graph: MapGraph): readonly string[] {
  const boxes = [...graph.groups].sort((a, b) => (a.title < b.title ? -1 : 1));
  return [...boxes, ...[...graph.nodes].sort(byName)].map(({ id }) => id);
}

function optionsOf(
  graph: MapGraph,
  ids: readonly string[],
  neighbours: readonly number[],
  metric: string,
): readonly Option[] {
  const places = new Map(graph.nodes.map(({ id }, place) => [id, place]));
  return ids.map((id) => {
    const place = places.get(id) ?? -1;
    const node = graph.nodes[place];
    const box = node === undefined ? graph.groups.find((group) => group.id === id) : undefined;
    if (node !== undefined) return { id, words: nodeWords(node, neighbours[place] ?? 0, metric) };
    return { id, words: box === undefined ? id : boxWords(box) };
  });
}

/** The option before or after, in the order they are listed. */
function beside(ids: readonly string[], active: string | null, step: number): string | null {
  const at = active === null ? -1 : ids.indexOf(active);
  return ids[Math.min(ids.length - 1, Math.max(0, at + step))] ?? null;
}

/** The map for ears and keyboards: every node as an option, arrows walk along the edges. */
export function GraphMirror({ map, active, onWalk }: GraphMirrorProps) {
  const prefix = useId();
  const graph = useMapGraph();
  const selected = standIn(graph, useSelectedId());
  const { ids, options, start } = useOptions(graph, active);
  const [said, setSaid] = useState("");
  const current = options.findIndex(({ id }) => id === (active ?? selected));

  const press = (event: KeyboardEvent) => {
    const direction = ARROWS[event.key];
    const id = shortcutOf(MAP_SHORTCUTS, event);
    if (id === "walk" && direction !== undefined) {
      const from = active ?? selected;
      // Where nothing lies that way, stay: a jump elsewhere would lose the thread.
      const to = from === null ? (ids[0] ?? null) : (map.neighbour(from, direction) ?? from);
      setSaid(graph === null || from === null || to === null ? "" : stepWords(graph, from, to));
      onWalk(to);
    } else if (id === "ends") onWalk((event.key === "Home" ? ids[0] : ids[ids.length - 1]) ?? null);
    else if (id === "listed") onWalk(beside(ids, active, event.key === "PageDown" ? 1 : -1));
    else if (id === "open" && active !== null) {
      if (active !== selected) activate(active);
    } else if (event.key === "Escape" && active !== null && selected === null) onWalk(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <div
        role="listbox"
        aria-label={say.map.nodes}
        className="graph-mirror"
        tabIndex={0}
        aria-activedescendant={current < 0 ? undefined : `${prefix}${start + current}`}
        onKeyDown={press}
        onFocus={() => onWalk(active ?? selected ?? ids[0] ?? null)}
        onBlur={() => {
          setSaid("");
          onWalk(null);
        }}
      >
        <Options options={options} start={start} count={ids.length} selected={selected} prefix={prefix} />
      </div>
      {/* The option itself is read by its own; this says how one came to it. */}
      <p role="status" className="unseen">
        {said}
      </p>
    </>
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
