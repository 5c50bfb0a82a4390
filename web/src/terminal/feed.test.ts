import { expect, test } from "vitest";
import { Feed } from "./feed";

/** A terminal that takes when it is told to. */
function terminal() {
  const taken: Uint8Array[] = [];
  let done: (() => void) | null = null;
  const feed = new Feed((piece, whenDone) => {
    taken.push(piece.slice());
    done = whenDone;
  });
  const go = async () => {
    const now = done;
    done = null;
    now?.();
    // The next piece follows by a message.
    while (done === null && feed.pending > 0) await new Promise((resolve) => setImmediate(resolve));
  };
  return { feed, taken, go, isBusy: () => done !== null };
}

const nothing = () => undefined;

test("everything arrives, in order, whatever the pieces", async () => {
  const { feed, taken, go, isBusy } = terminal();
  const sizes = [1, 3, 40_000, 32 << 10, 0, 7, 200_000, 1 << 20, 5];
  const all: number[] = [];
  for (const size of sizes) {
    const bytes = Uint8Array.from({ length: size }, (_, at) => (all.length + at) % 251);
    for (const byte of bytes) all.push(byte);
    feed.push(bytes, nothing);
  }
  while (isBusy()) await go();
  expect(feed.pending).toBe(0);
  expect(Buffer.concat(taken).equals(Buffer.from(all))).toBe(true);
});

test("a key's echo is handed over at once", async () => {
  const { feed, taken, go, isBusy } = terminal();
  feed.push(Uint8Array.of(1), nothing);
  expect(taken).toHaveLength(1);
  await go();
  expect(isBusy()).toBe(false);
  feed.push(Uint8Array.of(2), nothing);
  expect(taken).toHaveLength(2);
});

test("pieces grow while they are taken fast", async () => {
  const { feed, taken, go, isBusy } = terminal();
  feed.push(new Uint8Array(4 << 20), nothing);
  while (isBusy()) await go();
  expect(taken[0]?.length).toBe(32 << 10);
  expect(Math.max(...taken.map(({ length }) => length))).toBe(1 << 20);
});

test("what waits is told after each piece, and dropped at the end", async () => {
  const { feed, go } = terminal();
  const told: number[] = [];
  feed.push(new Uint8Array(100_000), () => told.push(feed.pending));
  await go();
  expect(told).toEqual([100_000 - (32 << 10)]);
  feed.close();
  expect(feed.pending).toBe(0);
});
