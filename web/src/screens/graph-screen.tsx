import { X } from "lucide-react";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { CardRef } from "../domain/address";
import type { EdgeEnds } from "../domain/map";
import { selectEdge, selectNode, setQuery } from "../state/actions";
import { useMapGraph, useMatches } from "../state/derived";
import { type MapPort, useMapFactory } from "../state/map-port";
import { useMedia } from "../state/media";
import { useScope } from "../state/store";
import { readMapTheme, useTheme } from "../state/theme";
import { IconButton } from "../ui/button";
import { GraphControls } from "./graph-controls";
import { GraphLegend } from "./graph-legend";
import { GraphMirror } from "./graph-mirror";
import { useMapChrome } from "./map-chrome";
import { MapMarks } from "./map-marks";
import type { MapCommands } from "./shortcuts";
import "./graph-screen.css";

/** Closer to the edge than this, a node and its label are not comfortably inside, px. */
const EDGE_PX = 64;
interface GraphScreenProps {
  /** Filled with what the map does on a key. */
  readonly commands: RefObject<MapCommands | null>;
  /** Something else is shown in its place; the map stays, so that it comes back as it was. */
  readonly hidden: boolean;
}

/** What stands out: that of the newest card which is in this view. */
function useSelectedCard(): CardRef | null {
  return useScope(({ address }) => address.cards.findLast((card) => card.view === address.view) ?? null);
}

/** The node that stands out, null while none does or an edge does. */
export function useSelectedId(): string | null {
  const card = useSelectedCard();
  return card === null || card.to !== undefined ? null : card.id;
}

/** The edge that stands out. */
function useSelectedEdge(): EdgeEnds | null {
  const card = useSelectedCard();
  return useMemo(() => (card?.to === undefined ? null : { from: card.id, to: card.to }), [card]);
}

export function GraphScreen({ commands, hidden }: GraphScreenProps) {
  const host = useRef<HTMLDivElement>(null);
  const [message, setMessage] = useState("");
  const [walked, setWalked] = useState<string | null>(null);
  const { map, clicked } = useMap(host, setMessage);
  const selected = useSelectedId();
  const selectedEdge = useSelectedEdge();
  const chrome = useMapChrome(host);
  const { sheet } = chrome;
  useMapInputs(map, walked ?? selected, walked === null ? selectedEdge : null);
  useEffect(() => map?.setInsets(chrome.insets), [map, chrome.insets]);

  useEffect(() => {
    if (map === null) return;
    commands.current = { fit: () => map.fit(), tidy: () => map.tidy() };
    return () => {
      commands.current = null;
    };
  }, [map, commands]);

  // A node opened from a link or a table may be outside the window; one that was clicked is not. Of an edge its client.
  const opened = selected ?? selectedEdge?.from ?? null;
  useEffect(() => {
    if (map === null || opened === null || clicked.current === opened) return;
    bringIntoView(map, opened, host.current, sheet);
  }, [map, opened, clicked, sheet]);

  const view = useScope((state) => state.address.view);
  // Another view has other nodes.
  useEffect(() => setWalked(null), [view]);

  const walk = useCallback(
    (id: string | null) => {
      setWalked(id);
      if (id !== null && map !== null) bringIntoView(map, id, host.current, sheet);
    },
    [map, sheet],
  );

  return (
    <div className="graph" data-hidden={hidden}>
      <div ref={host} className="graph-host" aria-hidden="true" />
      {map !== null && !hidden && (
        <>
          <GraphMirror map={map} active={walked} onWalk={walk} />
          <GraphLegend tight={chrome.tight} panel={chrome.legend} />
          <GraphControls map={map} panel={chrome.controls} />
          <MapMarks map={map} />
          <NoMatch />
        </>
      )}
      {message !== "" && !hidden && (
        <div role="alert" className="graph-message">
          <p>{message}</p>
          <IconButton label="Dismiss" icon={X} small onClick={() => setMessage("")} />
        </div>
      )}
    </div>
  );
}

/** Moves the map only when the node is not comfortably inside the window already. */
function bringIntoView(map: MapPort, id: string, host: HTMLElement | null, sheet: number): void {
  const place = map.screenPosition(id);
  if (place === null || host === null) return;
  const { clientWidth, clientHeight } = host;
  const clearX = place.x > EDGE_PX && place.x < clientWidth - EDGE_PX;
  const clearY = place.y > EDGE_PX && place.y < clientHeight - sheet - EDGE_PX;
  if (!clearX || !clearY) map.centreOn(id);
}

/** All faded and nothing said would look like a defect. */
function NoMatch() {
  const query = useScope((state) => state.address.query);
  const matches = useMatches();
  if (matches === null || matches.size > 0) return null;
  return (
    <div role="status" className="graph-message quiet">
      <p>No node of this view matches “{query}”.</p>
      <button type="button" className="link" onClick={() => setQuery("")}>
        Clear search
      </button>
    </div>
  );
}

interface MountedMap {
  readonly map: MapPort | null;
  /** The node last clicked on the map itself. */
  readonly clicked: RefObject<string | null>;
}

function useMap(host: RefObject<HTMLElement | null>, onMessage: (sentence: string) => void): MountedMap {
  const create = useMapFactory();
  const [map, setMap] = useState<MapPort | null>(null);
  const clicked = useRef<string | null>(null);
  useEffect(() => {
    if (host.current === null || create === null) return;
    let mounted: MapPort;
    try {
      mounted = create(host.current, {
        onSelect: (id) => {
          clicked.current = id;
          selectNode(id);
        },
        onSelectEdge: ({ from, to }) => {
          clicked.current = from;
          selectEdge(from, to);
        },
        onHover: () => {
          // The map draws its own hover; nothing outside it depends on one yet.
        },
        onMessage,
      });
    } catch {
      onMessage("The map cannot be drawn in this browser. The table shows the same nodes.");
      return;
    }
    setMap(mounted);
    return () => {
      setMap(null);
      mounted.destroy();
    };
  }, [create, host, onMessage]);
  return { map, clicked };
}

/** Hands the map what it draws, each part when it changes. */
function useMapInputs(map: MapPort | null, selected: string | null, edge: EdgeEnds | null): void {
  const graph = useMapGraph();
  const matched = useMatches();
  const theme = useTheme();
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const view = useScope((state) => state.address.view);

  // The tokens resolve differently when the theme or the wish for motion changes.
  useEffect(() => map?.setTheme(readMapTheme()), [map, theme, still]);
  useEffect(() => {
    if (graph !== null && graph.key === view) map?.setGraph(graph);
  }, [map, graph, view]);
  // A node that is not on the map cannot stand out; emphasising it would only fade all others.
  const shown = useScope((state) => (selected !== null && state.nodes.has(selected) ? selected : null));
  const emphasis = useMemo(() => ({ selected: shown, selectedEdge: edge, matched }), [shown, edge, matched]);
  useEffect(() => map?.setEmphasis(emphasis), [map, emphasis]);
}
