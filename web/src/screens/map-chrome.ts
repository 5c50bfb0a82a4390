// What lies over the map: the legend and the buttons in its lower corners, the details' sheet from below.

import { type RefCallback, type RefObject, useCallback, useEffect, useMemo, useState } from "react";
import type { MapInsets, MapPanel } from "../domain/map";
import { useScope } from "../state/store";

/** Below this width of the map, px, the legend would take too much of it. */
const TIGHT_BELOW_PX = 900;

export interface MapChrome {
  readonly insets: MapInsets;
  /** How much of the map the details cover from below in a narrow window, px. */
  readonly sheet: number;
  /** Whether the map has little room beside the details or in a small window. */
  readonly tight: boolean;
  readonly legend: RefCallback<HTMLElement>;
  readonly controls: RefCallback<HTMLElement>;
  readonly groups: RefCallback<HTMLElement>;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const NO_SIZE: Size = { width: 0, height: 0 };

export function useMapChrome(host: RefObject<HTMLElement | null>): MapChrome {
  const [stage, measureStage] = useSize();
  const [legendSize, legend] = useSize();
  const [controlsSize, controls] = useSize();
  const [groupsSize, groups] = useSize();
  const sheet = useSheetPx(host);
  const isDockOpen = useScope((state) => state.address.cards.length > 0);
  useEffect(() => measureStage(host.current) ?? undefined, [host, measureStage]);
  const insets = useMemo((): MapInsets => {
    const panels = [
      panelOf("left", legendSize),
      panelOf("right", controlsSize),
      panelOf("left", groupsSize, true),
    ];
    return { top: 0, right: 0, bottom: sheet, left: 0, panels: panels.filter((panel) => panel !== null) };
  }, [legendSize, controlsSize, groupsSize, sheet]);
  const tight = isDockOpen || (stage.width > 0 && stage.width < TIGHT_BELOW_PX);
  return { insets, sheet, tight, legend, controls, groups };
}

/** A panel that is hidden or not there takes no room. */
function panelOf(side: MapPanel["side"], size: Size, top = false): MapPanel | null {
  return size.width > 0 && size.height > 0 ? { side, top, ...size } : null;
}

/** How far an element reaches from the corner it is in into what holds it, px; follows its size. */
function useSize(): readonly [Size, RefCallback<HTMLElement>] {
  const [size, setSize] = useState(NO_SIZE);
  const measure = useCallback((element: HTMLElement | null) => {
    if (element === null) return;
    const look = () => {
      const { offsetLeft, offsetTop, offsetWidth, offsetHeight, offsetParent } = element;
      const gapRight = (offsetParent?.clientWidth ?? 0) - offsetLeft - offsetWidth;
      const gapBelow = (offsetParent?.clientHeight ?? 0) - offsetTop - offsetHeight;
      const isShown = offsetWidth > 0 && offsetHeight > 0;
      const width = isShown ? offsetWidth + Math.max(0, Math.min(offsetLeft, gapRight)) : 0;
      const height = isShown ? offsetHeight + Math.max(0, Math.min(offsetTop, gapBelow)) : 0;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    look();
    return () => {
      observer.disconnect();
      setSize(NO_SIZE);
    };
  }, []);
  return [size, measure];
}

function useSheetPx(host: RefObject<HTMLElement | null>): number {
  const open = useScope((state) => state.address.cards.length > 0);
  const [covered, setCovered] = useState(0);
  useEffect(() => {
    const box = host.current?.getBoundingClientRect();
    const dock = document.querySelector('.shell[data-narrow="true"] .dock')?.getBoundingClientRect();
    setCovered(open && box && dock ? Math.max(0, Math.round(box.bottom - dock.top)) : 0);
  }, [open, host]);
  return covered;
}
