// An app of any size: serves the built client, and in its only view as many containers as a test asks for. What the
// program itself does with so many is measured elsewhere; here the client is what is looked at.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, normalize, resolve } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import { container, crowd } from "../crowd";

const DIST = resolve(import.meta.dirname, "../../dist");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
};
/** As the program sends it. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'";

type Json = Record<string, unknown>;

export class CrowdApp {
  private readonly sockets = new Set<WebSocket>();
  /** When the last watcher was sent everything, Unix milliseconds. */
  greetedAtMs = 0;
  private turn = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly count: number,
    private readonly gone: Set<string>,
  ) {}

  static async open(count: number): Promise<CrowdApp> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no free port");
    const app = new CrowdApp(server, `http://127.0.0.1:${address.port}`, count, new Set());
    server.on("request", (request: IncomingMessage, response: ServerResponse) =>
      app.answer(request, response),
    );
    new WebSocketServer({ server }).on("connection", (socket) => app.greet(socket));
    return app;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    this.server.close();
    this.server.closeAllConnections();
  }

  /** New figures for the first `count` containers. */
  move(count: number): void {
    this.turn += 1;
    this.send({
      update: Array.from({ length: count }, (_, index) => container(index, this.count, this.turn)),
    });
  }

  /** A container that was not there before, talking to the first. */
  add(id: string): void {
    const like = container(0, this.count, this.turn);
    this.send({ add: [{ ...like, id, label: id, adjacency: [String(like.id)] }] });
  }

  private greet(socket: WebSocket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    const whole = frame({ add: this.nodes(), reset: true });
    this.greetedAtMs = Date.now();
    socket.send(whole);
  }

  private nodes(): Json[] {
    return crowd(this.count, this.turn).filter(({ id }) => !this.gone.has(String(id)));
  }

  private send(change: Json): void {
    for (const socket of this.sockets) socket.send(frame(change));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", this.url);
    const parts = pathname.split("/").filter(Boolean);
    if (parts[0] === "api") sendJson(response, this.told(parts.slice(1).map(decodeURIComponent)));
    else sendFile(response, pathname);
  }

  /** What the API says at a path below `/api`; null for nothing. */
  private told([topology, view, id]: readonly string[]): unknown {
    if (topology === undefined) return { id: "crowd", version: "2.0.0", hostname: "crowd", capabilities: {} };
    if (topology !== "topology") return null;
    if (view === undefined) return [this.view()];
    if (id === undefined) return { nodes: Object.fromEntries(this.nodes().map((node) => [node.id, node])) };
    const found = this.nodes().find((node) => node.id === id);
    return found ? { node: { ...found, children: [], connections: [], controls: [] } } : null;
  }

  private view(): Json {
    const stats = {
      node_count: this.count,
      nonpseudo_node_count: this.count,
      edge_count: this.count,
      filtered_nodes: 0,
    };
    return {
      name: "Containers",
      rank: 2,
      url: "/api/topology/containers",
      hide_if_empty: false,
      options: [],
      stats,
    };
  }
}

function frame(change: Json): string {
  return JSON.stringify({ add: null, update: null, remove: null, ...change });
}

function sendFile(response: ServerResponse, path: string): void {
  const safe = normalize(path === "/" ? "/index.html" : path);
  try {
    const body = readFileSync(`${DIST}${safe}`);
    const type = TYPES[extname(safe)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": POLICY }).end(body);
  } catch {
    response.writeHead(404).end("not found");
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(value === null ? 404 : 200, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}
