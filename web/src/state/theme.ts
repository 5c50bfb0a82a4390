// Light or dark: the reader's choice, else the system's. The choice is an attribute of the page;
// every colour follows from it in `ui/tokens.css`.

import { EDGE_TONES } from "../domain/edge-show";
import type { MapTheme } from "../domain/map";
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

/** The canvas's colours, as the page's tokens resolve right now. */
export function readMapTheme(): MapTheme {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colour = (token: string) => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const theme: MapTheme = {
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
  };
  probe.remove();
  return theme;
}
