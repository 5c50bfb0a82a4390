// The map as a drawing of its own: outlines, lines and words with their places, for a file. It shows the part
// of the map that the window shows, as it lies there, and leaves out words that would overlap.

import { EDGE_TONES } from "./edge-show";
import type { MapGraph, MapNode, MapTheme, Shape } from "./map";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Something drawn: a path (SVG's words, moved and scaled), or a line of text. */
export type Mark =
  | {
      readonly kind: "path";
      readonly d: string;
      readonly at: Point;
      readonly scale: number;
      readonly fill: string;
      readonly stroke: string;
      /** px */
      readonly width: number;
      readonly dashed: boolean;
    }
  | {
      readonly kind: "text";
      readonly text: string;
      readonly at: Point;
      /** px */
      readonly size: number;
      readonly colour: string;
    };

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly ground: string;
  readonly font: string;
  readonly marks: readonly Mark[];
}

/** px */
const RADIUS_MIN = 2;
const RADIUS_MAX = 19;
const LABEL_SIZE = 12;
/** A letter is about so wide, as a share of its height. */
const LETTER_SHARE = 0.55;
const LABEL_CHARS_MAX = 28;
const ARROW_SHARE = 0.6;
/** px */
const LINE_WIDTH = 1.25;
const ARROW = "M-5 -4L4 0L-5 4Z";
/** How much of what a search does not match is left. */
const FADED = "66";

const SIDES: Partial<Record<Shape, number>> = {
  triangle: 3,
  dottedtriangle: 3,
  pentagon: 5,
  hexagon: 6,
  heptagon: 7,
  octagon: 8,
};

const OUTLINES: Partial<Record<Shape, string>> = {
  square: "M-.8 -.8H.8V.8H-.8Z",
  cloud: "M-.5 .5A.45 .45 0 0 1 -.55 -.35A.6 .6 0 0 1 .5 -.3A.42 .42 0 0 1 .55 .5Z",
  cylinder: "M-.7 -.6C-.7 -1 .7 -1 .7 -.6V.6C.7 1 -.7 1 -.7 .6ZM-.7 -.6C-.7 -.2 .7 -.2 .7 -.6",
  sheet: "M-.7 -.9H.3L.7 -.5V.9H-.7Z",
};

const CIRCLE = "M-.9 0A.9 .9 0 1 1 .9 0A.9 .9 0 1 1 -.9 0Z";

export interface PictureInput {
  readonly graph: MapGraph;
  readonly theme: MapTheme;
  readonly width: number;
  readonly height: number;
  /** Where a node is, px from the top left corner; null where it is nowhere. */
  readonly placeOf: (id: string) => Point | null;
  /** Ids that match the search, null while nothing is searched. */
  readonly matched: ReadonlySet<string> | null;
}

export function pictureOf(input: PictureInput): Picture {
  const { graph, theme, width, height, placeOf } = input;
  const places = graph.nodes.map(({ id }) => placeOf(id));
  const radius = radiusFor(places);
  const inside = (place: Point | null | undefined): place is Point =>
    place !== null &&
    place !== undefined &&
    place.x > -radius &&
    place.y > -radius &&
    place.x < width + radius &&
    place.y < height + radius;
  const marks: Mark[] = [...boxMarks(graph, places, radius, theme)];
  for (const { source, target, look } of graph.edges) {
    const [from, to] = [places[source], places[target]];
    if (!from || !to || !(inside(from) || inside(to))) continue;
    const tone = look === undefined ? theme.edge : theme.edgeTones[EDGE_TONES.indexOf(look.tone)];
    marks.push(...edgeMarks(from, to, radius, tone ?? theme.edge, look?.width ?? 1));
  }
  const words = new Words();
  graph.nodes.forEach((node, index) => {
    const place = places[index];
    if (!inside(place)) return;
    const faded = input.matched !== null && !input.matched.has(node.id);
    marks.push(...nodeMarks(node, place, radius, theme, faded, words));
  });
  return { width, height, ground: theme.ground, font: theme.fontFamily, marks };
}

/** As large as the nearest neighbours allow, which is how the map does it. */
function radiusFor(places: readonly (Point | null)[]): number {
  const known = places.filter((place) => place !== null).sort((a, b) => a.x - b.x);
  const gaps: number[] = [];
  known.forEach((place, index) => {
    let best = Number.POSITIVE_INFINITY;
    for (let at = index + 1; at < known.length; at += 1) {
      const other = known[at];
      if (other === undefined || other.x - place.x > best) break;
      best = Math.min(best, Math.hypot(other.x - place.x, other.y - place.y));
    }
    if (Number.isFinite(best)) gaps.push(best);
  });
  gaps.sort((a, b) => a - b);
  const usual = gaps[Math.floor(gaps.length / 4)] ?? Number.POSITIVE_INFINITY;
  return Math.min(RADIUS_MAX, Math.max(RADIUS_MIN, usual * 0.35));
}

/** The open boxes, each around what is in it. */
function boxMarks(
  graph: MapGraph,
  places: readonly (Point | null)[],
  radius: number,
  theme: MapTheme,
): readonly Mark[] {
  const pad = radius * 2 + LABEL_SIZE;
  return graph.groups.flatMap(({ title }, group): Mark[] => {
    const own = places.filter((place, index) => place !== null && isIn(graph, index, group)) as Point[];
    if (own.length === 0) return [];
    const xs = own.map(({ x }) => x);
    const ys = own.map(({ y }) => y);
    const at = { x: Math.min(...xs) - pad, y: Math.min(...ys) - pad };
    const [width, height] = [Math.max(...xs) + pad - at.x, Math.max(...ys) + pad - at.y];
    const d = `M${num(at.x)} ${num(at.y)}h${num(width)}v${num(height)}h${num(-width)}Z`;
    const style = { at: { x: 0, y: 0 }, scale: 1, fill: theme.groupFill, stroke: theme.groupLine, width: 1 };
    const words = { x: at.x + width / 2, y: at.y + LABEL_SIZE + 2 };
    return [
      { kind: "path", d, ...style, dashed: false },
      { kind: "text", text: title, at: words, size: LABEL_SIZE, colour: theme.textMuted },
    ];
  });
}

/** Whether a node lies in a box, or in one within it. */
function isIn(graph: MapGraph, index: number, group: number): boolean {
  let at = graph.nodes[index]?.group ?? -1;
  // A box comes after the one around it, so the way out is a way down.
  while (at > group) at = Math.min(at - 1, graph.groups[at]?.outer ?? -1);
  return at === group;
}

function edgeMarks(from: Point, to: Point, radius: number, colour: string, width: number): readonly Mark[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length <= radius * 2) return [];
  const along = (px: number): Point => ({
    x: from.x + ((to.x - from.x) * px) / length,
    y: from.y + ((to.y - from.y) * px) / length,
  });
  const [start, end, arrow] = [along(radius), along(length - radius), along(length * ARROW_SHARE)];
  const turned = turn(ARROW, Math.atan2(to.y - from.y, to.x - from.x));
  const line = `M${num(start.x)} ${num(start.y)}L${num(end.x)} ${num(end.y)}`;
  const path = { kind: "path" as const, scale: 1, dashed: false };
  const origin = { x: 0, y: 0 };
  const body: Mark = {
    ...path,
    d: line,
    at: origin,
    fill: "none",
    stroke: colour,
    width: width * LINE_WIDTH,
  };
  if (radius < RADIUS_MAX / 2) return [body];
  return [body, { ...path, d: turned, at: arrow, fill: colour, stroke: "none", width: 0 }];
}

/** A path of straight lines, turned by an angle. */
function turn(d: string, angle: number): string {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return d.replace(/(-?\d+) (-?\d+)/g, (_, x: string, y: string) => {
    const [dx, dy] = [Number(x), Number(y)];
    return `${num(dx * cos - dy * sin)} ${num(dx * sin + dy * cos)}`;
  });
}

function nodeMarks(
  node: MapNode,
  at: Point,
  radius: number,
  theme: MapTheme,
  faded: boolean,
  words: Words,
): readonly Mark[] {
  const hue = node.hue < 0 ? theme.pseudo : (theme.hues[node.hue] ?? theme.pseudo);
  const shown = (colour: string) => (faded ? fadedOf(colour) : colour);
  const marks: Mark[] = [
    {
      kind: "path",
      d: outlineOf(node.shape),
      at,
      scale: radius,
      fill: theme.nodeBody,
      stroke: shown(hue),
      width: Math.max(1, radius / 8),
      dashed: node.shape.startsWith("dotted"),
    },
  ];
  const label =
    node.label.length > LABEL_CHARS_MAX ? `${node.label.slice(0, LABEL_CHARS_MAX - 1)}…` : node.label;
  const below = { x: at.x, y: at.y + radius + LABEL_SIZE + 2 };
  if (words.takes(label, below)) {
    marks.push({ kind: "text", text: label, at: below, size: LABEL_SIZE, colour: shown(theme.text) });
  }
  if (node.fillText !== "" && radius > RADIUS_MAX * 0.8) {
    const size = LABEL_SIZE - 2;
    const middle = { x: at.x, y: at.y + size / 3 };
    marks.push({ kind: "text", text: node.fillText, at: middle, size, colour: shown(theme.textMuted) });
  }
  return marks;
}

/** `rgb(1, 2, 3)` as `#01020366`; any other colour as it is. */
function fadedOf(colour: string): string {
  const parts = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour)?.slice(1).map(Number);
  if (parts === undefined) return colour;
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}${FADED}`;
}

function outlineOf(shape: Shape): string {
  const sides = SIDES[shape];
  if (sides === undefined) return OUTLINES[shape] ?? OUTLINES[shape.replace("dotted", "") as Shape] ?? CIRCLE;
  const turned = sides === 8 ? Math.PI / 8 : 0;
  const corners = Array.from({ length: sides }, (_, index) => {
    const angle = (2 * Math.PI * index) / sides - Math.PI / 2 + turned;
    return `${num(Math.cos(angle))} ${num(Math.sin(angle))}`;
  });
  return `M${corners.join("L")}Z`;
}

/** Two decimals, because a file is read by people too. */
function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Which words have been written, by the lines of a grid they are on. */
class Words {
  private readonly lines = new Map<number, { readonly from: number; readonly to: number }[]>();

  /** Whether there is room for the text; if so it is taken. */
  takes(text: string, { x, y }: Point): boolean {
    const half = (text.length * LABEL_SIZE * LETTER_SHARE) / 2 + 2;
    const span = { from: x - half, to: x + half };
    const line = Math.round(y / LABEL_SIZE);
    const near = [line - 1, line, line + 1].flatMap((at) => this.lines.get(at) ?? []);
    if (near.some(({ from, to }) => from < span.to && to > span.from)) return false;
    this.lines.set(line, [...(this.lines.get(line) ?? []), span]);
    return true;
  }
}

/** The drawing as an SVG file. */
export function svgOf({ width, height, ground, font, marks }: Picture): string {
  const size = `width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}"`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${xml(font)}" font-weight="500">`,
    `<rect width="100%" height="100%" fill="${xml(ground)}"/>`,
    ...marks.map(svgMark),
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

function svgMark(mark: Mark): string {
  if (mark.kind === "text") {
    const { at, size, colour, text } = mark;
    const place = `x="${num(at.x)}" y="${num(at.y)}" text-anchor="middle"`;
    return `<text ${place} font-size="${size}" fill="${xml(colour)}">${xml(text)}</text>`;
  }
  const { d, at, scale, fill, stroke, width, dashed } = mark;
  const moved =
    at.x === 0 && at.y === 0 ? "" : ` transform="translate(${num(at.x)} ${num(at.y)}) scale(${num(scale)})"`;
  const line = stroke === "none" ? "" : ` stroke="${xml(stroke)}" stroke-width="${num(width / scale)}"`;
  const dash = dashed ? ` stroke-dasharray="${num(3 / scale)} ${num(2 / scale)}"` : "";
  return `<path d="${d}"${moved} fill="${xml(fill)}"${line}${dash} stroke-linejoin="round"/>`;
}

/** Names come from outside: nothing of them may become markup, or a character XML does not have. */
function xml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a name from outside may have any
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu, "")
      .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
  );
}
