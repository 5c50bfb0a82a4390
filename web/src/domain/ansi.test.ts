import { expect, test } from "vitest";
import { ansiRuns, PLAIN, plainText } from "./ansi";

/** Each run as its text and what of its style is not plain. */
function check(line: string, expected: readonly (readonly [string, object])[]) {
  const runs = ansiRuns(line).map(({ text, style }) => {
    const entries = Object.entries(style).filter(
      ([key, value]) => value !== PLAIN[key as keyof typeof PLAIN],
    );
    return [text, Object.fromEntries(entries)];
  });
  expect(runs, JSON.stringify(line)).toEqual(expected);
}

test("colours and weights become runs", () => {
  check("plain", [["plain", {}]]);
  check("\x1b[1;31mred\x1b[0m rest", [
    ["red", { bold: true, colour: 1 }],
    [" rest", {}],
  ]);
  check("\x1b[mnothing", [["nothing", {}]]);
  check("\x1b[92;104mbright", [["bright", { colour: 10, ground: 12 }]]);
  check("\x1b[38;5;9ma\x1b[38;5;196mb\x1b[48;5;244mc", [
    ["a", { colour: 9 }],
    ["b", { colour: "#ff0000" }],
    ["c", { colour: "#ff0000", ground: "#808080" }],
  ]);
  check("\x1b[38;2;1;300;7mtrue\x1b[39m", [["true", { colour: "#01ff07" }]]);
  check("\x1b[3;4;7mall\x1b[23;24;27m", [["all", { italic: true, underline: true, inverse: true }]]);
});

test("what could move or rewrite is left out", () => {
  check("\x1b[2J\x1b[Hshown", [["shown", {}]]);
  check("a\x1b]0;title\x07b", [
    ["a", {}],
    ["b", {}],
  ]);
  check("a\x1b]8;;https://evil\x1b\\b", [
    ["a", {}],
    ["b", {}],
  ]);
  check("bell\x07 back\x08 reversed\u202e", [
    ["bell", {}],
    [" back", {}],
    [" reversed", {}],
  ]);
  check("\x1b[38;5;999mx\x1b[38mx\x1b[48;2;1mx\x1b[99999999999mx", [
    ["x", {}],
    ["x", {}],
    ["x", { ground: "#010000" }],
    ["x", { ground: "#010000" }],
  ]);
});

test("the text of a line is what is seen of it", () => {
  expect(plainText("\x1b[1;31mred\x1b[0m \x1b]0;t\x07rest")).toBe("red rest");
});
