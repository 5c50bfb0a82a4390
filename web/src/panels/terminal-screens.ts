// The screens of open terminals. They live as long as their tabs, not as what React draws around
// them, so that a tab may be hidden and shown without losing a line.

import type { DockTab } from "../domain/dock-tab";
import { sessionOf, useDock } from "../state/dock";
import { keepScreen, takeScreen, tellSize } from "../state/terminal-link";
import { readTerminalTheme } from "../state/theme";
import { TerminalScreen } from "../terminal/terminal-screen";
import { say } from "../text/text";

const screens = new Map<string, TerminalScreen>();

function currentTab(key: string): DockTab | null {
  return useDock.getState().tabs.find((tab) => tab.key === key) ?? null;
}

/** The screen of a tab, made when it is first asked for. */
export function screenOf(tab: DockTab): TerminalScreen {
  const known = screens.get(tab.key);
  if (known !== undefined) return known;
  const screen = new TerminalScreen(tab.isRaw, readTerminalTheme(), {
    onInput: (bytes) => void sessionOf(tab.key)?.send(bytes),
    onSize: (columns, rows) => {
      const current = currentTab(tab.key);
      const isLive = useDock.getState().phases.get(tab.key)?.kind === "live";
      if (current !== null && isLive) tellSize(current, columns, rows);
    },
    onLeave: () => document.getElementById(tabId(tab.key))?.focus(),
  });
  const before = takeScreen(tab.key);
  if (before !== "") screen.restore(before);
  screens.set(tab.key, screen);
  return screen;
}

/** The id of the element that stands for a tab. */
export function tabId(key: string): string {
  return `tab-${key}`;
}

/** Connects a screen with its pipe as it is now. */
export function connectScreen(tab: DockTab): void {
  const screen = screenOf(tab);
  sessionOf(tab.key)?.attach({
    write: (bytes) => screen.write(bytes),
    gap: () => screen.say(say.docks.leftOut),
  });
}

/** Lets go of the screens whose tabs are closed. */
export function sweepScreens(tabs: readonly DockTab[]): void {
  for (const [key, screen] of screens) {
    if (tabs.some((tab) => tab.key === key)) continue;
    screen.dispose();
    screens.delete(key);
  }
}

/** Keeps all screens over a reload. */
export function keepScreens(): void {
  for (const [key, screen] of screens) keepScreen(key, screen.kept());
}

/** What stands on one screen; blank where there is none. */
export function keptScreen(key: string): string {
  return screens.get(key)?.kept() ?? "";
}

/** What was kept for another page is of no use to this one. */
export function forgetScreens(): void {
  for (const key of screens.keys()) takeScreen(key);
}

export function paintScreens(): void {
  const theme = readTerminalTheme();
  for (const screen of screens.values()) screen.setTheme(theme);
}
