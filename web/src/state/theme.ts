// Light or dark, usual or high contrast: the reader's choice, else the system's. The choices are attributes of
// the page; every colour follows from them in `ui/tokens.css`.

import { EDGE_TONES } from "../domain/edge-show";
import type { MapTheme } from "../domain/map";
import type { TerminalColours, TerminalTheme } from "../domain/terminal-theme";
import { setPreferences } from "./actions";
import { useMedia } from "./media";
import type { ContrastChoice, ThemeChoice } from "./preferences";
import { useScope } from "./store";

const DARK = "(prefers-color-scheme: dark)";
/** Forced colours are a wish for contrast too, whatever they are. */
const CONTRAST = "(prefers-contrast: more), (forced-colors: active)";
const STILL = "(prefers-reduced-motion: reduce)";

export type Theme = "light" | "dark";
export type Contrast = "usual" | "high";

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

function contrastOf(choice: ContrastChoice): Contrast {
  if (choice !== "system") return choice;
  return window.matchMedia(CONTRAST).matches ? "high" : "usual";
}

/** The contrast in effect. */
export function useContrast(): Contrast {
  const choice = useScope((state) => state.preferences.contrast);
  const systemHigh = useMedia(CONTRAST);
  if (choice !== "system") return choice;
  return systemHigh ? "high" : "usual";
}

/** Another value whenever colours have changed, for what is painted and not styled. */
export function useLook(): string {
  return `${useTheme()} ${useContrast()}`;
}

/** Marks the page with theme and contrast, now and whenever they change. */
export function startTheme(): () => void {
  const apply = () => {
    const { theme, contrast } = useScope.getState().preferences;
    const { dataset } = document.documentElement;
    dataset.theme = themeOf(theme);
    dataset.contrast = contrastOf(contrast);
  };
  apply();
  const lists = [window.matchMedia(DARK), window.matchMedia(CONTRAST)];
  for (const list of lists) list.addEventListener("change", apply);
  const unsubscribe = useScope.subscribe(apply);
  return () => {
    for (const list of lists) list.removeEventListener("change", apply);
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
  // Otherwise a system that forces colours would give every token the same.
  probe.style.setProperty("forced-color-adjust", "none");
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
