import { X } from "lucide-react";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { CardRef } from "../domain/address";
import type { EdgeEnds } from "../domain/map";
import { setQuery } from "../state/actions";
import { useMatches } from "../state/derived";
import { useMapGraph } from "../state/picture";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { GraphControls } from "./graph-controls";
import { GraphGroups } from "./graph-groups";
import { GraphLegend } from "./graph-legend";
import { GraphMinimap } from "./graph-minimap";
import { GraphMirror } from "./graph-mirror";
import { GraphSelection } from "./graph-selection";
import { useMapChrome } from "./map-chrome";
import { MapMarks } from "./map-marks";
import { bringIntoView, useMap, useMapInputs } from "./map-mount";
import type { MapCommands } from "./shortcuts";
import { TimelineMarks } from "./timeline-marks";
import "./graph-screen.css";

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
  const { map, clicked, overflows, undoable } = useMap(host, setMessage);
  const graph = useMapGraph();
  const shown = useRef(graph);
  shown.current = graph;
  const selected = useSelectedId();
  const selectedEdge = useSelectedEdge();
  const chrome = useMapChrome(host);
  const { sheet } = chrome;
  useMapInputs(map, walked ?? selected, walked === null ? selectedEdge : null, selected);
  useEffect(() => map?.setInsets(chrome.insets), [map, chrome.insets]);

  useEffect(() => {
    if (map === null) return;
    commands.current = { fit: () => map.fit(), tidy: () => map.tidy(), undo: () => map.undo() };
    return () => {
      commands.current = null;
    };
  }, [map, commands]);

  // A node opened from a link or a table may be outside the window; one that was clicked is not. Of an edge its client.
  const opened = selected ?? selectedEdge?.from ?? null;
  useEffect(() => {
    if (map === null || opened === null || clicked.current === opened) return;
    bringIntoView(map, shown.current, opened, host.current, sheet);
  }, [map, opened, clicked, sheet]);

  const view = useScope((state) => state.address.view);
  // Another view has other nodes.
  useEffect(() => setWalked(null), [view]);

  const walk = useCallback(
    (id: string | null) => {
      setWalked(id);
      if (id !== null && map !== null) bringIntoView(map, shown.current, id, host.current, sheet);
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
          <GraphGroups panel={chrome.groups} />
          <div ref={chrome.controls} className="graph-corner">
            <GraphMinimap map={map} shown={overflows} />
            <GraphControls map={map} undoable={undoable} />
          </div>
          <GraphSelection />
          <MapMarks map={map} />
          <TimelineMarks map={map} />
          <NoMatch />
        </>
      )}
      {message !== "" && !hidden && (
        <div role="alert" className="graph-message">
          <p>{message}</p>
          <IconButton label={say.frame.dismiss} icon={X} small onClick={() => setMessage("")} />
        </div>
      )}
    </div>
  );
}

/** All faded and nothing said would look like a defect. */
function NoMatch() {
  const query = useScope((state) => state.address.query);
  const matches = useMatches();
  if (matches === null || matches.size > 0) return null;
  return (
    <div role="status" className="graph-message quiet">
      <p>{say.map.noMatch(query)}</p>
      <button type="button" className="link" onClick={() => setQuery("")}>
        {say.map.clearSearch}
      </button>
    </div>
  );
}
