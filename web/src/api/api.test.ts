import { describe, expect, test } from "vitest";
import { recording } from "../../tests/nodes";
import { decodeDetail, decodeDiff, decodeEdge, decodeSummary, decodeViews } from "./decode";
import type { Parting } from "./parting";
import { basePath, streamUrl } from "./request";
import {
  BACKOFF_MS_MAX,
  BACKOFF_MS_MIN,
  backoffMs,
  SILENCE_MS_MAX,
  type StreamState,
  type StreamWorld,
  ViewSocket,
} from "./view-socket";

describe("decoding", () => {
  test("anything at all becomes something harmless", () => {
    for (const value of [null, undefined, 7, "x", [], {}, { add: 3 }, { add: [null, {}, { id: 3 }] }]) {
      expect(decodeDiff(value)).toEqual({ add: [], update: [], remove: [], patches: [], reset: false });
      expect(decodeDetail(value)).toBeNull();
      expect(decodeViews(value)).toEqual([]);
      expect(decodeEdge(value)).toBeNull();
      expect(decodeEdge({ edge: value })).toBeNull();
    }
    const wild = { id: "n", label: 7, metadata: [null, { value: 3 }], metrics: {}, adjacency: ["a", 1] };
    const node = decodeSummary(wild);
    expect(node).toMatchObject({ label: "7", metrics: [], adjacency: ["a"] });
    expect(node?.metadata[1]?.value).toBe("3");
    expect(decodeSummary({ id: "n", edges: { b: { rttMs: "x", failed: 2 } } })?.edges).toMatchObject([
      { to: "b", rttMs: null, failed: 2, sentBytes: null, connections: 0 },
    ]);
    const odd = {
      from: { id: "a" },
      to: { id: "b" },
      evidence: [null, { id: "e", sides: [{}] }],
      silence: 3,
    };
    const edge = decodeEdge({ edge: odd });
    expect(edge?.evidence).toMatchObject([{ id: "e", nat: [], sides: [{ lastSeen: null, source: "" }] }]);
    expect(edge?.silence).toBeNull();
  });

  test("the recorded answers lose nothing that is shown", () => {
    const { details, nodes } = recording();
    for (const raw of Object.values(details)) {
      const detail = decodeDetail({ node: raw });
      const source = raw as { children?: unknown[]; connections?: unknown[]; metrics: unknown[] };
      expect(detail?.children.length).toBe(source.children?.length ?? 0);
      expect(detail?.connections.length).toBe(source.connections?.length ?? 0);
      expect(detail?.metrics.every((metric) => metric.samples.length > 0)).toBe(true);
    }
    for (const raw of Object.values(nodes.containers ?? {})) expect(decodeSummary(raw)).not.toBeNull();
  });
});

test("the API is below the page's own path", () => {
  const check = (path: string, base: string) => expect(basePath(path), path).toBe(base);
  check("/", "");
  check("/index.html", "");
  check("/foo/", "/foo");
  check("/foo", "/foo");
  check("/foo/bar/index.html", "/foo/bar");
  const stream = (page: string, query: string) => streamUrl(new URL(page), "containers", query, 2);
  expect(stream("http://h:4040/", "")).toBe("ws://h:4040/api/topology/containers/ws?t=2s");
  expect(stream("https://h/scope/#/x", "a=b")).toBe("wss://h/scope/api/topology/containers/ws?a=b&t=2s");
});

/** A world in which time passes only when told to. */
class FakeWorld implements StreamWorld {
  time = 1000;
  readonly sockets: {
    onmessage?: (event: { data: unknown }) => void;
    onclose?: (event: { code: number; reason: string }) => void;
    closed: boolean;
  }[] = [];
  readonly #timers = new Map<number, { at: number; run: () => void }>();
  #last = 0;

  open(): WebSocket {
    const socket = { closed: false, close: () => undefined };
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  }
  now(): number {
    return this.time;
  }
  random(): number {
    return 1;
  }
  later(run: () => void, delayMs: number): number {
    this.#last += 1;
    this.#timers.set(this.#last, { at: this.time + delayMs, run });
    return this.#last;
  }
  cancel(timer: number): void {
    this.#timers.delete(timer);
  }
  pass(millis: number): void {
    const end = this.time + millis;
    for (;;) {
      const next = [...this.#timers]
        .filter(([, timer]) => timer.at <= end)
        .sort((a, b) => a[1].at - b[1].at)[0];
      if (next === undefined) break;
      this.#timers.delete(next[0]);
      this.time = next[1].at;
      next[1].run();
    }
    this.time = end;
  }
  send(data: unknown): void {
    this.sockets.at(-1)?.onmessage?.({ data });
  }
}

/** How a browser tells of a connection that broke. */
const BROKEN = { code: 1006, reason: "" };

function start() {
  const world = new FakeWorld();
  const states: StreamState[] = [];
  const partings: Parting[] = [];
  let frames = 0;
  const socket = new ViewSocket(
    "ws://x",
    {
      onDiff: () => {
        frames += 1;
      },
      onState: (state) => states.push(state),
      onParting: (parting) => partings.push(parting),
    },
    world,
  );
  return { world, states, partings, socket, frames: () => frames };
}

describe("a view's stream", () => {
  test("is connecting until the first frame, then live", () => {
    const { world, states, frames } = start();
    expect(states.at(-1)?.kind).toBe("connecting");
    world.send('{"add":[],"reset":true}');
    expect(states.at(-1)?.kind).toBe("live");
    expect(frames()).toBe(1);
  });

  test("comes back after a loss, with growing pauses", () => {
    const { world, states } = start();
    world.sockets[0]?.onclose?.(BROKEN);
    expect(states.at(-1)).toEqual({ kind: "reconnecting", since: 1000, retryAt: 1000 + BACKOFF_MS_MIN });
    world.pass(BACKOFF_MS_MIN);
    expect(world.sockets.length).toBe(2);
    world.sockets[1]?.onclose?.(BROKEN);
    expect(states.at(-1)).toEqual({ kind: "reconnecting", since: 1000, retryAt: 1500 + 2 * BACKOFF_MS_MIN });
    world.pass(2 * BACKOFF_MS_MIN);
    world.send("{}");
    expect(states.at(-1)?.kind).toBe("live");
  });

  test("passes on why the app closed it, and is tried again", () => {
    const { world, states, partings } = start();
    world.sockets[0]?.onclose?.({ code: 4401, reason: "your session has ended" });
    expect(partings).toEqual([{ isSignedOut: true, sentence: "Your session has ended." }]);
    expect(states.at(-1)?.kind).toBe("reconnecting");
    world.pass(BACKOFF_MS_MIN);
    world.sockets[1]?.onclose?.(BROKEN);
    expect(partings.length).toBe(1);
  });

  test("takes silence for death", () => {
    const { world, states } = start();
    world.send("{}");
    world.pass(SILENCE_MS_MAX - 1);
    expect(states.at(-1)?.kind).toBe("live");
    world.pass(1);
    expect(states.at(-1)?.kind).toBe("reconnecting");
  });

  test("does not trust a stream with a damaged frame", () => {
    const { world, states, frames } = start();
    world.send("{not json");
    expect(states.at(-1)?.kind).toBe("reconnecting");
    expect(frames()).toBe(0);
  });

  test("is quiet once closed", () => {
    const { world, states, socket } = start();
    socket.close();
    const before = states.length;
    world.pass(60_000);
    expect(states.length).toBe(before);
    expect(world.sockets.length).toBe(1);
  });

  test("pauses stay within their limits", () => {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      for (const random of [0, 0.5, 1]) {
        const pause = backoffMs(attempt, random);
        expect(pause).toBeLessThanOrEqual(BACKOFF_MS_MAX);
        expect(pause).toBeGreaterThanOrEqual(BACKOFF_MS_MIN * 0.75);
      }
    }
  });
});
