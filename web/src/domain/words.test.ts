import { expect, test } from "vitest";
import { fact } from "../../tests/nodes";
import { factText, safeLink } from "./facts";
import { formatAge, formatAgo, formatDuration } from "./time";
import { formatBytes, formatMetric, formatMillis, formatPercent, formatRate, searchedBytes } from "./units";

function check<T>(write: (input: T) => string, cases: readonly (readonly [T, string])[]) {
  for (const [input, words] of cases) expect(write(input), String(input)).toBe(words);
}

test("bytes", () => {
  check(formatBytes, [
    [0, "0 B"],
    [1023, "1,023 B"],
    [1024, "1 KB"],
    [3.4 * 1024 ** 2, "3.4 MB"],
    [145 * 1024 ** 2, "145 MB"],
    [1023.9 * 1024, "1 MB"],
    [25_276_510_208, "23.5 GB"],
    [2 ** 64, "16,384 PB"],
    [-2048, "−2 KB"],
  ]);
  check(formatRate, [[3.4 * 1024 ** 2, "3.4 MB/s"]]);
});

test("sizes to search for are written as the search reads them", () => {
  check(searchedBytes, [
    [1023, "1023B"],
    [3.44 * 1024 ** 2, "3.4MB"],
    [145 * 1024 ** 2, "145MB"],
    [0, "0B"],
  ]);
});

test("percentages never lie about what is tiny", () => {
  check(formatPercent, [
    [0, "0 %"],
    [0.004, "<0.1 %"],
    [0.6, "0.6 %"],
    [12.34, "12.3 %"],
    [100, "100 %"],
  ]);
});

test("other figures", () => {
  check(formatMillis, [
    [12, "12 ms"],
    [1500, "1.5 s"],
  ]);
  expect(formatMetric(32.368, "")).toBe("32.4");
  expect(formatMetric(0.126, "")).toBe("0.13");
  expect(formatMetric(20_000, "integer")).toBe("20,000");
});

test("durations", () => {
  check(formatDuration, [
    [0, "0 s"],
    [59, "59 s"],
    [90, "1 min 30 s"],
    [2222, "37 min"],
    [3977, "1 h 6 min"],
    [7200, "2 h"],
    [5 * 86_400 + 2 * 3600, "5 d 2 h"],
    [-3, "0 s"],
  ]);
});

test("relative times", () => {
  const ago = (secs: number) => formatAgo(1_000_000_000, 1_000_000_000 + secs * 1000);
  check(ago, [
    [0.2, "just now"],
    [12, "12 s ago"],
    [200, "3 min ago"],
    [7300, "2 h ago"],
    [200_000, "2 d ago"],
    [-90, "in 1 min"],
  ]);
  expect(formatAge(400)).toBe("0.4 s");
  expect(formatAge(75_000)).toBe("1 min 15 s");
});

test("facts", () => {
  const now = Date.parse("2026-11-20T06:18:17Z");
  const text = (value: string, dataType: string, truncate = 0) =>
    factText({ ...fact("x", value, dataType), truncate }, now).text;
  expect(text("2026-11-20T06:15:00Z", "datetime")).toBe("3 min ago");
  expect(text("not a time", "datetime")).toBe("not a time");
  expect(text("2222", "duration")).toBe("37 min");
  expect(text("", "duration")).toBe("");
  expect(text("081b0286d4e2afef", "", 12)).toBe("081b0286d4e2");
});

test("only web links are links", () => {
  expect(safeLink("https://example.com/a")).toBe("https://example.com/a");
  expect(safeLink("javascript:alert(1)")).toBeNull();
  expect(safeLink("not a link")).toBeNull();
});
