import { expect, test } from "vitest";
import { fact, metric, node } from "../../tests/nodes";
import { ColumnMemory } from "./columns";
import { metricChoices } from "./metrics";
import { rowTsv, tableCsv, tableTsv } from "./table-text";

const NODES = [
  node("a", {
    label: 'say "hi", you',
    metadata: [fact("command", "=HYPERLINK(1)"), fact("pid", "-7")],
    metrics: [metric("Memory", 1536, { format: "filesize" })],
  }),
  node("b", { metadata: [fact("command", "two\nlines\there")] }),
];
const COLUMNS = new ColumnMemory().columns(NODES, metricChoices(NODES), (id) => id, 0);

test("cells with commas, quotes and lines are quoted, formulas are made words", () => {
  expect(tableCsv(COLUMNS, NODES)).toBe(
    [
      "Name,Memory (bytes),command,pid",
      `"say ""hi"", you",1536,'=HYPERLINK(1),-7`,
      'b,,"two\nlines\there",',
      "",
    ].join("\r\n"),
  );
});

test("on the clipboard a row is a line", () => {
  expect(tableTsv(COLUMNS, NODES).split("\n")).toHaveLength(3);
  expect(rowTsv(COLUMNS, NODES[1] ?? node("x"))).toBe("b\t\ttwo lines here\t");
});
