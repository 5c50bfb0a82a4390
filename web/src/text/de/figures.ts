import type { Text } from "../text";
import { counted } from "./count";

export const figures: Text["figures"] = {
  locale: "de",
  dates: "de-DE",
  now: "gerade eben",
  ago: (span) => `vor ${span}`,
  ahead: (span) => `in ${span}`,
  of: (one, all) => `${one} von ${all}`,
  upTo: (value) => `bis ${value}`,
  more: (count) => counted(count, "weiterer", "weitere"),
  things: (count, { one, many }) => counted(count, one, many),
  nodes: (count) => counted(count, "Knoten", "Knoten"),
  edges: (count) => counted(count, "Kante", "Kanten"),
  connections: (count) => counted(count, "Verbindung", "Verbindungen"),
  neighbours: (count) => counted(count, "Nachbar", "Nachbarn"),
  matches: (count) => counted(count, "Treffer", "Treffer"),
  hosts: (count) => counted(count, "Host", "Hosts"),
  probes: (count) => counted(count, "Probe", "Probes"),
  rows: (count) => counted(count, "Zeile", "Zeilen"),
  columns: (count) => counted(count, "Spalte", "Spalten"),
  entries: (count) => counted(count, "Eintrag", "Einträge"),
  lines: (count) => counted(count, "Zeile", "Zeilen"),
  steps: (count) => counted(count, "Schritt", "Schritte"),
};
