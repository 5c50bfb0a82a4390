import { Maximize, Minus, Plus, Undo2, Wand2 } from "lucide-react";
import type { MapPort } from "../state/map-port";
import { IconButton } from "../ui/button";

const ZOOM_STEP = 1.4;

/** Zoom, fit and tidy, at the lower right. */
export function GraphControls({ map, undoable }: { readonly map: MapPort; readonly undoable: boolean }) {
  return (
    <div className="graph-controls" role="toolbar" aria-label="Map">
      <IconButton label="Zoom in" icon={Plus} hintSide="left" onClick={() => map.zoomBy(ZOOM_STEP)} />
      <IconButton label="Zoom out" icon={Minus} hintSide="left" onClick={() => map.zoomBy(1 / ZOOM_STEP)} />
      <IconButton
        label="Fit to window"
        icon={Maximize}
        shortcut="f"
        hintSide="left"
        onClick={() => map.fit()}
      />
      <IconButton label="Tidy layout" icon={Wand2} shortcut="." hintSide="left" onClick={() => map.tidy()} />
      {undoable && (
        <IconButton label="Undo" icon={Undo2} shortcut="ctrl-z" hintSide="left" onClick={() => map.undo()} />
      )}
    </div>
  );
}
