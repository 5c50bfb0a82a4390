// In which forms the picture can be taken along; the work is done by code that is fetched when it is wanted.

import type { Mode } from "../domain/address";
import { say } from "../text/text";

export type ExportKind = "svg" | "png" | "mermaid" | "dot" | "json";

export interface ExportChoice {
  readonly kind: ExportKind;
  readonly label: string;
  readonly what: string;
}

const PICTURES: readonly ExportChoice[] = [
  { kind: "svg", label: "SVG", what: say.palette.formats.svg },
  { kind: "png", label: "PNG", what: say.palette.formats.png },
];

const TEXTS: readonly ExportChoice[] = [
  { kind: "mermaid", label: "Mermaid", what: say.palette.formats.mermaid },
  { kind: "dot", label: "DOT", what: say.palette.formats.dot },
  { kind: "json", label: "JSON", what: say.palette.formats.json },
];

/** What can be had of what is shown; the table has its own way to a file. */
export function exportsOf(mode: Mode): readonly ExportChoice[] {
  return mode === "graph" ? [...PICTURES, ...TEXTS] : TEXTS;
}

/** Saves what is shown as a file of that kind. */
export async function exportAs(kind: ExportKind): Promise<void> {
  const { saveAs } = await import("./export-files");
  await saveAs(kind);
}
