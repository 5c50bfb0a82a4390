// Words as pictures: each text is drawn once by the browser's own text engine at device resolution (so every script
// and ligature is right) and kept in one texture: red is the ink, green the halo. Themes only change the colours the
// shader gives them.

import { fontOf, TEXT_STYLES } from "../painter";

export interface Slot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SIDE_PX = 2048;
/** Room for the halo around the ink, CSS px. */
const PAD_PX = 4;
const HALO_PX = 3;
/** Time for new texts per frame: a first picture with a thousand labels takes some frames, none of them long. */
const FRAME_SHARE_MS = 3;
const TEXT_WIDTH_MAX_PX = 400;

export class LabelAtlas {
  readonly side: number;
  readonly texture: WebGLTexture;
  private readonly slots = new Map<string, Slot>();
  private readonly shelves: { y: number; height: number; x: number }[] = [];
  private shelfTop = 0;
  private untilMs = 0;
  /** Slots handed out before are void since `begin`. */
  emptied = false;
  private readonly pen: CanvasRenderingContext2D | null;
  private readonly sheet = document.createElement("canvas");

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly ratio: number,
    private readonly family: string,
  ) {
    this.side = Math.min(SIDE_PX * Math.ceil(ratio), gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
    this.sheet.width = Math.ceil((TEXT_WIDTH_MAX_PX + 2 * PAD_PX) * ratio);
    this.sheet.height = Math.ceil(40 * ratio);
    this.pen = this.sheet.getContext("2d", { willReadFrequently: true, alpha: false });
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RG8, this.side, this.side);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  fits(ratio: number, family: string): boolean {
    return ratio === this.ratio && family === this.family;
  }

  /** Starts a frame's budget. */
  begin(): void {
    this.untilMs = performance.now() + FRAME_SHARE_MS;
    this.emptied = false;
  }

  /** Null when the frame's budget is spent. */
  slot(text: string, style: number): Slot | null {
    const key = `${style}|${text}`;
    const found = this.slots.get(key);
    if (found) {
      return found;
    }
    if (!this.pen || performance.now() > this.untilMs) {
      return null;
    }
    const slot = this.rasterise(this.pen, text, style);
    this.slots.set(key, slot);
    return slot;
  }

  dispose(): void {
    this.gl.deleteTexture(this.texture);
  }

  private rasterise(pen: CanvasRenderingContext2D, text: string, style: number): Slot {
    const { ratio } = this;
    pen.font = fontOf(style, this.family, ratio);
    const width = Math.min(Math.ceil(pen.measureText(text).width + 2 * PAD_PX * ratio), this.sheet.width);
    const height = Math.ceil(((TEXT_STYLES[style]?.sizePx ?? 12) * 1.3 + PAD_PX) * ratio);
    pen.globalCompositeOperation = "source-over";
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, width, height);
    pen.globalCompositeOperation = "lighter";
    pen.textBaseline = "alphabetic";
    pen.lineJoin = "round";
    pen.lineWidth = HALO_PX * 2 * ratio;
    const baseline = Math.round(height / 2 + (TEXT_STYLES[style]?.sizePx ?? 12) * 0.36 * ratio);
    pen.strokeStyle = "#0f0";
    pen.strokeText(text, PAD_PX * ratio, baseline);
    pen.fillStyle = "#f00";
    pen.fillText(text, PAD_PX * ratio, baseline);
    const pixels = pen.getImageData(0, 0, width, height).data;
    const cover = new Uint8Array(width * height * 2);
    for (let i = 0, o = 0; o < cover.length; i += 4, o += 2) {
      cover[o] = pixels[i] ?? 0;
      cover[o + 1] = pixels[i + 1] ?? 0;
    }
    const slot = this.allocate(width, height);
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, slot.x, slot.y, width, height, gl.RG, gl.UNSIGNED_BYTE, cover);
    return slot;
  }

  /** A place on a shelf of the same height; a full atlas is emptied and filled again by what is on the screen. */
  private allocate(width: number, height: number): Slot {
    let shelf = this.shelves.find((one) => one.height === height && one.x + width <= this.side);
    if (!shelf) {
      if (this.shelfTop + height > this.side) {
        this.emptied = true;
        this.slots.clear();
        this.shelves.length = 0;
        this.shelfTop = 0;
      }
      shelf = { y: this.shelfTop, height, x: 0 };
      this.shelfTop += height;
      this.shelves.push(shelf);
    }
    const slot = { x: shelf.x, y: shelf.y, width, height };
    shelf.x += width;
    return slot;
  }
}
