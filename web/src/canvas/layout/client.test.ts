// The layout client against a worker that answers when it is told to.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ABI_VERSION, decodeResult, encodeRequest, LayoutError, type LayoutRequest } from "./abi";
import { LayoutClient } from "./client";
import type { FromWorker, ToWorker } from "./worker";

class FakeWorker extends EventTarget {
  static last: FakeWorker;
  readonly asked: ToWorker[] = [];
  ended = false;

  constructor() {
    super();
    FakeWorker.last = this;
  }

  postMessage(message: ToWorker): void {
    this.asked.push(message);
  }

  terminate(): void {
    this.ended = true;
  }

  answer(data: FromWorker): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

beforeEach(() => vi.stubGlobal("Worker", FakeWorker));
afterEach(() => vi.unstubAllGlobals());

function graph(nodes: number): LayoutRequest {
  return {
    widths: new Float32Array(nodes).fill(120),
    heights: new Float32Array(nodes).fill(90),
    clusters: new Uint32Array(nodes),
    clusterCount: 1,
    edges: new Uint32Array([0, 1]),
    previous: new Float32Array(2 * nodes).fill(Number.NaN),
    aspect: 1.6,
    mode: "keep",
  };
}

/** An answer of one node at (7, 9) in one cluster, with one edge of one way point. */
function answer(): ArrayBuffer {
  const words = new Uint32Array(8 + 2 + 4 + 2 + 2);
  words.set([words.length, 1, 1, 1]);
  new Float32Array(words.buffer).set([1, 2, 3, 4, 7, 9, 10, 20, 30, 40], 4);
  words.set([0, 1], 14);
  new Float32Array(words.buffer).set([5, 6], 16);
  return words.buffer;
}

test("a request is one buffer with its version first", () => {
  const words = new Uint32Array(encodeRequest(graph(3)));
  expect([...words.slice(0, 5)]).toEqual([ABI_VERSION, 3, 1, 1, 0]);
  expect(words.length).toBe(8 + 6 * 3 + 2 + 1);
  expect([...words.slice(-3)]).toEqual([0, 1, 0xffff_ffff]);
});

test("an answer is read as views", () => {
  const result = decodeResult(answer());
  expect(result.bounds).toEqual([1, 2, 3, 4]);
  expect([...result.positions]).toEqual([7, 9]);
  expect([...result.boxes]).toEqual([10, 20, 30, 40]);
  expect([...result.routeOffsets]).toEqual([0, 1]);
  expect([...result.routePoints]).toEqual([5, 6]);
});

test("an answer that is cut is refused", () => {
  expect(() => decodeResult(answer().slice(0, 20))).toThrow(LayoutError);
  expect(() => decodeResult(answer().slice(0, 64))).toThrow(LayoutError);
});

test("only the newest request is answered, and only two reach the worker", async () => {
  const client = new LayoutClient();
  const results = [client.request(graph(2)), client.request(graph(3)), client.request(graph(4))];
  expect(FakeWorker.last.asked.map((message) => message.id)).toEqual([1]);
  FakeWorker.last.answer({ id: 1, answer: answer() });
  expect(FakeWorker.last.asked.map((message) => message.id)).toEqual([1, 3]);
  FakeWorker.last.answer({ id: 3, answer: answer() });
  const [first, second, third] = await Promise.all(results);
  expect([first, second]).toEqual([null, null]);
  expect(third?.bounds).toEqual([1, 2, 3, 4]);
});

test("a malformed request rejects and leaves the client usable", async () => {
  const client = new LayoutClient();
  const broken = { ...graph(2), heights: new Float32Array(1) };
  await expect(client.request(broken)).rejects.toThrow("different lengths");
  const next = client.request(graph(2));
  FakeWorker.last.answer({ id: 1, answer: answer() });
  expect((await next)?.positions.length).toBe(2);
});

test("a failure is a sentence", async () => {
  const client = new LayoutClient();
  const result = client.request(graph(2));
  FakeWorker.last.answer({ id: 1, failure: "The layout module refused the graph." });
  await expect(result).rejects.toThrow("The layout module refused the graph.");
});

test("what waits when the client is disposed resolves to null", async () => {
  const client = new LayoutClient();
  const result = client.request(graph(2));
  client.dispose();
  expect(FakeWorker.last.ended).toBe(true);
  expect(await result).toBeNull();
  expect(await client.request(graph(2))).toBeNull();
});
