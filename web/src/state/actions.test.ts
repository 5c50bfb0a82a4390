import { beforeEach, expect, test, vi } from "vitest";
import { node, recording } from "../../tests/nodes";
import { decodeViews } from "../api/decode";
import { START } from "../domain/address";

/** The parts of a browser's window that the store touches. */
function fakeWindow() {
  const trail = [""];
  let at = 0;
  const location = { hash: "" };
  const go = (hash: string) => {
    location.hash = hash;
  };
  return {
    location,
    isPhone: false,
    matchMedia(this: { isPhone: boolean }) {
      return { matches: this.isPhone };
    },
    localStorage: { getItem: () => null, setItem: () => undefined },
    history: {
      pushState: (_data: unknown, _title: string, hash: string) => {
        trail.splice(at + 1);
        trail.push(hash);
        at += 1;
        go(hash);
      },
      replaceState: (_data: unknown, _title: string, hash: string) => {
        trail[at] = hash;
        go(hash);
      },
      back: () => {
        at -= 1;
        go(trail[at] ?? "");
      },
    },
  };
}

const page = fakeWindow();
vi.stubGlobal("window", page);
vi.stubGlobal("document", { documentElement: null });
vi.stubGlobal("getComputedStyle", () => ({ getPropertyValue: () => "" }));
const actions = await import("./actions");
const { useScope } = await import("./store");
const views = decodeViews(recording().views);

beforeEach(() => {
  page.location.hash = "";
  useScope.setState({ address: START, views: [] });
  actions.receiveViews(views);
});

function check(hash: string) {
  expect(page.location.hash).toBe(hash);
}

test("the first list of views chooses where to start", () => {
  check("#/containers");
});

test("a link to a view that does not exist leads to the start", () => {
  page.location.hash = "#/nowhere?sel=x";
  actions.followHash();
  expect(useScope.getState().address.view).toBe("containers");
});

test("going back restores the picture before", () => {
  actions.setMode("table");
  check("#/containers?mode=table");
  const stopped = views.find((view) => view.id === "containers")?.options.find(({ id }) => id === "stopped");
  if (stopped === undefined) throw new Error("the recording has the option");
  actions.chooseOption(stopped, "both");
  check("#/containers?stopped=both&mode=table");
  page.history.back();
  actions.followHash();
  expect(useScope.getState().address).toMatchObject({ mode: "table", options: {} });
  page.history.back();
  actions.followHash();
  expect(useScope.getState().address.mode).toBeNull();
});

test("sub-views share the options of their parent", () => {
  const stopped = views.find((view) => view.id === "containers")?.options.find(({ id }) => id === "stopped");
  if (stopped === undefined) throw new Error("the recording has the option");
  actions.chooseOption(stopped, "both");
  actions.openView("containers-by-image");
  check("#/containers-by-image?stopped=both");
  actions.openView("hosts");
  check("#/hosts");
  actions.openView("containers");
  check("#/containers?stopped=both");
});

test("cards stack, come to the front when linked again, and pop", () => {
  actions.selectNode("a");
  actions.pushCard({ view: "hosts", id: "vm" });
  actions.pushCard({ view: "processes", id: "vm;1" });
  check("#/containers?sel=a&card=hosts/vm&card=processes/vm;1");
  actions.pushCard({ view: "hosts", id: "vm" });
  check("#/containers?sel=a&card=hosts/vm");
  actions.popCard();
  check("#/containers?sel=a");
  actions.selectNode("a");
  check("#/containers");
});

test("an edge is selected as a node is, and is another card than its ends", () => {
  actions.selectNode("a");
  actions.selectEdge("a", "b");
  check("#/containers?sel=a~%3Eb");
  actions.pushCard({ view: "containers", id: "a" });
  actions.pushCard({ view: "containers", id: "a", to: "b" });
  expect(useScope.getState().address.cards).toEqual([{ view: "containers", id: "a", to: "b" }]);
  actions.selectEdge("a", "b");
  check("#/containers");
});

test("what edges show is in the address", () => {
  actions.chooseEdges("rtt");
  check("#/containers?edges=rtt");
  actions.chooseEdges("nothing");
  check("#/containers");
});

test("nodes of another view's late frame never mix with those shown", () => {
  const diff = (id: string) => ({ add: [node(id)], update: [], remove: [], patches: [], reset: false });
  actions.receiveDiff("containers", diff("a"), 1);
  actions.receiveDiff("hosts", diff("b"), 2);
  expect([...useScope.getState().nodes.keys()]).toEqual(["b"]);
});

test("a link says how to show only what the window would not do by itself", () => {
  actions.receiveViews(views);
  const check = (isPhone: boolean, mode: "graph" | "table", expected: string | null) => {
    page.isPhone = isPhone;
    actions.setMode(mode);
    expect(useScope.getState().address.mode, `${mode} on ${isPhone ? "a phone" : "a desk"}`).toBe(expected);
    expect(page.location.hash.includes(`mode=${mode}`)).toBe(expected !== null);
  };
  check(false, "table", "table");
  check(false, "graph", null);
  check(true, "graph", "graph");
  check(true, "table", null);
  page.isPhone = false;
});
