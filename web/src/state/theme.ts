// Light or dark: the reader's choice, else the system's. The choice is an attribute of the page;
// every colour follows from it in `ui/tokens.css`.

import { EDGE_TONES } from "../domain/edge-show";
import type { MapTheme } from "../domain/map";
import type { TerminalColours, TerminalTheme } from "../domain/terminal-theme";
import { setPreferences } from "./actions";
import { useMedia } from "./media";
import type { ThemeChoice } from "./preferences";
import { useScope } from "./store";

const DARK = "(prefers-color-scheme: dark)";
const STILL = "(prefers-reduced-motion: reduce)";

export type Theme = "light" | "dark";

function themeOf(choice: ThemeChoice): Theme {
  if (choice !== "system") return choice;
  return window.matchMedia(DARK).matches ? "dark" : "light";
}

/** The theme in effect. */
export function useTheme(): Theme {
  const choice = useScope((state) => state.preferences.theme);
  const systemDark = useMedia(DARK);
  if (choice !== "system") return choice;
  return systemDark ? "dark" : "light";
}

/** Marks the page with the theme, now and whenever it changes. */
export function startTheme(): () => void {
  const apply = () => {
    document.documentElement.dataset.theme = themeOf(useScope.getState().preferences.theme);
  };
  apply();
  const list = window.matchMedia(DARK);
  list.addEventListener("change", apply);
  const unsubscribe = useScope.subscribe(apply);
  return () => {
    list.removeEventListener("change", apply);
    unsubscribe();
  };
}

export function toggleTheme(): void {
  const current = themeOf(useScope.getState().preferences.theme);
  setPreferences({ theme: current === "dark" ? "light" : "dark" });
}

/** Reads colours as the page's tokens resolve right now. */
function readColours<T>(read: (colour: (token: string) => string) => T): T {
  const probe = document.createElement("span");
  document.body.append(probe);
  const result = read((token) => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return result;
}

/** `rgb(1, 2, 3)` as six hexadecimal digits, which is all that a terminal's search takes. */
function hexOf(colour: string): string {
  const parts = colour.match(/\d+/g)?.slice(0, 3) ?? [];
  return `#${parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
}

const FONT_PX = 13;

/** The terminals' colours and letters, as the page's tokens resolve right now. */
export function readTerminalTheme(): TerminalTheme {
  const style = getComputedStyle(document.documentElement);
  const [match = "", matchActive = ""] = readColours((colour) =>
    ["terminal-match", "terminal-match-active"].map((token) => hexOf(colour(token))),
  );
  const colours = readColours((colour): TerminalColours => {
    const ansi = (index: number) => colour(`ansi-${index}`);
    return {
      background: colour("terminal-ground"),
      foreground: colour("terminal-text"),
      cursor: colour("terminal-text"),
      cursorAccent: colour("terminal-ground"),
      selectionBackground: colour("terminal-selection"),
      black: ansi(0),
      red: ansi(1),
      green: ansi(2),
      yellow: ansi(3),
      blue: ansi(4),
      magenta: ansi(5),
      cyan: ansi(6),
      white: ansi(7),
      brightBlack: ansi(8),
      brightRed: ansi(9),
      brightGreen: ansi(10),
      brightYellow: ansi(11),
      brightBlue: ansi(12),
      brightMagenta: ansi(13),
      brightCyan: ansi(14),
      brightWhite: ansi(15),
    };
  });
  return {
    colours,
    match,
    matchActive,
    fontFamily: style.getPropertyValue("--font-code").trim(),
    fontSize: Number.parseFloat(style.getPropertyValue("--text-13")) || FONT_PX,
    reducedMotion: window.matchMedia(STILL).matches,
  };
}

/** The canvas's colours, as the page's tokens resolve right now. */
export function readMapTheme(): MapTheme {
  return readColours(
    (colour): MapTheme => ({
      ground: colour("map-ground"),
      text: colour("text"),
      textMuted: colour("text-muted"),
      nodeBody: colour("map-body"),
      edge: colour("map-edge"),
      edgeStrong: colour("map-edge-strong"),
      groupFill: colour("map-group-fill"),
      groupLine: colour("map-group-line"),
      pseudo: colour("map-pseudo"),
      metricFill: colour("map-metric"),
      selection: colour("selection"),
      match: colour("match"),
      warning: colour("warning"),
      danger: colour("danger"),
      edgeTones: EDGE_TONES.map((tone) => colour(`edge-${tone}`)),
      hues: Array.from({ length: 10 }, (_, hue) => colour(`hue-${hue}`)),
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-text").trim(),
      reducedMotion: window.matchMedia(STILL).matches,
    }),
  );
}
