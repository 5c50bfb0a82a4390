// Makes the map in its host, and hands it what it draws, each part when it changes.

import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { isBox } from "../domain/boxes";
import { freshness } from "../domain/changes";
import { edgeNames } from "../domain/edge-names";
import type { EdgeEnds, MapGraph } from "../domain/map";
import { shortestPath } from "../domain/path";
import { selectEdge, selectNode, toggleBox } from "../state/actions";
import { useMatches } from "../state/derived";
import { askDetail } from "../state/detail";
import { type MapPort, useMapFactory } from "../state/map-port";
import { useMedia } from "../state/media";
import { useMapGraph } from "../state/picture";
import { keepPlaces, openPicture, setPins } from "../state/positions";
import { clearPicked, pickNode, pickNodes } from "../state/selection";
import { useScope } from "../state/store";
import { readMapTheme, useLook } from "../state/theme";
import { say } from "../text/text";

export interface MountedMap {
  readonly map: MapPort | null;
  /** The node last clicked on the map itself. */
  readonly clicked: RefObject<string | null>;
  /** Whether some of the map lies outside the window. */
  readonly overflows: boolean;
  /** Whether there is a tidy or a move to take back. */
  readonly undoable: boolean;
}

export function useMap(
  host: RefObject<HTMLElement | null>,
  onMessage: (sentence: string) => void,
): MountedMap {
  const create = useMapFactory();
  const [map, setMap] = useState<MapPort | null>(null);
  const [overflows, setOverflows] = useState(false);
  const [undoable, setUndoable] = useState(false);
  const clicked = useRef<string | null>(null);
  useEffect(() => {
    if (host.current === null || create === null) return;
    let mounted: MapPort;
    try {
      mounted = create(host.current, {
        onSelect: (id, adds) => {
          if (adds && id !== null) {
            pickNode(id);
            return;
          }
          clicked.current = id;
          clearPicked();
          activate(id);
        },
        onSelectEdge: (ends) => {
          if (isBox(ends.from) || isBox(ends.to)) {
            onMessage(say.edges.bundled);
            return;
          }
          clicked.current = ends.from;
          selectEdge(ends.from, ends.to);
        },
        onHover: () => {
          // The map draws its own hover; nothing outside it depends on one yet.
        },
        onFold: toggleBox,
        onOverflow: setOverflows,
        onUndoable: setUndoable,
        onPin: setPins,
        onPlaced: keepPlaces,
        onGather: pickNodes,
        onMessage,
      });
    } catch {
      onMessage(say.map.cannotDraw);
      return;
    }
    setMap(mounted);
    return () => {
      setMap(null);
      mounted.destroy();
    };
  }, [create, host, onMessage]);
  return { map, clicked, overflows, undoable };
}

/** Opens the details of a node, or the box. */
export function activate(id: string | null): void {
  if (id !== null && isBox(id)) toggleBox(id);
  else selectNode(id);
}

/** What stands for a node on the map: itself, or the closed box it is in. */
export function standIn<Id extends string | null>(graph: MapGraph | null, id: Id): string | Id {
  return graph?.inside?.get(id ?? "") ?? id;
}

/** `selected` and `edge` are what the reader is at, `opened` the node whose card is open. */
export function useMapInputs(
  map: MapPort | null,
  selected: string | null,
  edge: EdgeEnds | null,
  opened: string | null,
): void {
  const graph = useMapGraph();
  const matched = useMatches();
  const look = useLook();
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const isCurrent = useScope((state) => state.nodesView === state.address.view);

  // The tokens resolve differently when the theme, the contrast or the wish for motion changes.
  useEffect(() => map?.setTheme(readMapTheme()), [map, look, still]);
  const key = graph !== null && isCurrent ? graph.key : null;
  useEffect(() => {
    if (map === null || key === null) return;
    map.recall(key, openPicture(key));
    map.setPins(useScope.getState().pins);
  }, [map, key]);
  const pins = useScope((state) => state.pins);
  useEffect(() => map?.setPins(pins), [map, pins]);
  useEffect(() => {
    if (graph !== null && isCurrent) map?.setGraph(graph);
  }, [map, graph, isCurrent]);
  // A node that is not on the map cannot stand out; emphasising it would only fade all others.
  const isThere = useScope((state) => selected !== null && (isBox(selected) || state.nodes.has(selected)));
  const inside = graph?.inside;
  const picked = useScope((state) => state.picked);
  const path = usePath(graph);
  const changes = useScope((state) => state.changes);
  const frameAt = useScope((state) => (state.changes.size === 0 ? 0 : state.frameAt));
  const names = useEdgeNames(opened);
  const fresh = useMemo(() => freshness(changes, frameAt), [changes, frameAt]);
  const emphasis = useMemo(() => {
    const found =
      matched !== null && inside ? new Set([...matched].map((id) => inside.get(id) ?? id)) : matched;
    const ends = edge && { from: inside?.get(edge.from) ?? edge.from, to: inside?.get(edge.to) ?? edge.to };
    const shown = isThere && selected !== null ? (inside?.get(selected) ?? selected) : null;
    const also = new Set(picked.map((id) => inside?.get(id) ?? id));
    const changed = new Map([...fresh].map(([id, share]) => [inside?.get(id) ?? id, share]));
    return {
      selected: shown,
      selectedEdge: ends,
      matched: found,
      also,
      path: path ?? [],
      changed,
      focus: opened,
      names,
    };
  }, [isThere, selected, edge, matched, inside, picked, path, fresh, opened, names]);
  useEffect(() => map?.setEmphasis(emphasis), [map, emphasis]);
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** What the edges of a node are called, once the app has told. */
function useEdgeNames(id: string | null): ReadonlyMap<string, string> {
  const view = useScope((state) => state.address.view) ?? "";
  const [names, setNames] = useState(NO_NAMES);
  useEffect(() => {
    setNames(NO_NAMES);
    if (id === null) return;
    const asking = new AbortController();
    askDetail({ view, id }, asking.signal).then(
      (node) => setNames(node === null ? NO_NAMES : edgeNames(node)),
      () => {
        // The card says what failed; edges without a name are what they were before.
      },
    );
    return () => asking.abort();
  }, [view, id]);
  return names;
}

/** The way between the two nodes that are selected, while it is asked for; null where there is none. */
export function usePath(graph: MapGraph | null): readonly string[] | null {
  const picked = useScope((state) => state.picked);
  const shown = useScope((state) => state.pathShown);
  const selected = useScope(
    ({ address }) => address.cards.findLast((card) => card.view === address.view)?.id,
  );
  return useMemo(() => {
    if (!shown || graph === null) return null;
    const all = selected === undefined || picked.includes(selected) ? picked : [selected, ...picked];
    const [from, to] = all;
    if (from === undefined || to === undefined) return null;
    return shortestPath(graph, standIn(graph, from), standIn(graph, to));
  }, [shown, graph, picked, selected]);
}

/** Moves the map only when the node, or the box it is in, is not comfortably inside the window already. */
export function bringIntoView(
  map: MapPort,
  graph: MapGraph | null,
  id: string,
  host: HTMLElement | null,
  sheet: number,
): void {
  const shown = standIn(graph, id);
  const place = map.screenPosition(shown);
  if (place === null || host === null) return;
  const { clientWidth, clientHeight } = host;
  const clearX = place.x > EDGE_PX && place.x < clientWidth - EDGE_PX;
  const clearY = place.y > EDGE_PX && place.y < clientHeight - sheet - EDGE_PX;
  if (!clearX || !clearY) map.centreOn(shown);
}

/** Closer to the edge than this, a node and its label are not comfortably inside, px. */
const EDGE_PX = 64;
