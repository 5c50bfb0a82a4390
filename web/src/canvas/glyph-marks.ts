// The inside of a glyph and the badges on it for the painter without WebGL: state at the top right, an edge to itself at
// the top left, a lock at the lower left.

import type { MapNode } from "../domain/map";
import { blend, cssColour, type Palette } from "./palette";
import { clamp } from "./typed";

/** Below this radius a badge would be a speck. */
const BADGE_FROM_PX = 8;

export function paintBody(
  pen: CanvasRenderingContext2D,
  node: MapNode,
  outline: Path2D,
  palette: Palette,
): void {
  const body = node.state === "stopped" ? blend(palette.ground, palette.nodeBody, 0.4) : palette.nodeBody;
  pen.fillStyle = cssColour(body);
  pen.fill(outline);
  pen.save();
  pen.clip(outline);
  if (node.fill > 0) {
    pen.fillStyle = cssColour(palette.metricFill);
    const level = 0.92 - clamp(node.fill, 0, 1) * 1.84;
    pen.fillRect(-1.2, level, 2.4, 2.4);
  }
  if (node.state === "unknown") {
    pen.strokeStyle = cssColour(palette.textMuted, 0.42);
    pen.lineWidth = 0.08;
    for (let x = -3; x < 3; x += 0.38) {
      pen.beginPath();
      pen.moveTo(x, -1.2);
      pen.lineTo(x - 2.4, 1.2);
      pen.stroke();
    }
  }
  pen.restore();
}

export function paintBadges(
  pen: CanvasRenderingContext2D,
  node: MapNode,
  palette: Palette,
  radiusPx: number,
  isPinned: boolean,
): void {
  if (radiusPx < BADGE_FROM_PX) {
    return;
  }
  if (isPinned) {
    disk(pen, -0.78, 0.62, 0.42, cssColour(palette.ground));
    lock(pen, cssColour(palette.edgeStrong));
  }
  if (node.selfLoop) {
    disk(pen, -0.78, -0.74, 0.42, cssColour(palette.ground));
    pen.strokeStyle = cssColour(palette.edgeStrong);
    loop(pen, -0.78, -0.74, 0.25, 0.1);
  }
  if (node.state === "plain") {
    return;
  }
  const trouble = node.state === "unhealthy" ? palette.danger : palette.warning;
  const colour = node.state === "unhealthy" || node.state === "restarting" ? trouble : palette.textMuted;
  disk(pen, 0.76, -0.74, 0.45, cssColour(palette.ground));
  disk(pen, 0.76, -0.74, 0.36, cssColour(colour));
  pen.save();
  pen.translate(0.76, -0.74);
  pen.scale(0.36, 0.36);
  pen.fillStyle = cssColour(palette.ground);
  pen.strokeStyle = cssColour(palette.ground);
  sign(pen, node);
  pen.restore();
}

function sign(pen: CanvasRenderingContext2D, node: MapNode): void {
  switch (node.state) {
    case "paused":
      pen.fillRect(-0.39, -0.42, 0.26, 0.84);
      pen.fillRect(0.13, -0.42, 0.26, 0.84);
      return;
    case "restarting":
      loop(pen, 0, 0, 0.42, 0.24);
      return;
    case "stopped":
      pen.fillRect(-0.34, -0.34, 0.68, 0.68);
      return;
    case "unhealthy":
      pen.fillRect(-0.11, -0.52, 0.22, 0.72);
      pen.fillRect(-0.12, 0.34, 0.24, 0.24);
      return;
    default:
      for (const x of [-0.42, 0, 0.42]) {
        pen.fillRect(x - 0.12, -0.12, 0.24, 0.24);
      }
  }
}

/** A padlock at the lower left: the reader has put the node here. */
function lock(pen: CanvasRenderingContext2D, colour: string): void {
  pen.save();
  pen.translate(-0.78, 0.62);
  pen.scale(0.4, 0.4);
  pen.fillStyle = colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 0.16;
  pen.fillRect(-0.42, -0.12, 0.84, 0.64);
  pen.beginPath();
  pen.arc(0, -0.14, 0.28, Math.PI, 2 * Math.PI);
  pen.stroke();
  pen.restore();
}

function disk(pen: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: string): void {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}

/** Three quarters of a circle with an arrow head at its end. */
function loop(pen: CanvasRenderingContext2D, x: number, y: number, radius: number, width: number): void {
  pen.lineWidth = width;
  pen.beginPath();
  pen.arc(x, y, radius, -Math.PI / 2, 0, true);
  pen.stroke();
  pen.fillStyle = pen.strokeStyle;
  pen.beginPath();
  pen.moveTo(x + radius, y - width * 2);
  pen.lineTo(x + radius - width * 1.5, y + width * 0.3);
  pen.lineTo(x + radius + width * 1.5, y + width * 0.3);
  pen.fill();
}
