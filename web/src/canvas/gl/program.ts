// Compiling programs and describing vertex buffers: the few lines of WebGL2 that every drawing step needs.

export class PaintError extends Error {
  override readonly name = "PaintError";
}

export interface Program {
  readonly program: WebGLProgram;
  uniform(name: string): WebGLUniformLocation | null;
}

export function compile(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) {
      throw new PaintError("the graphics context is lost");
    }
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
      throw new PaintError(gl.getShaderInfoLog(shader) ?? "a shader does not compile");
    }
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new PaintError(gl.getProgramInfoLog(program) ?? "a program does not link");
  }
  const known = new Map<string, WebGLUniformLocation | null>();
  return {
    program,
    uniform: (name) => {
      let location = known.get(name);
      if (location === undefined) {
        location = gl.getUniformLocation(program, name);
        known.set(name, location);
      }
      return location;
    },
  };
}

/** One per-instance attribute; `whole` reads integers as integers, `share` bytes as 0 to 1. */
export interface Attribute {
  readonly location: number;
  readonly size: number;
  readonly buffer: WebGLBuffer;
  readonly kind: "float" | "whole" | "share";
  readonly stride: number;
  readonly offset: number;
}

export function vertexArray(
  gl: WebGL2RenderingContext,
  attributes: readonly Attribute[],
): WebGLVertexArrayObject {
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  for (const { location, size, buffer, kind, stride, offset } of attributes) {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    if (kind === "whole") {
      gl.vertexAttribIPointer(location, size, gl.UNSIGNED_BYTE, stride, offset);
    } else {
      const type = kind === "share" ? gl.UNSIGNED_BYTE : gl.FLOAT;
      gl.vertexAttribPointer(location, size, type, kind === "share", stride, offset);
    }
    gl.vertexAttribDivisor(location, 1);
  }
  gl.bindVertexArray(null);
  return array;
}

export function upload(gl: WebGL2RenderingContext, buffer: WebGLBuffer, data: ArrayBufferView): void {
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
}
