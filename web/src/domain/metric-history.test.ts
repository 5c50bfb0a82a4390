import { expect, test } from "vitest";
import { metric, node, nodesOf } from "../../tests/nodes";
import { linePath, MetricHistory, POINTS_MAX } from "./metric-history";

const busy = (value: number) => node("a", { metrics: [metric("CPU", value)] });

test("values are kept by node and metric, those of a node that is as before once", () => {
  const history = new MetricHistory();
  const first = busy(1);
  history.record(nodesOf(first), 10);
  history.record(nodesOf(first), 20);
  history.record(nodesOf(busy(3)), 30);
  expect(history.of("a", "CPU")).toEqual([10, 1, 30, 3]);
  expect(history.of("a", "Memory")).toEqual([]);
  history.record(nodesOf(node("b")), 40);
  expect(history.of("a", "CPU")).toEqual([]);
});

test("the oldest points make room", () => {
  const history = new MetricHistory();
  for (let at = 0; at < POINTS_MAX * 3; at += 1) history.record(nodesOf(busy(at)), at);
  const series = history.of("a", "CPU");
  expect(series.length).toBe(POINTS_MAX * 2);
  expect(series[series.length - 1]).toBe(POINTS_MAX * 3 - 1);
});

test("a line runs from its oldest to its newest point", () => {
  expect(linePath([0, 0, 5, 50, 10, 100], 100, 60, 20)).toBe("M0.0 20.0L30.0 10.0L60.0 0.0");
  expect(linePath([0, 5, 10, 10], 0, 60, 20)).toBe("M0.0 10.0L60.0 0.0");
  expect(linePath([0, 0, 10, 0], 0, 60, 20)).toBe("M0.0 20.0L60.0 20.0");
  expect(linePath([0, 5], 10, 60, 20)).toBe("M0 10.0H60");
  expect(linePath([], 10, 60, 20)).toBe("");
});
