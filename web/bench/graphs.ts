// Graphs to look at and to measure with: the shop of seventeen containers, and grouped ones of any size, always the
// same for the same size.

import type { MapEdge, MapGraph, MapNode, NodeState, Shape } from "../src/domain/map";

const SHAPES: readonly Shape[] = ["hexagon", "heptagon", "circle", "square", "octagon", "cylinder", "sheet", "pentagon"];
const STATES: readonly NodeState[] = ["paused", "restarting", "stopped", "unhealthy", "unknown"];
const WORDS =
  "auth billing cart checkout currency frontend gateway inventory ledger mail orders payment quote recommend redis search session ship user worker".split(
    " ",
  );

/** A small generator of even numbers from 0 to 1; the seed makes pictures repeatable. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

function node(part: Partial<MapNode> & { id: string; label: string }): MapNode {
  return {
    labelMinor: "",
    shape: "hexagon",
    hue: 0,
    pseudo: false,
    stack: false,
    state: "plain",
    fill: -1,
    fillText: "",
    group: -1,
    selfLoop: false,
    degree: 0,
    ...part,
  };
}

function withDegrees(nodes: MapNode[], edges: MapEdge[]): MapNode[] {
  const degrees = new Map<number, number>();
  for (const edge of edges) {
    degrees.set(edge.source, (degrees.get(edge.source) ?? 0) + 1);
    degrees.set(edge.target, (degrees.get(edge.target) ?? 0) + 1);
  }
  return nodes.map((one, i) => ({ ...one, degree: degrees.get(i) ?? 0 }));
}

/** The sock shop, more or less: two networks, databases, the Internet on top. */
export function shop(step = 0): MapGraph {
  const names = [
    "The Internet", "edge-router", "front-end", "orders", "orders-db", "carts", "carts-db", "catalogue", "catalogue-db",
    "user", "user-db", "payment", "shipping", "queue-master", "rabbitmq", "user-sim", "zipkin-collector-7d8f9c5b4-x2k8q",
  ];
  const pairs = [
    [0, 1], [15, 1], [1, 2], [2, 3], [2, 5], [2, 7], [2, 9], [3, 4], [3, 5], [3, 9], [3, 11], [3, 12], [5, 6], [7, 8],
    [9, 10], [12, 14], [13, 14], [14, 13],
  ];
  const fills = [-1, 0.12, 0.46, 0.3, 0.72, 0.05, 0.55, 0.2, 0.4, 0.15, 0.33, 0.02, 0.1, 0.08, 0.61, 0.92, 0];
  const edges = pairs.map(([source = 0, target = 0]) => ({ source, target }));
  const nodes = names.map((label, i) => {
    const fill = i === 0 ? -1 : Math.min(1, Math.abs((fills[i] ?? 0) + Math.sin(step + i) * 0.05 * Math.sign(step)));
    return node({
      id: label,
      label,
      labelMinor: i === 16 ? "observability" : "",
      shape: i === 0 ? "cloud" : label.endsWith("-db") || label === "rabbitmq" ? "cylinder" : "hexagon",
      pseudo: i === 0,
      hue: i === 0 ? -1 : i < 3 || i === 15 ? 0 : label.endsWith("-db") ? 2 : i > 11 ? 4 : 1,
      state: i === 11 ? "paused" : i === 6 ? "unhealthy" : i === 13 ? "restarting" : i === 16 ? "unknown" : "plain",
      stack: i === 2,
      selfLoop: i === 9,
      fill,
      fillText: fill >= 0 ? `${Math.round(fill * 100)} %` : "",
    });
  });
  return { key: "shop", nodes: withDegrees(nodes, edges), edges, groups: [] };
}

/** All shapes, states and marks at once. */
export function zoo(): MapGraph {
  const shapes: Shape[] = [
    "circle", "triangle", "square", "pentagon", "hexagon", "heptagon", "octagon", "cloud", "cylinder", "dottedcylinder",
    "dottedtriangle", "sheet",
  ];
  const nodes = shapes.map((shape, i) => node({ id: shape, label: shape, shape, hue: i % 10, fill: i / 11, fillText: `${i * 9} %` }));
  shapes.forEach((shape, i) => {
    nodes.push(node({ id: `${shape}2`, label: `${shape} stack`, shape, hue: (i + 3) % 10, stack: true, selfLoop: i % 2 === 0 }));
  });
  STATES.forEach((state, i) => {
    nodes.push(node({ id: state, label: state, hue: i, state, fill: 0.4, fillText: "40 %", labelMinor: "host-1" }));
  });
  nodes.push(node({ id: "pseudo", label: "Uncontained", labelMinor: "host-1", pseudo: true, hue: -1, shape: "square" }));
  nodes.push(node({ id: "long", label: "kube-system-coredns-autoscaler-7d8f9c5b4-x2k8q-and-more", labelMinor: "x".repeat(400) }));
  nodes.push(node({ id: "odd", label: "مرحبا \u0000\n 名前 🚀", labelMinor: "" }));
  return { key: "zoo", nodes, edges: [], groups: [] };
}

export function grouped(count: number, seed = 7): MapGraph {
  const random = randomFrom(seed + count);
  const groupCount = Math.max(1, Math.round(Math.sqrt(count) / 1.6));
  const groups = Array.from({ length: groupCount }, (_, g) => ({
    id: `g${g}`,
    title: `${WORDS[(g * 7) % WORDS.length] ?? "group"}-${["prod", "stage", "core", "edge"][g % 4]}`,
  }));
  const members: number[][] = groups.map(() => []);
  const nodes = Array.from({ length: count }, (_, i) => {
    const group = Math.floor(random() ** 1.4 * groupCount);
    members[group]?.push(i);
    const fill = random() < 0.15 ? -1 : random() ** 2;
    const name = WORDS[Math.floor(random() * WORDS.length)] ?? "node";
    return node({
      id: `n${i}`,
      label: `${name}-${Math.floor(random() * 0xfffff).toString(16)}`,
      labelMinor: count <= 300 ? `host-${Math.floor(random() * 9)}` : "",
      shape: SHAPES[Math.floor(random() ** 2 * SHAPES.length)] ?? "hexagon",
      hue: group % 10,
      state: random() < 0.04 ? (STATES[Math.floor(random() * STATES.length)] ?? "plain") : "plain",
      stack: random() < 0.05,
      selfLoop: random() < 0.02,
      fill,
      fillText: fill >= 0 ? `${Math.round(fill * 100)} %` : "",
      group,
    });
  });
  const edges: MapEdge[] = [];
  const seen = new Set<number>();
  while (edges.length < count * 1.5) {
    const source = Math.floor(random() * count);
    const home = members[nodes[source]?.group ?? 0] ?? [];
    const target = random() < 0.88 ? (home[Math.floor(random() ** 2 * home.length)] ?? 0) : Math.floor(random() * count);
    const key = Math.min(source, target) * count + Math.max(source, target);
    if (source !== target && (!seen.has(key) || random() < 0.05)) {
      seen.add(key);
      const down = source < target;
      edges.push(down ? { source, target } : { source: target, target: source });
    } else if (home.length < 2) {
      edges.push({ source, target: (source + 1) % count });
    }
  }
  return { key: `grouped-${count}`, nodes: withDegrees(nodes, edges), edges, groups };
}
