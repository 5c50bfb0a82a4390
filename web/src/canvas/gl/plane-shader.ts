// The two flat programs: boxes of groups under everything, words over everything.

import { COLOURS } from "./colour-slots";

export const BOX_VERTEX = `#version 300 es
precision highp float;
layout(location = 0) in vec4 a_box;
uniform vec4 u_view;
uniform float u_px;
out vec2 v_at;
flat out vec2 v_half;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0 - 1.0;
  vec2 half_ = (a_box.zw - a_box.xy) * 0.5;
  vec2 world = (a_box.xy + a_box.zw) * 0.5 + corner * (half_ + 2.0 / u_px);
  v_half = half_ * u_px;
  v_at = corner * (v_half + 2.0);
  vec2 c = (world - u_view.xy) * u_view.zw;
  gl_Position = vec4(c.x, -c.y, 0.0, 1.0);
}`;

export const BOX_FRAGMENT = `#version 300 es
precision highp float;
in vec2 v_at;
flat in vec2 v_half;
uniform vec4 u_colours[${COLOURS.count}];
uniform float u_ratio;
out vec4 o_colour;
void main() {
  float radius = min(10.0 * u_ratio, min(v_half.x, v_half.y) * 0.5);
  vec2 q = abs(v_at) - v_half + radius;
  float d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
  float mask = clamp(0.5 - d, 0.0, 1.0);
  float line = clamp(0.5 + u_ratio * 0.5 - abs(d + u_ratio * 0.5), 0.0, 1.0);
  vec4 fill = u_colours[${COLOURS.groupFill}];
  vec4 rim = u_colours[${COLOURS.groupLine}];
  float a = fill.a * mask;
  vec3 colour = fill.rgb * a;
  float b = rim.a * line;
  o_colour = vec4(colour * (1.0 - b) + rim.rgb * b, a * (1.0 - b) + b);
}`;

export const TEXT_VERTEX = `#version 300 es
precision highp float;
layout(location = 0) in vec4 a_rect;    // left, top, width, height; device px
layout(location = 1) in vec2 a_source;  // left, top in the atlas
layout(location = 2) in vec4 a_colour;
layout(location = 3) in vec4 a_halo;
uniform vec2 u_clipPerPx;
uniform float u_atlasSize;
out vec2 v_from;
flat out vec4 v_colour;
flat out vec4 v_halo;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  vec2 at = (a_rect.xy + corner * a_rect.zw) * u_clipPerPx - 1.0;
  v_from = (a_source + corner * a_rect.zw) / u_atlasSize;
  v_colour = a_colour;
  v_halo = a_halo;
  gl_Position = vec4(at.x, -at.y, 0.0, 1.0);
}`;

export const TEXT_FRAGMENT = `#version 300 es
precision highp float;
in vec2 v_from;
flat in vec4 v_colour;
flat in vec4 v_halo;
uniform sampler2D u_atlas;
out vec4 o_colour;
void main() {
  vec2 cover = texture(u_atlas, v_from).rg;
  float halo = cover.g * v_halo.a;
  float ink = cover.r;
  vec3 colour = v_halo.rgb * halo * (1.0 - ink) + v_colour.rgb * ink;
  float a = halo * (1.0 - ink) + ink;
  if (a <= 0.003) discard;
  o_colour = vec4(colour, a) * v_colour.a;
}`;
