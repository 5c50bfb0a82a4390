// A stand-in for the app, for working on the client: serves web/dist and answers /api from a
// recording whose metrics move. `?n` more nodes, states and trouble come from the flags below.
// Usage: node bench/fake-server.mjs [--port 4141] [--nodes 10000] [--moving 100] [--empty] [--plain]
// `--moving` is how many nodes each frame changes, all of them when left out, 0 for no frames.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { WebSocketServer } from "ws";

const { values: flags } = parseArgs({
  options: {
    port: { type: "string", default: "4141" },
    nodes: { type: "string", default: "0" },
    moving: { type: "string", default: "" },
    empty: { type: "boolean", default: false },
    plain: { type: "boolean", default: false },
  },
});

const here = new URL(".", import.meta.url).pathname;
const dist = join(here, "../dist");
const fixture = JSON.parse(readFileSync(join(here, "../tests/fixtures/docker.json"), "utf8"));
const views = flags.empty ? emptied(fixture.views) : fixture.views;
const nodesByView = flags.empty ? {} : fixture.nodes;

const IMAGES = ["nginx", "redis", "postgres", "rabbitmq", "shop/orders", "shop/payment", "shop/user"];
const STATES = ["Up 2 minutes (Paused)", "Restarting (1) 4 seconds ago", "Up 3 hours (unhealthy)"];

function emptied(list) {
  return list.map((view) => ({
    ...view,
    stats: { node_count: 0, nonpseudo_node_count: 0, edge_count: 0, filtered_nodes: 0 },
    ...(view.sub_topologies ? { sub_topologies: emptied(view.sub_topologies) } : {}),
  }));
}

/** The recording has one image and nothing wrong; a picture to work on needs groups and trouble. */
function enliven() {
  const containers = Object.values(nodesByView.containers ?? {});
  containers.forEach((node, index) => {
    node.rank = IMAGES[index % IMAGES.length];
    if (index % 6 === 2) {
      const state = node.metadata.find((row) => row.id === "docker_container_state_human");
      if (state) state.value = STATES[Math.floor(index / 6) % STATES.length];
    }
  });
}

/** Copies of the recorded containers in clusters, each talking to some before it. */
function multiply(count) {
  const originals = Object.values(nodesByView.containers);
  for (let index = originals.length; index < count; index += 1) {
    const from = originals[index % originals.length];
    const id = `${index};<container>`;
    const cluster = Math.floor(index / 20) * 20;
    const near = [cluster + ((index * 7) % 20), cluster + ((index * 3) % 20)].filter((at) => at < index && at >= 17);
    nodesByView.containers[id] = {
      ...from,
      id,
      label: `${from.label}-${index}`,
      rank: IMAGES[cluster % IMAGES.length],
      adjacency: near.map((at) => `${at};<container>`),
      metrics: from.metrics.map((row) => ({ ...row })),
    };
  }
  views[0].stats.node_count = count;
}

function wave(id, phase) {
  let hash = 7;
  for (const letter of id + phase) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  const slow = Math.sin(Date.now() / 9000 + (hash % 628) / 100);
  const fast = Math.sin(Date.now() / 1300 + (hash % 97));
  return Math.max(0, ((hash % 100) / 100) ** 2 * (0.75 + 0.2 * slow + 0.05 * fast));
}

function moved(node) {
  const metrics = node.metrics?.map((row) => {
    const share = wave(node.id, row.id);
    if (row.format === "percent") return { ...row, value: Math.round(share * 9200) / 100, max: 100 };
    if (row.format === "filesize") return { ...row, value: Math.round(share * 6e8), max: row.max || 0 };
    return row;
  });
  return metrics ? { ...node, metrics } : node;
}

function nodesOf(view, query) {
  const nodes = Object.values(nodesByView[view] ?? {});
  if (query.get("stopped") === "stopped" || query.get("system") === "system") return [];
  return nodes.map(moved);
}

function withSamples(node) {
  const now = Date.now();
  const metrics = (node.metrics ?? []).map((row) => {
    const samples = Array.from({ length: 15 }, (_, index) => {
      const wobble = 0.8 + 0.4 * Math.abs(Math.sin(index * 1.7 + row.id.length + Math.floor(now / 2000)));
      return { date: new Date(now - (14 - index) * 1000).toISOString(), value: row.value * wobble };
    });
    return { ...row, samples };
  });
  return { ...node, metrics };
}

function detail(view, id) {
  const recorded = fixture.details[`${view}/${id}`];
  const summary = nodesByView[view]?.[id];
  if (!recorded && !summary) return null;
  const node = moved({ children: [], connections: [], ...summary, ...recorded, ...(summary && { rank: summary.rank }) });
  if (summary) node.metadata = summary.metadata;
  return { node: withSamples({ ...node, controls: [] }) };
}

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
};
const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'";

function sendFile(response, path) {
  const safe = normalize(path === "/" ? "/index.html" : path);
  try {
    const body = readFileSync(join(dist, safe));
    response.writeHead(200, {
      "Content-Type": TYPES[extname(safe)] ?? "application/octet-stream",
      "Content-Security-Policy": CSP,
    });
    response.end(body);
  } catch {
    response.writeHead(404).end("not found");
  }
}

function sendJson(response, value) {
  response.writeHead(value === null ? 404 : 200, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}

if (!flags.plain) enliven();
if (Number(flags.nodes) > 17) multiply(Number(flags.nodes));

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  const parts = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  if (parts[0] !== "api") return sendFile(response, url.pathname);
  if (parts.length === 1) return sendJson(response, { id: "fake", version: "2.0.0-dev", hostname: "vm", capabilities: {} });
  if (parts[1] === "topology" && parts.length === 2) return sendJson(response, views);
  if (parts[1] === "topology" && parts.length === 3) {
    return sendJson(response, { nodes: Object.fromEntries(nodesOf(parts[2], url.searchParams).map((n) => [n.id, n])) });
  }
  return sendJson(response, detail(parts[2], parts[3]));
});

const sockets = new WebSocketServer({ server });
sockets.on("connection", (socket, request) => {
  const url = new URL(request.url, "http://localhost");
  const view = url.pathname.split("/").at(-2);
  const send = (frame) => socket.send(JSON.stringify({ add: null, update: null, remove: null, ...frame }));
  send({ add: nodesOf(view, url.searchParams), reset: true });
  const moving = flags.moving === "" ? Number.POSITIVE_INFINITY : Number(flags.moving);
  const timer = setInterval(() => {
    if (moving > 0) send({ update: nodesOf(view, url.searchParams).slice(0, moving) });
  }, 2000);
  socket.on("close", () => clearInterval(timer));
});

server.listen(Number(flags.port), "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${flags.port}\n`);
});
