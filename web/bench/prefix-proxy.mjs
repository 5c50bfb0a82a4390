// Serves web/dist below a path prefix and passes the prefix's /api, sockets included, on to an app: what a reverse
// proxy in front of Scope does. Shows that every address follows the page, and puts a fresh client on a running app.
// Usage: node bench/prefix-proxy.mjs [--port 4142] [--prefix /foo] [--app http://127.0.0.1:4040]

import { readFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: {
    port: { type: "string", default: "4142" },
    prefix: { type: "string", default: "/foo" },
    app: { type: "string", default: "http://127.0.0.1:4040" },
  },
});
const app = new URL(flags.app);
const prefix = flags.prefix.replace(/\/+$/, "");
const dist = join(new URL(".", import.meta.url).pathname, "../dist");
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

/** The path below the prefix; null for what a proxy would send elsewhere. */
function below(url) {
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : null;
}

function passOn(request, path) {
  const headers = { ...request.headers, host: app.host };
  return ask({ host: app.hostname, port: app.port, method: request.method, path, headers });
}

function sendFile(response, path) {
  const safe = normalize(path === "/" ? "/index.html" : path);
  try {
    const body = readFileSync(join(dist, safe));
    const type = TYPES[extname(safe)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": CSP }).end(body);
  } catch {
    response.writeHead(404).end("not found");
  }
}

const server = createServer((incoming, response) => {
  const path = below(incoming.url);
  if (path === null) {
    console.log(`outside the prefix: ${incoming.url}`);
    response.writeHead(404).end("outside the prefix");
    return;
  }
  if (!path.startsWith("/api")) return sendFile(response, new URL(path, "http://localhost").pathname);
  const outgoing = passOn(incoming, path);
  outgoing.on("response", (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", () => response.writeHead(502).end("the app does not answer"));
  incoming.pipe(outgoing);
});

server.on("upgrade", (incoming, socket, head) => {
  const path = below(incoming.url);
  if (path === null) {
    console.log(`outside the prefix: ${incoming.url}`);
    socket.destroy();
    return;
  }
  const outgoing = passOn(incoming, path);
  outgoing.on("upgrade", (answer, far, farHead) => {
    const lines = answer.rawHeaders.flatMap((word, at, all) => (at % 2 ? [] : [`${word}: ${all[at + 1]}`]));
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
    far.write(head);
    socket.write(farHead);
    far.pipe(socket).pipe(far);
    for (const end of [far, socket]) end.on("error", () => [far, socket].map((one) => one.destroy()));
  });
  outgoing.on("response", () => socket.destroy());
  outgoing.on("error", () => socket.destroy());
  outgoing.end();
});

server.listen(Number(flags.port), "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${flags.port}${prefix}/\n`);
});
