// The theme as numbers: CSS colours become red, green, blue and alpha from 0 to 1.

import type { MapTheme } from "../domain/map";

export type Rgba = readonly [number, number, number, number];

export interface Palette {
  readonly ground: Rgba;
  /** The ground inside a group's box. */
  readonly groupGround: Rgba;
  readonly text: Rgba;
  readonly textMuted: Rgba;
  readonly nodeBody: Rgba;
  readonly edge: Rgba;
  readonly edgeStrong: Rgba;
  readonly groupFill: Rgba;
  readonly groupLine: Rgba;
  readonly pseudo: Rgba;
  readonly metricFill: Rgba;
  readonly selection: Rgba;
  readonly match: Rgba;
  readonly warning: Rgba;
  readonly danger: Rgba;
  /** In the order of `EDGE_TONES`. */
  readonly edgeTones: readonly Rgba[];
  /** Ten hues, then the colour of what belongs to no group. */
  readonly hues: readonly Rgba[];
  readonly fontFamily: string;
}

const HUE_COUNT = 10;
/** Index of the colour without a group in `Palette.hues`. */
export const HUE_NONE = HUE_COUNT;
const BLACK: Rgba = [0, 0, 0, 1];

export type ColourReader = (css: string) => Rgba;

/** `#rgb`, `#rrggbb` and `#rrggbbaa`; anything else is for the browser to read. */
export function hexColour(css: string): Rgba | null {
  const match = /^#([0-9a-f]{3,8})$/i.exec(css.trim());
  const digits = match?.[1] ?? "";
  const pairs =
    digits.length === 3 || digits.length === 4
      ? [...digits].map((digit) => digit + digit)
      : digits.length === 6 || digits.length === 8
        ? (digits.match(/../g) ?? [])
        : [];
  if (pairs.length < 3) {
    return null;
  }
  const [red = 0, green = 0, blue = 0, alpha = 255] = pairs.map((pair) => Number.parseInt(pair, 16));
  return [red / 255, green / 255, blue / 255, alpha / 255];
}

/** Reads any CSS colour by painting one pixel with it. */
export function browserColours(): ColourReader {
  const canvas = document.createElement("canvas");
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (css) => {
    const hex = hexColour(css);
    if (hex) {
      return hex;
    }
    if (!context) {
      return BLACK;
    }
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = "#000";
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
    return [red / 255, green / 255, blue / 255, alpha / 255];
  };
}

/** `top` laid over the opaque `under`. */
export function over(under: Rgba, top: Rgba): Rgba {
  const a = top[3];
  return [mix(under[0], top[0], a), mix(under[1], top[1], a), mix(under[2], top[2], a), 1];
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

export function blend(from: Rgba, to: Rgba, share: number): Rgba {
  return [
    mix(from[0], to[0], share),
    mix(from[1], to[1], share),
    mix(from[2], to[2], share),
    mix(from[3], to[3], share),
  ];
}

export function paletteOf(theme: MapTheme, read: ColourReader): Palette {
  const ground = read(theme.ground);
  const groupFill = read(theme.groupFill);
  const pseudo = read(theme.pseudo);
  const hues: Rgba[] = [];
  for (let i = 0; i < HUE_COUNT; i++) {
    const css = theme.hues[i];
    hues.push(css === undefined ? pseudo : read(css));
  }
  return {
    ground,
    groupGround: over(ground, groupFill),
    text: read(theme.text),
    textMuted: read(theme.textMuted),
    nodeBody: read(theme.nodeBody),
    edge: read(theme.edge),
    edgeStrong: read(theme.edgeStrong),
    groupFill,
    groupLine: read(theme.groupLine),
    pseudo,
    metricFill: read(theme.metricFill),
    selection: read(theme.selection),
    match: read(theme.match),
    warning: read(theme.warning),
    danger: read(theme.danger),
    edgeTones: theme.edgeTones.map(read),
    hues: [...hues, pseudo],
    fontFamily: theme.fontFamily,
  };
}

export function cssColour(colour: Rgba, strength = 1): string {
  const [red, green, blue] = [colour[0], colour[1], colour[2]].map((part) => Math.round(part * 255));
  return `rgba(${red}, ${green}, ${blue}, ${(colour[3] * strength).toFixed(3)})`;
}
