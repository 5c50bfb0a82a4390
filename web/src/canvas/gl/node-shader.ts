// One program draws every glyph: its outline is a signed distance, so that borders, rings, fills and hatching are all
// cut from the same shape and stay sharp at any size. A radius of 1 is half a glyph; y points down, as in
// `../shapes.ts`, whose numbers and sizes these functions share.

import { HALO_BITS, HALO_MAX } from "../shade";
import { COLOURS } from "./colour-slots";

export const NODE_VERTEX = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec2 a_place;
layout(location = 1) in uvec4 a_look;   // shape, hue, fill, flags
layout(location = 2) in uvec4 a_shade;  // strength before, after, fade kind, role
uniform vec4 u_view;                    // camera x, y; clip units per world unit
uniform vec2 u_clipPerPx;
uniform float u_glyph;                  // diameter, device px
uniform float u_ratio;
uniform vec3 u_progress;                // emphasis, appearing, vanishing
flat out uvec4 v_look;
flat out uint v_role;
flat out float v_strength;
flat out float v_radius;
out vec2 v_at;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0 - 1.0;
  float presence = a_shade.z == 1u ? u_progress.y : (a_shade.z == 2u ? 1.0 - u_progress.z : 1.0);
  float radius = u_glyph * 0.5 * (0.6 + 0.4 * presence);
  float reach = radius * 1.62 + 5.0 * u_ratio;
  v_look = a_look;
  v_role = a_shade.w;
  v_strength = mix(float(a_shade.x), float(a_shade.y), u_progress.x) / 255.0 * presence;
  v_radius = radius;
  v_at = corner * reach / radius;
  vec2 clip = (a_place - u_view.xy) * u_view.zw;
  gl_Position = vec4(vec2(clip.x, -clip.y) + vec2(corner.x, -corner.y) * reach * u_clipPerPx, 0.0, 1.0);
}`;

const DISTANCES = `
const float TAU = 6.28318530718;
float boxDistance(vec2 p, vec2 half_, float round_) {
  vec2 q = abs(p) - half_ + round_;
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - round_;
}
float polygonDistance(vec2 p, float corners, float radius, float round_) {
  float step_ = TAU / corners;
  float angle = atan(p.x, -p.y);
  float off = angle - (floor(angle / step_) + 0.5) * step_;
  vec2 q = length(p) * vec2(cos(off), abs(sin(off)));
  float apothem = radius * cos(step_ * 0.5) - round_;
  float side = apothem * tan(step_ * 0.5);
  float d = q.y > side ? length(q - vec2(apothem, side)) * (q.x > apothem ? 1.0 : -1.0) : q.x - apothem;
  return d - round_;
}
float ellipseDistance(vec2 p, vec2 radii) {
  float k = length(p / radii);
  float g = length(p / (radii * radii));
  return k * (k - 1.0) / max(g, 1e-4);
}
float cloudDistance(vec2 p) {
  float d = length(p - vec2(-0.56, 0.16)) - 0.38;
  d = min(d, length(p - vec2(0.58, 0.18)) - 0.36);
  d = min(d, length(p - vec2(-0.18, -0.16)) - 0.46);
  d = min(d, length(p - vec2(0.32, -0.06)) - 0.40);
  return min(d, boxDistance(p - vec2(0.0, 0.26), vec2(0.72, 0.28), 0.26));
}
float cylinderDistance(vec2 p) {
  // The lids' ellipses take over where the straight sides end; deep inside the two differ, which no border reaches.
  float above = abs(p.y) - 0.64;
  return above < 0.0 ? abs(p.x) - 0.77 : ellipseDistance(vec2(p.x, above), vec2(0.77, 0.26));
}
float sheetDistance(vec2 p) {
  return max(boxDistance(p, vec2(0.72, 0.9), 0.1), (p.x - p.y - 1.2) * 0.7071);
}
float shapeDistance(uint shape, vec2 p) {
  if (shape == 0u) return length(p) - 0.94;
  if (shape == 1u) return polygonDistance(p - vec2(0.0, 0.14), 3.0, 1.12, 0.1);
  if (shape == 2u) return boxDistance(p, vec2(0.84), 0.16);
  if (shape == 3u) return polygonDistance(p, 5.0, 1.0, 0.1);
  if (shape == 4u) return polygonDistance(p, 6.0, 1.0, 0.1);
  if (shape == 5u) return polygonDistance(p, 7.0, 1.0, 0.1);
  if (shape == 6u) return polygonDistance(p, 8.0, 1.0, 0.1);
  if (shape == 7u) return cloudDistance(p / 1.12) * 1.12;
  if (shape == 8u) return cylinderDistance(p);
  return sheetDistance(p);
}`;

const BADGES = `
// Signs inside a badge of radius 1: two bars, a turning arrow, a square, an exclamation mark, three dots.
float signDistance(uint state, vec2 p) {
  if (state == 1u) return boxDistance(vec2(abs(p.x) - 0.26, p.y), vec2(0.13, 0.42), 0.05);
  if (state == 2u) return loopDistance(p, 0.42, 0.12);
  if (state == 3u) return boxDistance(p, vec2(0.34), 0.06);
  if (state == 4u) return min(boxDistance(p + vec2(0.0, 0.16), vec2(0.11, 0.36), 0.08), length(p - vec2(0.0, 0.46)) - 0.14);
  return length(vec2(abs(abs(p.x) - 0.21) - 0.21, p.y)) - 0.13;
}`;

const LOCK = `
// A padlock inside a badge of radius 1.
float lockDistance(vec2 p) {
  float body = boxDistance(p - vec2(0.0, 0.2), vec2(0.42, 0.32), 0.08);
  float bow = max(abs(length(p + vec2(0.0, 0.14)) - 0.28) - 0.08, p.y - 0.1);
  return min(body, bow);
}`;

const LOOP = `
// Three quarters of a circle that end in an arrow head on the right, pointing up into the gap.
float loopDistance(vec2 p, float radius, float half_) {
  float angle = atan(p.y, p.x);
  float ends = min(length(p - vec2(radius, 0.0)), length(p - vec2(0.0, -radius)));
  bool gap = angle > -1.5708 && angle < 0.0;
  float ring = (gap ? ends : abs(length(p) - radius)) - half_;
  vec2 h = p - vec2(radius, half_ * 0.6);
  float tall = half_ * 4.2;
  float head = max(h.y, (abs(h.x) - (h.y + tall) * 0.72) * 0.81);
  return min(ring, head);
}`;

export const NODE_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
flat in uvec4 v_look;
flat in uint v_role;
flat in float v_strength;
flat in float v_radius;
in vec2 v_at;
uniform vec4 u_colours[${COLOURS.count}];
uniform vec4 u_hues[11];
uniform float u_ratio;
out vec4 o_colour;
${DISTANCES}
${LOOP}
${BADGES}
${LOCK}
vec4 pen = vec4(0.0);
void lay(vec3 colour, float alpha) {
  pen.rgb = pen.rgb * (1.0 - alpha) + colour * alpha;
  pen.a = pen.a + alpha * (1.0 - pen.a);
}
float inside(float d, float soft) { return 1.0 - smoothstep(-soft, soft, d); }
float band(float d, float from, float to, float soft) { return inside(max(from - d, d - to), soft); }

void dot_(vec3 hue, uint state, float px) {
  float d = (length(v_at) - 0.96) / px;
  vec3 colour = state == 4u ? u_colours[${COLOURS.danger}].rgb : state == 2u ? u_colours[${COLOURS.warning}].rgb : hue;
  float changed = float(v_role >> ${HALO_BITS}u) / ${HALO_MAX}.0;
  if (changed > 0.0) lay(u_colours[${COLOURS.selection}].rgb, clamp(1.0 - d / (4.0 * u_ratio), 0.0, 1.0) * 0.6 * changed);
  lay(colour, clamp(0.5 - d, 0.0, 1.0));
  if ((v_role & 1u) != 0u) lay(u_colours[${COLOURS.selection}].rgb, clamp(1.6 * u_ratio - abs(d - 3.0 * u_ratio), 0.0, 1.0));
  else if ((v_role & 2u) != 0u) lay(u_colours[${COLOURS.match_}].rgb, clamp(1.2 * u_ratio - abs(d - 2.5 * u_ratio), 0.0, 1.0));
}

// Outline, body and fill of the glyph itself; d is the distance of p to its outline.
void glyph(uint shape, vec2 p, float d, vec3 line, float border, float soft, bool dashed, uint state) {
  vec3 body = u_colours[${COLOURS.body}].rgb;
  float mask = inside(d, soft);
  if (state == 3u) body = mix(u_colours[${COLOURS.ground}].rgb, body, 0.4);
  float level = float(v_look.z) / 255.0;
  vec4 metric = u_colours[${COLOURS.metric}];
  if (v_look.z > 0u) body = mix(body, metric.rgb, metric.a * smoothstep(-soft, soft, p.y - (0.92 - level * 1.84)));
  if (state == 5u) {
    float stripe = abs(fract((p.x + p.y) * 2.6) - 0.5) * 2.0;
    body = mix(body, u_colours[${COLOURS.muted}].rgb, 0.42 * smoothstep(0.62 - soft * 4.0, 0.62 + soft * 4.0, stripe));
  }
  float edge = smoothstep(-border - soft, -border + soft, d);
  if (dashed) {
    float turn = abs(fract(atan(p.y, p.x) / TAU * 15.0) - 0.5) * 2.0;
    edge *= smoothstep(0.36, 0.46, turn);
  }
  vec3 colour = mix(body, line, edge);
  if (shape == 8u) {
    float lid = abs(ellipseDistance(p - vec2(0.0, -0.64), vec2(0.77, 0.26)) + border * 0.5) - border * 0.34;
    colour = mix(colour, line, inside(lid, soft) * step(-0.64, p.y) * 0.9);
  }
  if (shape == 9u) {
    float fold = max(abs(boxDistance(p - vec2(0.60, -0.78), vec2(0.24), 0.03) + border * 0.5) - border * 0.3, (p.x - p.y - 1.2) * 0.7071);
    colour = mix(colour, line, inside(fold, soft));
  }
  lay(colour, mask);
}

void main() {
  float px = 1.0 / v_radius;
  uint state = (v_look.w >> 3) & 7u;
  vec3 hue = u_hues[v_look.y].rgb;
  if (state == 3u) hue = mix(u_colours[${COLOURS.muted}].rgb, u_colours[${COLOURS.ground}].rgb, 0.25);
  if (v_radius < 4.5 * u_ratio) {
    dot_(hue, state, px);
    if (pen.a <= 0.003) discard;
    o_colour = pen * v_strength;
    return;
  }
  float soft = px * 0.7;
  float border = clamp(0.105, 1.3 * u_ratio * px, 3.0 * u_ratio * px);
  float d = shapeDistance(v_look.x, v_at);
  bool stack = (v_look.w & 1u) != 0u;
  bool dashed = (v_look.w & 2u) != 0u || state == 5u;
  float stackTop = d;
  if (stack) {
    for (float k = 2.0; k >= 1.0; k -= 1.0) {
      float scale = 1.0 - 0.09 * k;
      float behind = shapeDistance(v_look.x, (v_at + vec2(0.0, 0.25 * k)) / scale) * scale;
      stackTop = min(stackTop, behind);
      lay(u_colours[${COLOURS.ground}].rgb, inside(behind - border * 0.7, soft));
      lay(mix(u_colours[${COLOURS.body}].rgb, mix(hue, u_colours[${COLOURS.body}].rgb, 0.25 * k), smoothstep(-border * 0.8 - soft, -border * 0.8 + soft, behind)), inside(behind, soft));
    }
    lay(u_colours[${COLOURS.ground}].rgb, inside(d - border * 0.7, soft));
  }
  vec3 accent = u_colours[${COLOURS.selection}].rgb;
  float changed = float(v_role >> ${HALO_BITS}u) / ${HALO_MAX}.0;
  if (changed > 0.0) lay(accent, (1.0 - smoothstep(0.05, 0.6, stackTop)) * 0.55 * changed * (1.0 - pen.a));
  if ((v_role & 1u) != 0u) {
    lay(accent, inside(stackTop - 0.42, soft * 2.0) * 0.14 * (1.0 - pen.a));
    lay(accent, band(stackTop, 0.20, 0.33, soft));
  } else if ((v_role & 2u) != 0u) {
    lay(u_colours[${COLOURS.match_}].rgb, band(stackTop, 0.16, 0.27, soft));
  } else if ((v_role & 4u) != 0u) {
    lay(accent, band(stackTop, -0.02, 0.24, soft) * 0.28);
  }
  if (state == 4u) lay(u_colours[${COLOURS.danger}].rgb, band(stackTop, 0.05, 0.15, soft));
  if (state == 2u) lay(u_colours[${COLOURS.warning}].rgb, band(stackTop, 0.05, 0.15, soft));
  glyph(v_look.x, v_at, d, hue, border, soft, dashed, state);
  if (v_radius > 8.0 * u_ratio) {
    if (state != 0u) {
      vec2 q = v_at - vec2(0.76, -0.74);
      float disk = length(q) - 0.36;
      vec3 badge = state == 4u ? u_colours[${COLOURS.danger}].rgb : state == 2u ? u_colours[${COLOURS.warning}].rgb : u_colours[${COLOURS.muted}].rgb;
      lay(u_colours[${COLOURS.ground}].rgb, inside(disk - 0.09, soft));
      lay(badge, inside(disk, soft));
      lay(u_colours[${COLOURS.ground}].rgb, inside(signDistance(state, q / 0.36) * 0.36, soft));
    }
    if ((v_look.w & 64u) != 0u) {
      vec2 q = v_at - vec2(-0.78, 0.62);
      lay(u_colours[${COLOURS.ground}].rgb, inside(length(q) - 0.42, soft));
      lay(u_colours[${COLOURS.strong}].rgb, inside(lockDistance(q / 0.4) * 0.4, soft));
    }
    if ((v_look.w & 4u) != 0u) {
      vec2 q = v_at - vec2(-0.78, -0.74);
      lay(u_colours[${COLOURS.ground}].rgb, inside(length(q) - 0.42, soft));
      lay(u_colours[${COLOURS.strong}].rgb, inside(loopDistance(q, 0.25, 0.052), soft));
    }
  }
  if (pen.a <= 0.003) discard;
  o_colour = pen * v_strength;
}`;
