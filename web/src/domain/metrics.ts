// The metric that fills the glyphs: which there are, and how full each node is.

import type { Metric, NodeSummary } from "../api/types";
import { formatMetric } from "./units";

export interface MetricChoice {
  /** The label is the name: `CPU` of a process and of a host are one choice, as in the original. */
  readonly label: string;
  readonly format: string;
  readonly group: string;
  /** The ceiling for nodes whose own is unknown: the largest value shown. */
  readonly ceiling: number;
}

/** Kernels report "no limit" as 2⁶⁴−1; nothing real is above this. */
const PLAUSIBLE_MAX = 2 ** 60;
const LOAD_MIN = 0.01;
const LOAD_MAX = 100;

/** The metrics with a value among the nodes, by ascending priority. */
export function metricChoices(nodes: Iterable<NodeSummary>): readonly MetricChoice[] {
  const found = new Map<
    string,
    { label: string; format: string; group: string; ceiling: number; priority: number }
  >();
  for (const node of nodes) {
    if (node.pseudo) continue;
    for (const { empty, label, format, group, value, priority } of node.metrics) {
      if (empty || label === "") continue;
      const known = found.get(label);
      if (known === undefined) {
        found.set(label, { label, format, group, ceiling: Math.max(0, value), priority });
        continue;
      }
      known.ceiling = Math.max(known.ceiling, value);
      known.priority = Math.min(known.priority, priority);
    }
  }
  return [...found.values()].sort((a, b) => a.priority - b.priority || a.label.localeCompare(b.label));
}

/** The metric of that label, null when the node has none or no value. */
export function metricOf(node: NodeSummary, label: string): Metric | null {
  return node.metrics.find((row) => row.label === label && !row.empty) ?? null;
}

/** A value as a share of its ceiling, 0 to 1; loads on a logarithmic scale from 0.01 to 100. */
export function fillShare(metric: Metric, choiceCeiling: number): number {
  if (metric.group === "load") {
    const span = Math.log(LOAD_MAX / LOAD_MIN);
    return Math.min(1, Math.max(0, Math.log(Math.max(metric.value, LOAD_MIN) / LOAD_MIN) / span));
  }
  const known = metric.max > 0 && metric.max < PLAUSIBLE_MAX && metric.max >= metric.value;
  const ceiling = known ? metric.max : choiceCeiling;
  return ceiling > 0 ? Math.min(1, Math.max(0, metric.value / ceiling)) : 0;
}

/**
 * The chosen metric of a group: how full its members are on average, and in words their sum, or their mean where a
 * sum means nothing. Blank and -1 when none has it.
 */
export function groupFill(
  nodes: readonly NodeSummary[],
  choice: MetricChoice | null,
): { readonly share: number; readonly text: string } {
  if (choice === null) return { share: -1, text: "" };
  const found = nodes.flatMap((node) => (node.pseudo ? [] : (metricOf(node, choice.label) ?? [])));
  if (found.length === 0) return { share: -1, text: "" };
  const share = found.reduce((sum, metric) => sum + fillShare(metric, choice.ceiling), 0) / found.length;
  const sum = found.reduce((total, metric) => total + metric.value, 0);
  const isMean = choice.format === "percent" || choice.group === "load";
  const text = formatMetric(isMean ? sum / found.length : sum, choice.format);
  return { share, text: isMean ? `⌀ ${text}` : text };
}

export function metricText(metric: Metric): string {
  return formatMetric(metric.value, metric.format);
}
