import { describe, expect, test } from "vitest";
import { figures, metric, node, nodesOf } from "../../tests/nodes";
import { EDGE_TONES, edgeLook, trafficWidth } from "./edge-show";
import { figuresText, silenceText, socketText, spanText, TONE_ROWS } from "./edge-words";
import { mapGraph } from "./map-graph";
import { formatMetric } from "./units";

describe("what edges show", () => {
  test("width grows with traffic, within limits", () => {
    expect(trafficWidth(0)).toBe(0.5);
    expect(trafficWidth(100)).toBe(0.5);
    expect(trafficWidth(10_000)).toBe(1.5);
    expect(trafficWidth(1e15)).toBe(3.5);
  });

  test("tones tell round trips and failures, and what nobody measured", () => {
    expect(edgeLook("nothing", figures({}))).toBeNull();
    expect(edgeLook("rtt", undefined)).toEqual({ width: 0.5, tone: "unknown" });
    const tone = (
      show: "rtt" | "retransmits" | "failures" | "traffic",
      part: Parameters<typeof figures>[0],
    ) => edgeLook(show, figures(part))?.tone;
    expect([0.2, 3, 30, 300].map((rttMs) => tone("rtt", { rttMs }))).toEqual(["fast", "near", "far", "slow"]);
    expect(tone("rtt", {})).toBe("unknown");
    expect(tone("failures", { failed: 0 })).toBe("plain");
    expect(tone("failures", { failed: 1, opened: 99 })).toBe("some");
    expect(tone("failures", { failed: 3 })).toBe("many");
    expect(tone("retransmits", {})).toBe("unknown");
    expect([0, 1, 9, 10].map((retransmits) => tone("retransmits", { retransmits }))).toEqual([
      "plain",
      "some",
      "some",
      "many",
    ]);
    expect(tone("traffic", { sentBytes: 5 })).toBe("plain");
    expect(tone("traffic", { rttMs: 5 })).toBe("unknown");
  });

  test("the legend knows every tone that is drawn", () => {
    const rows = Object.values(TONE_ROWS).flat();
    expect(EDGE_TONES.every((tone) => rows.some((row) => row.tone === tone))).toBe(true);
  });

  test("edges of the map have looks only when asked", () => {
    const edges = [{ to: "b", ...figures({ sentBytes: 10_000 }) }];
    const nodes = nodesOf(node("a", { adjacency: ["b", "c"], edges }), node("b"), node("c"));
    const looks = (show: "nothing" | "traffic") =>
      mapGraph("v", nodes, new Map(), null, show).edges.map((edge) => edge.look);
    expect(looks("nothing")).toEqual([undefined, undefined]);
    expect(looks("traffic")).toEqual([
      { width: 1.5, tone: "plain" },
      { width: 0.5, tone: "unknown" },
    ]);
  });
});

describe("words of edges", () => {
  const socket = { name: "", pid: "", process: null, container: null, host: null };

  test("sockets are written as the system's tools do", () => {
    expect(socketText({ ...socket, address: "10.0.0.1", port: "80" })).toBe("10.0.0.1:80");
    expect(socketText({ ...socket, address: "fd00::1", port: "80" })).toBe("[fd00::1]:80");
    expect(socketText({ ...socket, address: "", port: "/run/docker.sock" })).toBe("/run/docker.sock");
  });

  test("a side says what it measured and no more", () => {
    const side = {
      observer: "a",
      side: "client",
      source: "proc",
      state: "",
      firstSeen: null,
      lastSeen: null,
    };
    const text = (part: Parameters<typeof figures>[0]) => figuresText({ ...side, figures: figures(part) });
    expect(text({})).toBe("");
    expect(text({ sentBytes: 2048, rttMs: 0.5, failed: 2 })).toBe("sent 2 KB/s, round trip 0.5 ms, 2 failed");
  });

  test("silence has a reason", () => {
    const hosts = [
      { host: "web-1", version: "1.13.2" },
      { host: "web-2", version: "" },
    ];
    expect(silenceText({ reason: "probe", hosts }).text).toContain("web-1 (1.13.2) and web-2 do not tell");
    expect(silenceText({ reason: "conntrack", hosts: [] }).text).toContain("Connection tracking");
    expect(silenceText({ reason: "probe", hosts: hosts.slice(1) }).text).toContain("on web-2 does not tell");
    expect(silenceText({ reason: "quiet", hosts }).text).toContain("have no figures of this one yet");
  });

  test("figures have their units and their span", () => {
    expect(formatMetric(2048, "rate")).toBe("2 KB/s");
    expect(formatMetric(0.25, "millis")).toBe("0.25 ms");
    const samples = [0, 14_000].map((at) => ({ at, value: 1 }));
    expect(spanText([metric("opened", 1, { samples })])).toContain("14 s");
    expect(spanText([])).toBe("");
  });
});
