// The words of a frame as quads that sit exactly on device px.

import type { Size } from "../camera";
import type { Frame } from "../painter";
import { LabelAtlas, type Slot } from "./label-atlas";
import { TEXT_FRAGMENT, TEXT_VERTEX } from "./plane-shader";
import { compile, type Program, upload, vertexArray } from "./program";

/** Words per frame; more are not drawn. */
const QUADS_MAX = 4096;
/** Six floats, then two colours of four bytes. */
const STRIDE = 32;

export class TextStep {
  private readonly program: Program;
  private readonly buffer: WebGLBuffer;
  private readonly array: WebGLVertexArrayObject;
  private readonly floats: Float32Array;
  private readonly bytes: Uint8Array;
  private atlas: LabelAtlas | null = null;
  private count = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = compile(gl, TEXT_VERTEX, TEXT_FRAGMENT);
    this.buffer = gl.createBuffer();
    const memory = new ArrayBuffer(QUADS_MAX * STRIDE);
    this.floats = new Float32Array(memory);
    this.bytes = new Uint8Array(memory);
    const field = { buffer: this.buffer, stride: STRIDE } as const;
    this.array = vertexArray(gl, [
      { ...field, location: 0, size: 4, kind: "float", offset: 0 },
      { ...field, location: 1, size: 2, kind: "float", offset: 16 },
      { ...field, location: 2, size: 4, kind: "share", offset: 24 },
      { ...field, location: 3, size: 4, kind: "share", offset: 28 },
    ]);
  }

  /** Answers false when some words are still to be rasterised. */
  draw(frame: Frame, size: Size, ratio: number): boolean {
    const { gl } = this;
    const family = frame.palette.fontFamily;
    if (!this.atlas?.fits(ratio, family)) {
      this.atlas?.dispose();
      this.atlas = new LabelAtlas(gl, ratio, family);
    }
    const { atlas } = this;
    atlas.begin();
    let whole = this.collect(frame, atlas, ratio);
    if (atlas.emptied) {
      whole = false;
      this.count = 0;
    }
    if (this.count === 0) {
      return whole;
    }
    gl.useProgram(this.program.program);
    gl.uniform2f(this.program.uniform("u_clipPerPx"), 2 / (size.width * ratio), 2 / (size.height * ratio));
    gl.uniform1f(this.program.uniform("u_atlasSize"), atlas.side);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, atlas.texture);
    gl.uniform1i(this.program.uniform("u_atlas"), 0);
    upload(gl, this.buffer, this.bytes.subarray(0, this.count * STRIDE));
    gl.bindVertexArray(this.array);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    return whole;
  }

  /** New fonts have arrived: everything is drawn anew. */
  forget(): void {
    this.atlas?.dispose();
    this.atlas = null;
  }

  dispose(): void {
    this.forget();
    this.gl.deleteBuffer(this.buffer);
    this.gl.deleteVertexArray(this.array);
    this.gl.deleteProgram(this.program.program);
  }

  private collect(frame: Frame, atlas: LabelAtlas, ratio: number): boolean {
    let whole = true;
    this.count = 0;
    for (let i = 0; i < frame.textCount && this.count < QUADS_MAX; i++) {
      const text = frame.texts[i];
      const slot = text ? atlas.slot(text.text, text.style) : null;
      if (text && slot) {
        this.write(
          slot,
          Math.round(text.x * ratio - slot.width / 2),
          Math.round(text.y * ratio - slot.height / 2),
        );
        this.colour(24, text.colour, text.strength);
        this.colour(28, text.halo, 1);
        this.count++;
      } else {
        whole = false;
      }
    }
    return whole;
  }

  private write(slot: Slot, left: number, top: number): void {
    const o = (this.count * STRIDE) / 4;
    const { floats } = this;
    floats[o] = left;
    floats[o + 1] = top;
    floats[o + 2] = slot.width;
    floats[o + 3] = slot.height;
    floats[o + 4] = slot.x;
    floats[o + 5] = slot.y;
  }

  private colour(offset: number, colour: readonly [number, number, number, number], strength: number): void {
    const o = this.count * STRIDE + offset;
    const { bytes } = this;
    bytes[o] = colour[0] * 255;
    bytes[o + 1] = colour[1] * 255;
    bytes[o + 2] = colour[2] * 255;
    bytes[o + 3] = colour[3] * strength * 255;
  }
}
