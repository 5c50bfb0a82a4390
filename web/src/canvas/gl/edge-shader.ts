// Edges are instanced strips along quadratic curves: wide where the client is, thin at the server, cut at both glyphs'
// outlines, with an arrow head on the way. Everything but the path itself is in px, so that zooming keeps lines thin.

import { EDGE_OUT, EDGE_ROLE_BITS, EDGE_ROLE_MASK, EDGE_SELECTED } from "../shade";
import { COLOURS } from "./colour-slots";

const SHARED = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec4 a_start;   // start, control
layout(location = 1) in vec4 a_end;     // end; shares of the path at both ends
layout(location = 2) in vec4 a_ways;    // arrow's place, shapes at start and end, width factor
layout(location = 3) in uvec4 a_shade;  // strength before, after, fade kind, role
uniform vec4 u_view;
uniform vec2 u_clipPerPx;
uniform float u_px;                     // device px per world unit
uniform float u_glyph;
uniform float u_ratio;
uniform vec3 u_widths;                  // client's end, server's end, arrow length; device px
uniform vec3 u_progress;
uniform float u_alpha;
uniform int u_pass;                     // 0: plain edges, 1: those in a colour of their own
const float TAU = 6.28318530718;
vec2 curve(float t) {
  float u = 1.0 - t;
  return u * u * a_start.xy + 2.0 * u * t * a_start.zw + t * t * a_end.xy;
}
vec2 heading(float t) {
  return (1.0 - t) * (a_start.zw - a_start.xy) + t * (a_end.xy - a_start.zw);
}
float polygonRadius(float corners, float radius, vec2 way) {
  float step_ = TAU / corners;
  float angle = atan(way.x, -way.y);
  float off = abs(angle - floor(angle / step_ + 0.5) * step_);
  return radius * cos(step_ * 0.5) / cos(step_ * 0.5 - off);
}
float boxRadius(vec2 half_, vec2 way) {
  return min(half_.x / max(abs(way.x), 1e-4), half_.y / max(abs(way.y), 1e-4));
}
float outline(float shape, vec2 way) {
  int code = int(shape + 0.5);
  if (code == 0) return 0.94;
  if (code == 1) return polygonRadius(3.0, 1.12, way);
  if (code == 2) return boxRadius(vec2(0.84), way);
  if (code == 7) return boxRadius(vec2(0.94, 0.62), way);
  if (code == 8) return boxRadius(vec2(0.77, 0.9), way);
  if (code > 8) return boxRadius(vec2(0.72, 0.9), way);
  return polygonRadius(float(code) + 2.0, 1.0, way);
}
// How far the outline (and a little air) lies from the middle, world units.
float cut(float shape, vec2 way) {
  return (outline(shape, normalize(way + vec2(1e-6))) * u_glyph * 0.5 + 2.5 * u_ratio) / u_px;
}
// The piece of the curve between the outlines; empty when the glyphs touch.
vec2 piece() {
  vec2 range = vec2(0.0, 1.0);
  if (a_ways.y >= 0.0) {
    float reach = cut(a_ways.y, heading(0.0));
    range.x = reach / max(2.0 * length(heading(0.0)), 1e-4);
    range.x *= reach / max(distance(curve(min(range.x, 1.0)), a_start.xy), 1e-4);
  }
  if (a_ways.z >= 0.0) {
    float reach = cut(a_ways.z, -heading(1.0));
    range.y = reach / max(2.0 * length(heading(1.0)), 1e-4);
    range.y = 1.0 - range.y * reach / max(distance(curve(max(1.0 - range.y, 0.0)), a_end.xy), 1e-4);
  }
  return range;
}
float strength() {
  float presence = a_shade.z == 1u ? u_progress.y : (a_shade.z == 2u ? 1.0 - u_progress.z : 1.0);
  return mix(float(a_shade.x), float(a_shade.y), u_progress.x) / 255.0 * presence;
}
bool strong() { return (a_shade.w & ${EDGE_ROLE_MASK}u) != 0u; }
bool skipped() { return (u_pass == 1) != strong(); }
float weight() { return a_ways.w * (strong() ? 1.3 : 1.0); }
vec4 clip(vec2 world) {
  vec2 c = (world - u_view.xy) * u_view.zw;
  return vec4(c.x, -c.y, 0.0, 1.0);
}
const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);
`;

const PAINT = `
uniform vec4 u_colours[${COLOURS.count}];
vec4 tint(uint shade) {
  uint role = shade & ${EDGE_ROLE_MASK}u;
  uint tone = shade >> ${EDGE_ROLE_BITS}u;
  if (role == ${EDGE_SELECTED}u) return u_colours[${COLOURS.selection}];
  if (tone != 0u) return u_colours[${COLOURS.tones} + int(tone)];
  if (role == ${EDGE_OUT}u) return u_colours[${COLOURS.selection}];
  return role == 0u ? u_colours[${COLOURS.edge}] : u_colours[${COLOURS.strong}];
}`;

export const EDGE_VERTEX = `${SHARED}
uniform float u_steps;
out float v_side;
out float v_half;
flat out float v_strength;
flat out uint v_role;
void main() {
  vec2 range = piece();
  if (skipped() || range.x >= range.y) { gl_Position = NOWHERE; return; }
  float along = float(gl_VertexID >> 1) / u_steps;
  float side = float(gl_VertexID & 1) * 2.0 - 1.0;
  float t = mix(range.x, range.y, along);
  float share = mix(a_end.z, a_end.w, t);
  float half_ = mix(u_widths.x, u_widths.y, share) * 0.5 * weight();
  float reach = half_ + 1.0;
  vec2 way = normalize(heading(t) + vec2(1e-6));
  vec2 across = vec2(-way.y, way.x);
  v_side = side * reach;
  v_half = half_;
  v_strength = strength() * (strong() ? 1.0 : u_alpha);
  v_role = a_shade.w;
  gl_Position = clip(curve(t) + across * side * reach / u_px);
}`;

export const EDGE_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
in float v_side;
in float v_half;
flat in float v_strength;
flat in uint v_role;
${PAINT}
out vec4 o_colour;
void main() {
  // A line thinner than a px is a px wide and fainter.
  float half_ = max(v_half, 0.5);
  float cover = clamp(half_ + 0.5 - abs(v_side), 0.0, 1.0) * min(1.0, v_half * 2.0);
  vec4 colour = tint(v_role);
  float a = cover * colour.a * v_strength;
  if (a <= 0.003) discard;
  o_colour = vec4(colour.rgb * a, a);
}`;

export const ARROW_VERTEX = `${SHARED}
out vec2 v_at;
flat out float v_length;
flat out float v_strength;
flat out uint v_role;
void main() {
  vec2 range = piece();
  float arrow = u_widths.z * (0.7 + 0.3 * min(weight(), 3.0));
  bool whole = a_ways.y >= 0.0 && a_ways.z >= 0.0;
  bool tiny = whole && (range.y - range.x) * length(a_end.xy - a_start.xy) * u_px < arrow * 1.6;
  if (skipped() || a_ways.x < 0.0 || tiny) { gl_Position = NOWHERE; return; }
  float t = whole ? mix(range.x, range.y, a_ways.x) : a_ways.x;
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0 - 1.0;
  vec2 way = normalize(heading(t) + vec2(1e-6));
  vec2 across = vec2(-way.y, way.x);
  v_at = corner * (arrow * 0.5 + 2.0);
  v_length = arrow;
  v_strength = strength() * (strong() ? 1.0 : min(1.0, u_alpha * 1.25));
  v_role = a_shade.w;
  gl_Position = clip(curve(t) + (way * v_at.x + across * v_at.y) / u_px);
}`;

export const ARROW_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
in vec2 v_at;
flat in float v_length;
flat in float v_strength;
flat in uint v_role;
${PAINT}
out vec4 o_colour;
void main() {
  float half_ = v_length * 0.5;
  // Two slanted sides that meet at the tip, and a back that is drawn in a little.
  float sides = (v_at.x - half_) * 0.371 + abs(v_at.y) * 0.928;
  float back = (-half_ - v_at.x) + (v_length * 0.22 - abs(v_at.y) * 0.5);
  float cover = clamp(0.5 - max(sides, back), 0.0, 1.0);
  vec4 colour = tint(v_role);
  float a = cover * min(1.0, colour.a * 1.3) * v_strength;
  if (a <= 0.003) discard;
  o_colour = vec4(colour.rgb * a, a);
}`;
