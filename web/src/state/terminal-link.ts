// What a terminal needs besides its bytes: its size told to the far end, its screen kept over a
// reload.

import { callControl } from "../api/acts";
import type { DockTab } from "../domain/dock-tab";

/** While the dock is dragged its size changes with every frame; programs draw anew each time. */
const SETTLE_MS = 120;

const timers = new Map<string, number>();

/** Tells the far end the terminal's size once it has settled. */
export function tellSize(tab: DockTab, columns: number, rows: number): void {
  if (tab.resizeControl === "") return;
  window.clearTimeout(timers.get(tab.key));
  const tell = () => {
    timers.delete(tab.key);
    const { probeId, nodeId, resizeControl: control } = tab;
    const args = { pipeID: tab.pipe, width: String(columns), height: String(rows) };
    callControl({ probeId, nodeId, control, args }).catch(() => {
      // The terminal keeps its size; its own state says whether it is there at all.
    });
  };
  timers.set(tab.key, window.setTimeout(tell, SETTLE_MS));
}

const SCREEN = "scope.screen.";

/** Keeps what stands on a screen for this page's next life. */
export function keepScreen(key: string, screen: string): void {
  try {
    window.sessionStorage.setItem(SCREEN + key, screen);
  } catch {
    // Too much, or no storage: the terminal goes on with an empty screen.
  }
}

/** Whether something of a terminal is kept for this page. */
export function keepsScreen(key: string): boolean {
  try {
    return (window.sessionStorage.getItem(SCREEN + key) ?? "") !== "";
  } catch {
    return false;
  }
}

/** What stood on the screen before a reload, once. */
export function takeScreen(key: string): string {
  try {
    const screen = window.sessionStorage.getItem(SCREEN + key) ?? "";
    window.sessionStorage.removeItem(SCREEN + key);
    return screen;
  } catch {
    return "";
  }
}
