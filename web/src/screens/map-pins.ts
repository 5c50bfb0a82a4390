// Elements of the page that stand at nodes of the map, wherever those are in the picture.

import { useRef } from "react";
import { useFrames } from "../state/frames";
import type { MapPort } from "../state/map-port";

/**
 * Holds elements at their nodes while there are any: their transform is the node's middle, `--mark-size` the size
 * of its glyph in pixels; those whose node is not drawn are hidden. The answer makes the `ref` of a node's element.
 */
export function useMapPins(map: MapPort, isAny: boolean) {
  const places = useRef(new Map<string, HTMLElement>());
  useFrames(isAny, () => {
    const size = map.describe().glyphPx;
    for (const [id, element] of places.current) {
      const place = map.screenPosition(id);
      element.hidden = place === null;
      if (place === null) continue;
      element.style.transform = `translate(${place.x}px, ${place.y}px)`;
      element.style.setProperty("--mark-size", `${size}px`);
    }
  });
  return (id: string) => (element: HTMLElement | null) => {
    if (element === null) places.current.delete(id);
    else places.current.set(id, element);
  };
}
