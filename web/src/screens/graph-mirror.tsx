import { type KeyboardEvent, useId, useMemo } from "react";
import type { MapGraph, MapNode } from "../domain/map";
import { STATE_WORDS } from "../domain/node-state";
import { plural } from "../domain/units";
import { selectNode } from "../state/actions";
import { useMapGraph } from "../state/derived";
import type { Direction, MapPort } from "../state/map-port";
import { useSelectedId } from "./graph-screen";

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
  const state = node.state === "plain" ? "" : `, ${STATE_WORDS[node.state]}`;
  const minor = node.labelMinor === "" ? "" : ` ${node.labelMinor}`;
  const value = node.fillText === "" ? "" : `, ${node.fillText}`;
  return `${node.label}${minor}${state}${value}, ${plural(node.degree, "connection")}`;
}

/** The options in name order, and from which place on they are listed. */
function useOptions(graph: MapGraph | null, active: string | null): { nodes: MapNode[]; start: number } {
  const nodes = useMemo(() => (graph === null ? [] : [...graph.nodes].sort(byName)), [graph]);
  const at = active === null ? 0 : nodes.findIndex((node) => node.id === active);
  const start = nodes.length <= OPTIONS_MAX ? 0 : Math.max(0, at - OPTIONS_MAX / 2);
  return { nodes, start };
}

/** The map for ears and keyboards: every node as an option, arrows walk along the edges. */
export function GraphMirror({ map, active, onWalk }: GraphMirrorProps) {
  const prefix = useId();
  const graph = useMapGraph();
  const selected = useSelectedId();
  const { nodes, start } = useOptions(graph, active);
  const options = nodes.slice(start, start + OPTIONS_MAX);
  const current = options.findIndex((node) => node.id === (active ?? selected));

  const press = (event: KeyboardEvent) => {
    const direction = ARROWS[event.key];
    if (direction !== undefined) {
      const from = active ?? selected;
      // Where no edge leads on, stay: a jump elsewhere would lose the thread.
      onWalk(from === null ? (nodes[0]?.id ?? null) : (map.neighbour(from, direction) ?? from));
    } else if (event.key === "Home") onWalk(nodes[0]?.id ?? null);
    else if (event.key === "End") onWalk(nodes[nodes.length - 1]?.id ?? null);
    else if (event.key === "Enter" && active !== null) {
      if (active !== selected) selectNode(active);
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
      onFocus={() => onWalk(active ?? selected ?? nodes[0]?.id ?? null)}
      onBlur={() => onWalk(null)}
    >
      {options.map((node, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus for its options
        // biome-ignore lint/a11y/useKeyWithClickEvents: the list box has the keys for its options
        <div
          key={node.id}
          id={`${prefix}${start + index}`}
          role="option"
          className="unseen"
          aria-selected={node.id === selected}
          aria-setsize={nodes.length}
          aria-posinset={start + index + 1}
          onClick={() => selectNode(node.id)}
        >
          {describe(node)}
        </div>
      ))}
    </div>
  );
}
