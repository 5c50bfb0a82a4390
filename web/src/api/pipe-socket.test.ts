import { expect, test } from "vitest";
import type { PipeFate } from "./acts";
import { type PipePhase, PipeSocket, type PipeWorld } from "./pipe-socket";
import type { WireHandlers } from "./pipe-wire";

/** A world in which a test opens, breaks and answers as it likes. */
function world(fate: PipeFate = "open") {
  const wires: WireHandlers[] = [];
  const sent: Uint8Array[] = [];
  const asked: boolean[] = [];
  const timers: { run: () => void; delayMs: number }[] = [];
  const phases: PipePhase[] = [];
  const state = { now: 1000, fate };
  const made: PipeWorld = {
    open: (_id, again, handlers) => {
      asked.push(again);
      wires.push(handlers);
      return { send: (bytes) => sent.push(bytes), close: () => undefined };
    },
    ask: async () => state.fate,
    now: () => state.now,
    random: () => 1,
    later: (run, delayMs) => timers.push({ run, delayMs }),
    cancel: () => undefined,
  };
  const socket = new PipeSocket(
    "pipe-1",
    true,
    { onBytes: () => null, onPhase: (phase) => phases.push(phase), onGap: () => undefined },
    made,
  );
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { socket, asked, wires, sent, timers, phases, state, settle };
}

test("joins, is live, and sends only then", async () => {
  const it = world();
  expect(it.socket.send(Uint8Array.of(1))).toBe(false);
  await it.settle();
  it.wires[0]?.onOpen();
  expect(it.socket.send(Uint8Array.of(2))).toBe(true);
  expect(it.sent).toEqual([Uint8Array.of(2)]);
  expect(it.phases.map(({ kind }) => kind)).toEqual(["connecting", "live"]);
});

test("a pipe that is over is not joined again", async () => {
  const it = world();
  await it.settle();
  it.wires[0]?.onOpen();
  it.state.now += 60_000;
  it.state.fate = "closed";
  it.wires[0]?.onClose(false);
  expect(it.timers[0]?.delayMs).toBe(0);
  it.timers[0]?.run();
  await it.settle();
  expect(it.phases.at(-1)).toEqual({ kind: "ended" });
  expect(it.wires).toHaveLength(1);
});

test("pauses grow while the app is away, and start anew after it was there", async () => {
  const it = world("unknown");
  await it.settle();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    it.timers.at(-1)?.run();
    await it.settle();
  }
  const delays = it.timers.map(({ delayMs }) => delayMs);
  expect(delays).toEqual([...delays].sort((one, other) => one - other));
  expect(it.phases.at(-1)).toEqual({ kind: "reconnecting", since: 1000 });
  it.state.fate = "open";
  it.timers.at(-1)?.run();
  await it.settle();
  it.wires[0]?.onOpen();
  it.state.now += 10_000;
  it.wires[0]?.onClose(false);
  expect(it.timers.at(-1)?.delayMs).toBe(0);
  expect(it.phases.at(-1)).toEqual({ kind: "reconnecting", since: 11_000 });
});

test("a connection that breaks at once is not tried at once", async () => {
  const it = world();
  await it.settle();
  it.wires[0]?.onOpen();
  it.wires[0]?.onClose(false);
  expect(it.timers[0]?.delayMs).toBeGreaterThan(0);
});

test("who may not join is told so", async () => {
  const it = world("refused");
  await it.settle();
  expect(it.phases.at(-1)).toEqual({ kind: "refused" });
  expect(it.wires).toHaveLength(0);
});

test("what was said before is asked for once, by a page that shows nothing yet", async () => {
  const it = world();
  await it.settle();
  it.wires[0]?.onOpen();
  it.state.now += 60_000;
  it.wires[0]?.onClose(false);
  it.timers[0]?.run();
  await it.settle();
  expect(it.asked).toEqual([true, false]);
});
