import { expect, test } from "vitest";
import { parseCast, sizeOf } from "./asciicast";

const HEAD = '{"version": 2, "width": 100, "height": 30, "timestamp": 1504467315, "title": "shell"}';

test("a recording is its events, with long pauses shortened", () => {
  const cast = parseCast(
    `${HEAD}\n[0.5, "o", "a"]\n[60, "r", "80x24"]\n[60.25, "o", "b"]\n[61, "i", "typed"]\n`,
  );
  expect(cast).toEqual({
    columns: 100,
    rows: 30,
    title: "shell",
    began: 1504467315000,
    events: [
      { at: 0.5, kind: "output", text: "a" },
      { at: 2.5, kind: "size", text: "80x24" },
      { at: 2.75, kind: "output", text: "b" },
    ],
    length: 3.5,
  });
});

test("what is no recording is told, and damaged lines are left out", () => {
  for (const text of ["", "{}", '{"version": 1}', "[]", "3", "null"])
    expect(parseCast(text), text).toBeNull();
  const lines = [
    "",
    "x",
    "{}",
    "[]",
    '["a","o","b"]',
    '[1e999,"o","b"]',
    '[1,"o",2]',
    '[-5,"o","kept"]',
    '[1,"o"',
  ];
  const cast = parseCast(`{"version": 2, "width": 1e9, "height": -1}\n${lines.join("\n")}`);
  expect(cast).toMatchObject({ columns: 80, rows: 24, title: "", began: null });
  expect(cast?.events).toEqual([{ at: 0, kind: "output", text: "kept" }]);
});

test("sizes are read within bounds", () => {
  expect(sizeOf("120x40")).toEqual([120, 40]);
  expect(sizeOf("9999x0")).toEqual([80, 24]);
  for (const text of ["", "x", "12", "1x2x3", "-1x4"]) expect(sizeOf(text), text).toBeNull();
});
