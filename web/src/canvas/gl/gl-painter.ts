// Draws a frame with WebGL2: one instanced call for the boxes, for the edges, for the arrow heads, for the glyphs and
// for the words. Arrays go to the graphics card only when their version has changed.

import type { Size } from "../camera";
import { BUNDLE_STRENGTH, BUNDLE_THICKNESS, bundleShare, edgeStrength, edgeWidths, glyphPx } from "../detail";
import { SEGMENT_FLOATS, type SegmentList } from "../edge-geometry";
import type { Frame, Painter } from "../painter";
import type { Scene } from "../scene";
import { at } from "../typed";
import { colourTable, hueTable } from "./colour-slots";
import { ARROW_FRAGMENT, ARROW_VERTEX, EDGE_FRAGMENT, EDGE_VERTEX } from "./edge-shader";
import { TextStep } from "./gl-text";
import { LOOK_BYTES, lookBytes, SEGMENT_SHADE_BYTES, segmentShades } from "./instances";
import { NODE_FRAGMENT, NODE_VERTEX } from "./node-shader";
import { BOX_FRAGMENT, BOX_VERTEX } from "./plane-shader";
import { type Attribute, compile, PaintError, type Program, upload, vertexArray } from "./program";

type BufferName =
  | "places"
  | "looks"
  | "nodeShades"
  | "segments"
  | "edgeShades"
  | "bundles"
  | "bundleShades"
  | "boxes";

/** What the graphics card holds at the moment. */
interface Uploaded {
  scene: Scene | null;
  places: number;
  looks: number;
  paths: number;
  shades: number;
}

export class GlPainter implements Painter {
  readonly kind = "webgl";
  private readonly gl: WebGL2RenderingContext;
  private readonly programs: Readonly<Record<"node" | "edge" | "arrow" | "box", Program>>;
  private readonly buffers = new Map<BufferName, WebGLBuffer>();
  private readonly arrays: Readonly<Record<"node" | "edge" | "bundle" | "box", WebGLVertexArrayObject>>;
  private readonly text: TextStep;
  private readonly held: Uploaded = { scene: null, places: 0, looks: 0, paths: 0, shades: 0 };
  private places = new Float32Array(0);
  private size: Size = { width: 1, height: 1 };
  private ratio = 1;

  /** Throws a `PaintError` when the browser has no WebGL2. */
  constructor(private readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      powerPreference: "high-performance",
    });
    if (!gl) {
      throw new PaintError("this browser has no WebGL2");
    }
    this.gl = gl;
    this.programs = {
      node: compile(gl, NODE_VERTEX, NODE_FRAGMENT),
      edge: compile(gl, EDGE_VERTEX, EDGE_FRAGMENT),
      arrow: compile(gl, ARROW_VERTEX, ARROW_FRAGMENT),
      box: compile(gl, BOX_VERTEX, BOX_FRAGMENT),
    };
    this.arrays = {
      node: vertexArray(gl, [
        this.field(0, 2, "places", "float", 8),
        this.field(1, 4, "looks", "whole", LOOK_BYTES),
        this.field(2, 4, "nodeShades", "whole", SEGMENT_SHADE_BYTES),
      ]),
      edge: vertexArray(gl, this.pathFields("segments", "edgeShades")),
      bundle: vertexArray(gl, this.pathFields("bundles", "bundleShades")),
      box: vertexArray(gl, [this.field(0, 4, "boxes", "float", 16)]),
    };
    this.text = new TextStep(gl);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
  }

  resize(size: Size, ratio: number): void {
    this.size = size;
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(size.width * ratio));
    this.canvas.height = Math.max(1, Math.round(size.height * ratio));
  }

  draw(frame: Frame): boolean {
    const { gl } = this;
    if (gl.isContextLost()) {
      return true;
    }
    this.send(frame);
    const [red, green, blue] = frame.palette.ground;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(red, green, blue, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.drawBoxes(frame);
    this.drawPaths(frame);
    this.drawNodes(frame);
    const whole = this.text.draw(frame, this.size, this.ratio);
    gl.bindVertexArray(null);
    return whole;
  }

  forgetText(): void {
    this.text.forget();
  }

  dispose(): void {
    const { gl } = this;
    this.text.dispose();
    for (const buffer of this.buffers.values()) {
      gl.deleteBuffer(buffer);
    }
    for (const array of Object.values(this.arrays)) {
      gl.deleteVertexArray(array);
    }
    for (const { program } of Object.values(this.programs)) {
      gl.deleteProgram(program);
    }
  }

  private buffer(name: BufferName): WebGLBuffer {
    const found = this.buffers.get(name);
    if (found) {
      return found;
    }
    const made = this.gl.createBuffer();
    this.buffers.set(name, made);
    return made;
  }

  private field(
    location: number,
    size: number,
    name: BufferName,
    kind: Attribute["kind"],
    stride: number,
    offset = 0,
  ): Attribute {
    return { location, size, buffer: this.buffer(name), kind, stride, offset };
  }

  private pathFields(paths: BufferName, shades: BufferName): Attribute[] {
    const stride = SEGMENT_FLOATS * 4;
    return [
      this.field(0, 4, paths, "float", stride),
      this.field(1, 4, paths, "float", stride, 16),
      this.field(2, 4, paths, "float", stride, 32),
      this.field(3, 4, shades, "whole", SEGMENT_SHADE_BYTES),
    ];
  }

  /** Uploads what has changed since the last frame. */
  private send(frame: Frame): void {
    const { gl, held } = this;
    const { scene, shades } = frame;
    const fresh = held.scene !== scene;
    if (fresh || held.places !== scene.placesVersion) {
      if (this.places.length !== scene.xs.length * 2) {
        this.places = new Float32Array(scene.xs.length * 2);
      }
      for (let i = 0; i < scene.xs.length; i++) {
        this.places[i * 2] = at(scene.xs, i);
        this.places[i * 2 + 1] = at(scene.ys, i);
      }
      upload(gl, this.buffer("places"), this.places);
      upload(gl, this.buffer("segments"), used(scene.segments));
      upload(gl, this.buffer("bundles"), used(scene.bundles));
      upload(gl, this.buffer("boxes"), scene.boxes);
    }
    if (fresh || held.looks !== scene.looksVersion) {
      upload(gl, this.buffer("looks"), lookBytes(scene));
    }
    if (!fresh && held.paths !== scene.pathsVersion) {
      upload(gl, this.buffer("segments"), used(scene.segments));
    }
    // Routes come back when a move ends, and then edges have more segments than before.
    if (fresh || held.shades !== shades.version || held.places !== scene.placesVersion) {
      upload(gl, this.buffer("nodeShades"), shades.nodes);
      upload(gl, this.buffer("edgeShades"), segmentShades(scene.segments, shades.edges));
      upload(gl, this.buffer("bundleShades"), segmentShades(scene.bundles, null));
    }
    held.scene = scene;
    held.places = scene.placesVersion;
    held.looks = scene.looksVersion;
    held.paths = scene.pathsVersion;
    held.shades = shades.version;
  }

  private begin(program: Program, frame: Frame): void {
    const { gl, ratio, size } = this;
    const { camera } = frame;
    gl.useProgram(program.program);
    const perWorldX = (2 * camera.scale) / size.width;
    const perWorldY = (2 * camera.scale) / size.height;
    gl.uniform4f(program.uniform("u_view"), camera.x, camera.y, perWorldX, perWorldY);
    gl.uniform2f(program.uniform("u_clipPerPx"), 2 / (size.width * ratio), 2 / (size.height * ratio));
    gl.uniform1f(program.uniform("u_px"), camera.scale * ratio);
    gl.uniform1f(program.uniform("u_glyph"), glyphPx(camera.scale) * ratio);
    gl.uniform1f(program.uniform("u_ratio"), ratio);
    gl.uniform3f(program.uniform("u_progress"), frame.mix, frame.appear, frame.vanish);
    gl.uniform4fv(program.uniform("u_colours"), colourTable(frame.palette));
  }

  private drawBoxes(frame: Frame): void {
    const count = frame.scene.graph.groups.length;
    if (count > 0) {
      this.begin(this.programs.box, frame);
      this.gl.bindVertexArray(this.arrays.box);
      this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 4, count);
    }
  }

  private drawPaths(frame: Frame): void {
    const { scene, camera } = frame;
    const bundled = bundleShare(scene.count, scene.graph.groups.length, camera.scale);
    const alone = edgeStrength(scene.edges.length, camera.scale);
    const far = bundled > 0 ? alone * (1 - bundled * 0.8) : alone;
    this.drawPathList(frame, "edge", scene.segments.count, far, 0);
    if (bundled > 0) {
      this.drawPathList(frame, "bundle", scene.bundles.count, bundled * BUNDLE_STRENGTH, 0);
    }
    if (frame.shades.hasStrongEdges) {
      this.drawPathList(frame, "edge", scene.segments.count, 1, 1);
    }
  }

  private drawPathList(
    frame: Frame,
    list: "edge" | "bundle",
    count: number,
    alpha: number,
    pass: number,
  ): void {
    if (count === 0) {
      return;
    }
    const { gl, ratio } = this;
    const widths = edgeWidths(frame.camera.scale);
    const glyph = glyphPx(frame.camera.scale);
    const steps =
      list === "bundle" ? 16 : glyph < 6 ? 3 : glyph < 16 ? 6 : frame.camera.scale > 1.6 ? 24 : 14;
    const shown: Program[] =
      glyph < 7 && list === "edge" && pass === 0
        ? [this.programs.edge]
        : [this.programs.edge, this.programs.arrow];
    gl.bindVertexArray(this.arrays[list]);
    for (const program of shown) {
      this.begin(program, frame);
      const thick = list === "bundle" ? BUNDLE_THICKNESS : 1;
      const arrow = list === "bundle" ? 7 : widths.arrow;
      gl.uniform3f(
        program.uniform("u_widths"),
        widths.client * ratio * thick,
        widths.server * ratio * thick,
        arrow * ratio,
      );
      gl.uniform1f(program.uniform("u_alpha"), alpha);
      gl.uniform1i(program.uniform("u_pass"), pass);
      if (program === this.programs.edge) {
        gl.uniform1f(program.uniform("u_steps"), steps);
        gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, (steps + 1) * 2, count);
      } else {
        gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
      }
    }
  }

  private drawNodes(frame: Frame): void {
    const count = frame.scene.nodes.length;
    if (count > 0) {
      const program = this.programs.node;
      this.begin(program, frame);
      this.gl.uniform4fv(program.uniform("u_hues"), hueTable(frame.palette));
      this.gl.bindVertexArray(this.arrays.node);
      this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 4, count);
    }
  }
}

function used(list: SegmentList): Float32Array {
  return list.data.subarray(0, list.count * SEGMENT_FLOATS);
}
