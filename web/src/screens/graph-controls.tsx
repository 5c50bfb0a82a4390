import { Maximize, Minus, Plus, Undo2, Wand2 } from "lucide-react";
import type { MapPort } from "../state/map-port";
import { say } from "../text/text";
import { IconButton } from "../ui/button";

const ZOOM_STEP = 1.4;

/** Zoom, fit and tidy, at the lower right. */
export function GraphControls({ map, undoable }: { readonly map: MapPort; readonly undoable: boolean }) {
  return (
    <div className="graph-controls" role="toolbar" aria-label={say.map.tools}>
      <IconButton label={say.map.zoomIn} icon={Plus} hintSide="left" onClick={() => map.zoomBy(ZOOM_STEP)} />
      <IconButton
        label={say.map.zoomOut}
        icon={Minus}
        hintSide="left"
        onClick={() => map.zoomBy(1 / ZOOM_STEP)}
      />
      <IconButton
        label={say.map.fit}
        icon={Maximize}
        shortcut="f"
        hintSide="left"
        onClick={() => map.fit()}
      />
      <IconButton label={say.map.tidy} icon={Wand2} shortcut="." hintSide="left" onClick={() => map.tidy()} />
      {undoable && (
        <IconButton
          label={say.map.undo}
          icon={Undo2}
          shortcut="ctrl-z"
          hintSide="left"
          onClick={() => map.undo()}
        />
      )}
    </div>
  );
}
