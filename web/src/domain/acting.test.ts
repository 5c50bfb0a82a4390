// The pure parts of acting on nodes: words, effects, rights, tabs.

import { expect, test } from "vitest";
import { node } from "../../tests/nodes";
import type { ControlButton, NodeDetail } from "../api/types";
import { changeOf } from "./change";
import { controlWords, groupControls, logArguments, USUAL_LOG } from "./control-words";
import { type DockTab, readTabs, tabOfHash, windowHash } from "./dock-tab";
import { liveEffect, replicasIn } from "./live-effect";
import { phaseWords } from "./pipe-words";
import { denial, rightOf } from "./rights";

function button(id: string, rank = 0): ControlButton {
  return {
    id,
    rank,
    human: `Do ${id}`,
    icon: "",
    confirmation: "",
    probeId: "p",
    nodeId: "n",
    notAllowed: "",
  };
}

function detail(patch: Partial<NodeDetail>): NodeDetail {
  return { ...node("a"), controls: [], children: [], connections: [], ...patch };
}

test("buttons stand in groups, in the order of their probe", () => {
  const ids = ["docker_stop_container", "docker_exec_container", "docker_container_logs", "plugin~dance"];
  const groups = groupControls([
    ...ids.map((id, rank) => button(id, rank)),
    button("docker_pause_container", 9),
  ]);
  expect(groups.map(([group, own]) => [group, own.map(({ id }) => id)])).toEqual([
    ["logs", ["docker_container_logs"]],
    ["terminal", ["docker_exec_container"]],
    ["lifecycle", ["docker_stop_container", "docker_pause_container"]],
    ["other", ["plugin~dance"]],
  ]);
});

test("what breaks something asks, the rest does not", () => {
  const asks = (id: string) => controlWords(button(id)).effect !== "";
  for (const id of ["stop", "restart", "pause", "remove"])
    expect(asks(`docker_${id}_container`), id).toBe(true);
  for (const id of ["term", "hup", "kill", "usr2"]) expect(asks(`process_signal_${id}`), id).toBe(true);
  for (const id of ["start", "unpause", "exec", "attach"])
    expect(asks(`docker_${id}_container`), id).toBe(false);
  expect(controlWords({ ...button("plugin~x"), confirmation: "Sure?" }).effect).toBe("Sure?");
  expect(controlWords(button("process_signal_usr2")).label).toBe("USR2");
});

test("only the log of a container takes choices", () => {
  expect(logArguments("docker_container_logs", USUAL_LOG)).toEqual({
    follow: "true",
    tail: "1000",
    timestamps: "true",
    marks: "true",
  });
  expect(logArguments("docker_container_logs", { tail: "all", since: "1h" }).since).toBe("1h");
  expect(logArguments("kubernetes_get_logs", USUAL_LOG)).toEqual({});
});

function row(id: string, value: string) {
  return { id, label: id, value, priority: 1, dataType: "number", truncate: 0 };
}

function connection(label: string, ...metadata: ReturnType<typeof row>[]) {
  return { id: label + metadata.length, nodeId: label, label, labelMinor: "", metadata };
}

test("the clients of a node are counted once, the busiest first", () => {
  const connections = [
    connection("web", row("count", "2"), row("sent_bytes", "100"), row("received_bytes", "50")),
    connection("web", row("count", "1"), row("sent_bytes", "10"), row("port", "81"), row("x", "")),
    connection("batch", row("count", "4"), row("sent_bytes", "9000")),
    connection("quiet"),
  ];
  const table = {
    id: "incoming-connections",
    viewId: "containers",
    label: "Inbound",
    columns: [],
    connections,
  };
  const out = { ...table, id: "outgoing-connections" };
  expect(liveEffect(detail({ connections: [table, out] }))).toEqual({
    clients: [
      { name: "batch", rate: 9000 },
      { name: "web", rate: 160 },
      { name: "quiet", rate: null },
    ],
    connections: 8,
    rate: 9160,
    requests: null,
  });
});

test("the last replica is told from one of several", () => {
  const own = detail({ id: "a" });
  const stopped = { ...node("c"), metadata: [{ ...row("docker_container_state", "exited") }] };
  const group = (...nodes: NodeDetail["children"][number]["nodes"]) =>
    detail({
      id: "image",
      label: "shop/orders",
      children: [{ label: "Containers", viewId: "containers", columns: [], nodes, truncationCount: 0 }],
    });
  const check = (nodes: NodeDetail["children"][number]["nodes"], others: number | undefined) =>
    expect(replicasIn(group(...nodes), "containers-by-image", own)?.others).toBe(others);
  check([node("a")], 0);
  check([node("a"), node("b")], 1);
  check([node("a"), stopped], 0);
  check([node("b")], undefined);
});

test("rights have sentences", () => {
  expect(rightOf("host_exec")).toBe("terminal");
  expect(rightOf("process_signal_kill")).toBe("operate");
  expect(rightOf("docker_remove_container")).toBe("remove");
  expect(rightOf("plugin~x")).toBe("plugins");
  expect(denial(["terminal", "logs"], "ann", "viewer")).toBe(
    "ann (viewer) may not open terminals, or read logs here. An administrator can allow it.",
  );
});

const TAB: DockTab = {
  key: "pipe-1",
  kind: "terminal",
  title: "a/b <c>",
  card: { view: "containers", id: "x;<container>" },
  probeId: "p",
  nodeId: "x;<container>",
  control: "docker_exec_container",
  pipe: "pipe-1",
  isRaw: true,
  resizeControl: "docker_resize_exec_tty",
  log: USUAL_LOG,
};

test("tabs are read back, whatever else is stored", () => {
  expect(readTabs(JSON.stringify([TAB]))).toEqual([TAB]);
  expect(tabOfHash(windowHash(TAB))).toEqual(TAB);
  for (const stored of [null, "", "{", "3", "[null,1,{}]", '[{"key":"a","pipe":7}]']) {
    expect(readTabs(stored), String(stored)).toEqual([]);
  }
  for (const hash of ["", "#/containers", "#/window/", "#/window/%", "#/window/null"]) {
    expect(tabOfHash(hash), hash).toBeNull();
  }
});

test("a pipe that is not well says so", () => {
  expect(phaseWords({ kind: "live" }, "terminal", 0).sentence).toBe("");
  expect(phaseWords({ kind: "reconnecting", since: 0 }, "terminal", 5000).sentence).toBe(
    "No connection to this terminal for 5 s; trying again. What is typed now is not sent.",
  );
  expect(phaseWords({ kind: "ended" }, "log", 0).sentence).toBe(
    "This log has ended; nothing more will come.",
  );
});

test("what the app tells of a node's last action is put into words", () => {
  const told = (what: string, outcome: string, who = "eve") =>
    changeOf({ ...node("a"), lastAction: { who, what, outcome, when: "2026-11-20T10:00:00Z" } }, "ann");
  expect(told("docker_stop_container", "ok")).toEqual({
    nodeId: "a",
    who: "eve",
    done: "stopped",
    at: Date.UTC(2026, 10, 20, 10),
    failure: "",
  });
  expect(told("docker_stop_container", "ok", "ann")?.who).toBeNull();
  expect(told("docker_stop_container", "no such container")?.failure).toBe("no such container");
  expect(told("docker_container_logs", "ok")).toBeNull();
  expect(changeOf(node("a"), "ann")).toBeNull();
});
