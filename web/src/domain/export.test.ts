import { describe, expect, test } from "vitest";
import { node, nodesOf } from "../../tests/nodes";
import { dotOf, jsonOf, mermaidOf } from "./export-text";
import type { MapTheme } from "./map";
import { mapGraph } from "./map-graph";
import { pictureOf, svgOf } from "./picture";

const HOSTILE = 'a"]; <script>&\u0000\n`x`';
const NODES = nodesOf(
  node("1", { label: "front", shape: "hexagon", adjacency: ["2"] }),
  node("2", { label: HOSTILE, shape: "cylinder" }),
  node("3", { label: "far", shape: "dottedtriangle" }),
);
const GRAPH = mapGraph("containers", NODES, new Map(), null);

const THEME: MapTheme = {
  ground: "rgb(255, 255, 255)",
  text: "rgb(0, 0, 0)",
  textMuted: "rgb(9, 9, 9)",
  nodeBody: "#fff",
  edge: "#888",
  edgeStrong: "#444",
  groupFill: "#eee",
  groupLine: "#ddd",
  pseudo: "#777",
  metricFill: "#bcf",
  selection: "#00f",
  match: "#0af",
  warning: "#fa0",
  danger: "#f00",
  edgeTones: [],
  hues: Array<string>(10).fill("rgb(59, 111, 212)"),
  fontFamily: '"Inter Variable", sans-serif',
  reducedMotion: true,
};

const PICTURE = { graph: GRAPH, theme: THEME, width: 800, height: 600, matched: null };

describe("text for other tools", () => {
  test("Mermaid has every node and edge, and no markup out of names", () => {
    const text = mermaidOf(GRAPH);
    expect(text).toContain('n0{{"front"}}');
    expect(text).toContain("n0 --> n1");
    expect(text).toContain('n1[("a#34;]; #60;script#62;#38; #96;x#96;")]');
  });

  test("DOT too, with boxes as clusters", () => {
    const groups = [
      { id: "g", title: "shop" },
      { id: "h", title: "web", outer: 0 },
    ];
    const nodes = GRAPH.nodes.map((one, at) => ({ ...one, group: at === 0 ? 1 : -1 }));
    const text = dotOf({ ...GRAPH, nodes, groups });
    expect(text).toContain(
      [
        "  subgraph cluster_0 {",
        '    label="shop";',
        "    subgraph cluster_1 {",
        '      label="web";',
        '      n0 [label="front", shape=hexagon, id="1"];',
        "    }",
        "  }",
      ].join("\n"),
    );
    const boxes = pictureOf({
      ...PICTURE,
      graph: { ...GRAPH, nodes, groups },
      placeOf: () => ({ x: 50, y: 50 }),
    });
    expect(boxes.marks.filter((mark) => mark.kind === "text" && /shop|web/.test(mark.text))).toHaveLength(2);
    expect(text).toContain('label="a\\"]; <script>& `x`"');
    expect(text).toContain("n0 -> n1;");
  });

  test("JSON is read back", () => {
    const parsed = JSON.parse(jsonOf("containers", NODES, new Date(0)));
    expect(parsed).toMatchObject({ view: "containers", at: "1970-01-01T00:00:00.000Z" });
    expect(parsed.nodes).toHaveLength(3);
  });
});

describe("a picture", () => {
  const places: Record<string, { x: number; y: number }> = {
    "1": { x: 100, y: 100 },
    "2": { x: 300, y: 120 },
    "3": { x: 5000, y: 100 },
  };
  const picture = pictureOf({ ...PICTURE, placeOf: (id) => places[id] ?? null });

  test("has what the window shows", () => {
    const texts = picture.marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));
    expect(texts).toEqual(["front", HOSTILE]);
    const svg = svgOf(picture);
    expect(svg.match(/<path/g)).toHaveLength(4);
    expect(svg).toContain("&#60;script&#62;");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there is none is the point
    expect(svg).not.toMatch(/<script|\u0000/);
  });

  test("words that would overlap are left out, what is not searched is faint", () => {
    const close = pictureOf({
      ...PICTURE,
      matched: new Set(["1"]),
      placeOf: (id) => ({ x: 100 + Number(id), y: 100 }),
    });
    const texts = close.marks.filter((mark) => mark.kind === "text");
    expect(texts).toHaveLength(1);
    expect(svgOf(close)).toMatch(/stroke="#[0-9a-f]{6}66"/);
  });

  test("nothing placed is an empty picture", () => {
    expect(pictureOf({ ...PICTURE, placeOf: () => null }).marks).toEqual([]);
  });
});
