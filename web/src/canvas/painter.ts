// The door between the map and what draws it. A painter owns its canvas elements' pixels and nothing else: it reads a
// scene, a camera and placed words, and keeps no opinion about any of them.

import type { Camera, Size } from "./camera";
import type { Palette, Rgba } from "./palette";
import type { Scene } from "./scene";
import type { Shades } from "./shade";

/** Text styles; the sizes do not change with the zoom. */
export const STYLE_LABEL = 0;
export const STYLE_MINOR = 1;
export const STYLE_TITLE = 2;
export const STYLE_VALUE = 3;

export interface TextStyle {
  readonly weight: number;
  readonly sizePx: number;
}

export const TEXT_STYLES: readonly TextStyle[] = [
  { weight: 500, sizePx: 13 },
  { weight: 400, sizePx: 12 },
  { weight: 600, sizePx: 13 },
  { weight: 600, sizePx: 11 },
];

export function fontOf(style: number, family: string, ratio: number): string {
  const { weight, sizePx } = TEXT_STYLES[style] ?? { weight: 400, sizePx: 12 };
  return `${weight} ${sizePx * ratio}px ${family}`;
}

/** Words at a place on the screen: the middle of the text, CSS px. */
export interface PlacedText {
  text: string;
  style: number;
  x: number;
  y: number;
  colour: Rgba;
  halo: Rgba;
  strength: number;
}

export interface Frame {
  readonly scene: Scene;
  readonly shades: Shades;
  readonly palette: Palette;
  readonly camera: Camera;
  readonly texts: readonly PlacedText[];
  readonly textCount: number;
  /** Share of the way to the new emphasis, of new things appearing and of gone things fading, 0 to 1. */
  readonly mix: number;
  readonly appear: number;
  readonly vanish: number;
}

export interface Painter {
  readonly kind: "webgl" | "canvas";
  /** CSS px and device px per CSS px. */
  resize(size: Size, ratio: number): void;
  /** Answers false when it has more to prepare (words not rasterised yet) and wants another frame. */
  draw(frame: Frame): boolean;
  /** New fonts have arrived: remembered pictures of words are void. */
  forgetText(): void;
  dispose(): void;
}
