// What the metrics of the nodes were since somebody looks: the app's list of nodes carries only the newest
// value of each, and a table of lines needs those before. Bounded in series and in points.

import type { NodeSummary } from "../api/types";

/** Points kept of a series; at a frame a second or two they cover about a minute. */
export const POINTS_MAX = 40;
const SERIES_MAX = 60_000;

/** Unix milliseconds and the value there, oldest first, in turns. */
export type Series = readonly number[];

const NONE: Series = [];

export class MetricHistory {
  private readonly series = new Map<string, Map<string, number[]>>();
  private last = new WeakSet<NodeSummary>();
  private count = 0;

  /** Takes in the nodes' values as of `now`, Unix milliseconds; nodes that are as before cost nothing. */
  record(nodes: ReadonlyMap<string, NodeSummary>, now: number): void {
    for (const id of this.series.keys()) {
      if (nodes.has(id)) continue;
      this.count -= this.series.get(id)?.size ?? 0;
      this.series.delete(id);
    }
    for (const node of nodes.values()) {
      if (this.last.has(node)) continue;
      this.last.add(node);
      for (const { label, empty, value } of node.metrics) if (!empty) this.push(node.id, label, now, value);
    }
  }

  /** The values of a node's metric; none where nothing was recorded. */
  of(id: string, label: string): Series {
    return this.series.get(id)?.get(label) ?? NONE;
  }

  private push(id: string, label: string, now: number, value: number): void {
    const own = this.series.get(id) ?? new Map<string, number[]>();
    let points = own.get(label);
    if (points === undefined) {
      if (this.count >= SERIES_MAX) return;
      this.count += 1;
      points = [];
      own.set(label, points);
      this.series.set(id, own);
    }
    points.push(now, value);
    if (points.length > POINTS_MAX * 2) points.splice(0, points.length - POINTS_MAX * 2);
  }
}

/**
 * The series as the path of a line in a box of `width` by `height`, up to `ceiling`, or up to its own largest value
 * where that is 0. One point is a level line; none is a blank path.
 */
export function linePath(series: Series, ceiling: number, width: number, height: number): string {
  const first = series[0];
  if (first === undefined) return "";
  let top = ceiling;
  if (top <= 0) for (let at = 1; at < series.length; at += 2) top = Math.max(top, series[at] ?? 0);
  const y = (value: number) => {
    const share = top > 0 ? Math.min(1, Math.max(0, value / top)) : 0;
    return (height - share * height).toFixed(1);
  };
  if (series.length < 4) return `M0 ${y(series[1] ?? 0)}H${width}`;
  const span = Math.max(1, (series[series.length - 2] ?? 0) - first);
  let path = "";
  for (let at = 0; at < series.length; at += 2) {
    const x = (((series[at] ?? 0) - first) / span) * width;
    path += `${at === 0 ? "M" : "L"}${x.toFixed(1)} ${y(series[at + 1] ?? 0)}`;
  }
  return path;
}
