// The bench's themes, close to `src/ui/tokens.css`, so that the canvas can be looked at without the rest of the page.

import type { MapTheme } from "../src/domain/map";

const FONT = '"Inter Variable", "Inter", system-ui, sans-serif';

export const LIGHT: MapTheme = {
  ground: "#f8f9fb",
  text: "#1c2430",
  textMuted: "#5f6b7c",
  nodeBody: "#ffffff",
  edge: "#8792a5",
  edgeStrong: "#3d4859",
  groupFill: "#eef1f6",
  groupLine: "#d9dee7",
  pseudo: "#8b95a5",
  metricFill: "#cfe0fb",
  selection: "#2563eb",
  match: "#7c3aed",
  warning: "#d97706",
  danger: "#dc2626",
  hues: ["#2f6fdb", "#0e8f7e", "#8a5cd6", "#b8860b", "#0b7fab", "#c2569c", "#5b7f1f", "#5961c9", "#a0642f", "#4c7a86"],
  fontFamily: FONT,
  reducedMotion: false,
};

export const DARK: MapTheme = {
  ground: "#0d1015",
  text: "#e8ebf0",
  textMuted: "#96a0b0",
  nodeBody: "#171b22",
  edge: "#66718a",
  edgeStrong: "#c3cad6",
  groupFill: "#13171e",
  groupLine: "#252b36",
  pseudo: "#7d8798",
  metricFill: "#27466f",
  selection: "#5b9dff",
  match: "#b18cff",
  warning: "#f0a53a",
  danger: "#ff6b6b",
  hues: ["#6ea6ff", "#3fc2ae", "#b592f5", "#d8ad42", "#4fb6e0", "#e58bc4", "#9bbf57", "#959cf5", "#d69a66", "#85b3bf"],
  fontFamily: FONT,
  reducedMotion: false,
};
