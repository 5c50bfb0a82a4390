import { expect, test } from "vitest";
import { LINE_CHARS_MAX, LINES_MAX, LogBuffer, LogSearch, marked } from "./log-buffer";

const encoder = new TextEncoder();

function bufferOf(...chunks: readonly string[]): LogBuffer {
  const buffer = new LogBuffer();
  for (const chunk of chunks) buffer.append(encoder.encode(chunk));
  return buffer;
}

function texts(buffer: LogBuffer): string[] {
  const out: string[] = [];
  for (let number = buffer.first; number < buffer.end; number += 1)
    out.push(buffer.line(number)?.text ?? "?");
  return out;
}

test("bytes become lines wherever they are cut", () => {
  expect(texts(bufferOf("one\ntw", "o\n\nfo", "ur\r\n"))).toEqual(["one", "two", "", "four"]);
  const bytes = encoder.encode("ä世\n");
  const buffer = new LogBuffer();
  for (const byte of bytes) buffer.append(Uint8Array.of(byte));
  expect(texts(buffer)).toEqual(["ä世"]);
});

test("what has no end yet is a line once the log is over", () => {
  const buffer = bufferOf("last");
  expect(texts(buffer)).toEqual([]);
  buffer.finish();
  expect(texts(buffer)).toEqual(["last"]);
});

test("the time before a line is told from its text", () => {
  const buffer = bufferOf("2026-11-20T10:00:00.123456789Z hello\n2026 is a year\n");
  expect(buffer.line(0)).toEqual({ time: "2026-11-20T10:00:00.123456789Z", text: "hello", isError: false });
  expect(buffer.line(1)).toEqual({ time: "", text: "2026 is a year", isError: false });
  expect([...buffer.saved(false)].join("")).toBe("hello\n2026 is a year\n");
  expect([...buffer.saved(true)][0]).toBe("2026-11-20T10:00:00.123456789Z hello\n");
});

test("a progress bar is what it said last", () => {
  expect(texts(bufferOf("10 %\r50 %\rdone\n"))).toEqual(["done"]);
});

test("lines and their number are bounded, and numbers stay", () => {
  const long = bufferOf("x".repeat(LINE_CHARS_MAX * 2 + 5), "\n");
  expect(texts(long).map((text) => text.length)).toEqual([LINE_CHARS_MAX, LINE_CHARS_MAX, 5]);
  const many = new LogBuffer();
  const block = encoder.encode("line\n".repeat(10_000));
  for (let part = 0; part < 8; part += 1) many.append(block);
  expect(many.end).toBe(80_000);
  expect(many.end - many.first).toBeLessThan(LINES_MAX + 10_000);
  expect(many.line(0)).toBeNull();
  expect(many.line(many.end - 1)?.text).toBe("line");
});

test("a search finds what is seen and keeps up", () => {
  const buffer = bufferOf("a \x1b[31mErr\x1b[0mor\n", "fine\n");
  const search = new LogSearch("ERROR");
  expect(search.over(buffer)).toEqual([0]);
  buffer.append(encoder.encode("fine\nerror again\n"));
  expect(search.over(buffer)).toEqual([0, 3]);
  buffer.clear();
  expect(search.over(buffer)).toEqual([]);
  expect(new LogSearch("").over(buffer)).toEqual([]);
});

test("places are marked, wherever letters keep their number", () => {
  expect(marked("Error, error", "error")).toEqual([
    { text: "Error", hit: true },
    { text: ", ", hit: false },
    { text: "error", hit: true },
  ]);
  expect(marked("İİ error", "error")).toEqual([{ text: "İİ error", hit: false }]);
});

test("a line that was written to the error output is told from the others", () => {
  const buffer = bufferOf("\x1e2026-11-20T10:00:00Z oh no\nfine\n\x1e", "again\n");
  const lines = [0, 1, 2].map((number) => buffer.line(number));
  expect(lines.map((line) => line?.isError)).toEqual([true, false, true]);
  expect(lines.map((line) => line?.text)).toEqual(["oh no", "fine", "again"]);
  expect(lines[0]?.time).toBe("2026-11-20T10:00:00Z");
});
