import { Maximize, Minus, Plus, Undo2, Wand2 } from "lucide-react";
import { useState } from "react";
import type { MapPort } from "../state/map-port";
import { IconButton } from "../ui/button";

const ZOOM_STEP = 1.4;

/** Zoom, fit and tidy, at the lower right. */
export function GraphControls({ map }: { readonly map: MapPort }) {
  const [tidied, setTidied] = useState(false);
  const tidy = () => {
    map.tidy();
    setTidied(true);
  };
  const undo = () => {
    map.undoTidy();
    setTidied(false);
  };
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
      <IconButton label="Tidy layout" icon={Wand2} shortcut="." hintSide="left" onClick={tidy} />
      {tidied && <IconButton label="Undo tidy" icon={Undo2} hintSide="left" onClick={undo} />}
    </div>
  );
}
