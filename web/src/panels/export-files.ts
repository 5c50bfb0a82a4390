// Makes files of what is shown and offers them to be saved.

import { dotOf, jsonOf, mermaidOf } from "../domain/export-text";
import type { MapGraph } from "../domain/map";
import { type Mark, type Picture, pictureOf, svgOf } from "../domain/picture";
import { currentMap } from "../state/current-map";
import { sharedMatches, shownNodes } from "../state/derived";
import { fileName, saveFile } from "../state/files";
import { drawnGraph } from "../state/picture";
import { useScope } from "../state/store";
import { readMapTheme } from "../state/theme";
import type { ExportKind } from "./export-kinds";

/** Pixels of a PNG for each of the window's, so that it can be printed. */
const PNG_SCALE = 2;

export async function saveAs(kind: ExportKind): Promise<void> {
  const state = useScope.getState();
  const view = state.nodesView ?? "";
  const now = new Date();
  switch (kind) {
    case "json":
      return saveFile(fileName(view, "json", now), "application/json", jsonOf(view, shownNodes(state), now));
    case "mermaid":
      return saveFile(fileName(view, "mmd", now), "text/plain;charset=utf-8", mermaidOf(graphShown()));
    case "dot":
      return saveFile(fileName(view, "dot", now), "text/vnd.graphviz;charset=utf-8", dotOf(graphShown()));
    case "svg":
      return saveFile(fileName(view, "svg", now), "image/svg+xml", svgOf(pictureShown()));
    case "png":
      return saveFile(fileName(view, "png", now), "image/png", await pngOf(pictureShown()));
  }
}

const NOTHING: MapGraph = { key: "", nodes: [], edges: [], groups: [] };

/** As it is drawn, the boxes too. */
function graphShown(): MapGraph {
  return drawnGraph(useScope.getState()) ?? NOTHING;
}

/** The map as it is seen. */
export function pictureShown(): Picture {
  const shown = currentMap();
  const state = useScope.getState();
  return pictureOf({
    graph: graphShown(),
    theme: readMapTheme(),
    width: shown?.host.clientWidth ?? 0,
    height: shown?.host.clientHeight ?? 0,
    placeOf: (id) => shown?.map.screenPosition(id) ?? null,
    matched: sharedMatches(shownNodes(state), state.address.query),
  });
}

/** Painted by the same marks as the SVG, because the page's policy lets no picture in that is not a file of the app. */
async function pngOf(picture: Picture): Promise<Blob> {
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(picture.width * PNG_SCALE)),
    Math.max(1, Math.round(picture.height * PNG_SCALE)),
  );
  const context = canvas.getContext("2d");
  if (context !== null) {
    context.scale(PNG_SCALE, PNG_SCALE);
    context.fillStyle = picture.ground;
    context.fillRect(0, 0, picture.width, picture.height);
    context.lineJoin = "round";
    context.textAlign = "center";
    for (const mark of picture.marks) paint(context, mark, picture.font);
  }
  return canvas.convertToBlob({ type: "image/png" });
}

function paint(context: OffscreenCanvasRenderingContext2D, mark: Mark, font: string): void {
  if (mark.kind === "text") {
    context.font = `500 ${mark.size}px ${font}`;
    context.fillStyle = mark.colour;
    context.fillText(mark.text, mark.at.x, mark.at.y);
    return;
  }
  const path = new Path2D(mark.d);
  context.save();
  context.translate(mark.at.x, mark.at.y);
  context.scale(mark.scale, mark.scale);
  context.lineWidth = mark.width / mark.scale;
  context.setLineDash(mark.dashed ? [3 / mark.scale, 2 / mark.scale] : []);
  if (mark.fill !== "none") {
    context.fillStyle = mark.fill;
    context.fill(path);
  }
  if (mark.stroke !== "none") {
    context.strokeStyle = mark.stroke;
    context.stroke(path);
  }
  context.restore();
}
