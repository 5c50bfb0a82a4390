import { describe, expect, test } from "vitest";
import { recording } from "../../tests/nodes";
import { decodeViews } from "../api/decode";
import type { OptionGroup } from "../api/types";
import { type Address, formatHash, parseHash, START } from "./address";
import { NO_FOLDS } from "./folds";
import {
  chosenValues,
  defaultView,
  findView,
  isHidden,
  optionsQuery,
  shownViews,
  toggleChoice,
} from "./views";

function again(address: Address): Address {
  return parseHash(formatHash(address, address.options[address.view ?? ""] ?? {}));
}

describe("the address", () => {
  test("law: what is written is read back", () => {
    const full: Address = {
      view: "containers",
      options: { containers: { stopped: ["both"], namespace: ["a", "b"] } },
      cards: [
        { view: "containers", id: "081b;<container>" },
        { view: "hosts", id: "vm;<host>" },
        { view: "processes-by-name", id: "/usr/bin/a b%&=?#" },
        { view: "hosts", id: "vm;<host>", to: "db~>~0;<host>" },
      ],
      query: "cpu > 2% & x",
      pins: ["image:nginx", 'a&pin=b "c:d"'],
      mode: "table",
      metric: "Load (1m)",
      sorting: { column: "fact:pid", descending: true },
      scale: "capacity",
      edges: "rtt",
      page: "audit",
      at: 1_795_168_800_123,
      versus: 1_795_168_700_000,
      groupBy: ["host", "label:tier, or so"],
      folds: { closed: true, except: ["box:host=a/b,c"] },
    };
    expect(again(full)).toEqual(full);
    const edge = { ...START, view: "hosts", cards: [{ view: "hosts", id: "a~", to: "~>b" }] };
    expect(again(edge)).toEqual(edge);
    expect(again({ ...START, view: "hosts" })).toEqual({ ...START, view: "hosts" });
    expect(again({ ...START, view: "hosts", metric: "" }).metric).toBe("");
    const elsewhere = { ...START, view: "hosts", cards: [{ view: "pods", id: "p" }] };
    expect(again(elsewhere)).toEqual(elsewhere);
  });

  test("a simple picture has a short link", () => {
    expect(formatHash({ ...START, view: "containers" }, {})).toBe("#/containers");
    const node = { ...START, view: "hosts", cards: [{ view: "hosts", id: "vm;<host>" }] };
    expect(formatHash(node, {})).toBe("#/hosts?sel=vm;%3Chost%3E");
  });

  test("nonsense is the start", () => {
    for (const hash of ["", "#", "#x", "#!/state/{", "#!/state/null", "#/%ZZ"]) {
      expect(parseHash(hash), hash).toEqual(START);
    }
  });

  test("links of the original are understood", () => {
    const state = {
      topologyId: "containers-by-image",
      selectedNodeId: "a<SLASH>b",
      topologyOptions: { containers: { stopped: ["both"], namespace: [""] } },
      searchQuery: "cpu > 2<PERCENT>",
      pinnedSearches: ["web", "web", "", 7],
      topologyViewMode: "grid",
      pinnedMetricType: "Memory",
      nodeDetails: [{ id: "vm;<host>", topologyId: "hosts" }],
    };
    for (const json of [JSON.stringify(state), encodeURIComponent(JSON.stringify(state))]) {
      expect(parseHash(`#!/state/${json}`)).toEqual({
        view: "containers-by-image",
        options: { containers: { stopped: ["both"], namespace: [] } },
        cards: [
          { view: "containers-by-image", id: "a/b" },
          { view: "hosts", id: "vm;<host>" },
        ],
        query: "cpu > 2%",
        pins: ["web"],
        mode: "table",
        metric: "Memory",
        sorting: null,
        scale: "used",
        edges: "nothing",
        page: null,
        groupBy: null,
        folds: NO_FOLDS,
        at: null,
        versus: null,
      });
    }
  });
});

describe("views", () => {
  const views = decodeViews(recording().views);

  test("are in the order of their rank, empty ones hidden unless looked at", () => {
    expect(shownViews(views, null).map((view) => view.id)).toEqual(["processes", "containers", "hosts"]);
    expect(shownViews(views, "pods").map((view) => view.id)).toContain("pods");
    const pods = findView(views, "pods");
    expect(pods && isHidden(pods.view, null)).toBe(true);
    expect(findView(views, "containers-by-image")?.fullName).toBe("Containers by image");
    expect(findView(views, null)).toBeNull();
  });

  test("start with the most telling that has nodes", () => {
    expect(defaultView(views)).toBe("containers");
    expect(defaultView([])).toBeNull();
  });

  const radio: OptionGroup = {
    id: "stopped",
    defaultValue: "running",
    several: false,
    noneLabel: "",
    options: [],
  };
  const several: OptionGroup = { ...radio, id: "namespace", defaultValue: "", several: true };

  test("options make a query with every group", () => {
    expect(optionsQuery([radio, several], {})).toBe("stopped=running&namespace=");
    expect(optionsQuery([radio, several, several], { namespace: ["a b", "c&d"] })).toBe(
      "stopped=running&namespace=a%20b,c%26d",
    );
  });

  test("a choice equal to the default is not kept", () => {
    expect(toggleChoice(radio, {}, "both")).toEqual({ stopped: ["both"] });
    expect(toggleChoice(radio, { stopped: ["both"] }, "running")).toEqual({});
    expect(toggleChoice(several, {}, "a")).toEqual({ namespace: ["a"] });
    expect(toggleChoice(several, { namespace: ["a"] }, "b")).toEqual({ namespace: ["a", "b"] });
    expect(toggleChoice(several, { namespace: ["a", "b"] }, "")).toEqual({});
    expect(toggleChoice(several, { namespace: ["a"] }, "a")).toEqual({});
    expect(chosenValues(radio, {})).toEqual(["running"]);
  });
});
