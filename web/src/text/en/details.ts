// The cards of the right dock.

import { counted } from "./count";

export const details = {
  title: "Details",
  close: "Close details",
  width: "Width of the details",
  back: "Back",
  loading: "Loading details…",
  gone: (ago: string) => `Gone since ${ago}. This is the last that was seen of it.`,
  old: (failure: string) => `${failure} What follows may be old.`,
  notHere: "Not here",
  notHereWhy: (what: string, view: string) =>
    `No such ${what} in ${view.toLowerCase()} now. It may have ended, or the filters leave it out.`,
  none: "No details",
  noneWhy: (failure: string) => `${failure} It is tried again every few seconds.`,
  partOf: "Part of",
  showIn: (view: string) => `Show in ${view}`,
  facts: "Facts",
  metrics: "Metrics",
  noSamples: "no samples",
  min: (value: string) => `min ${value}`,
  max: (value: string) => `max ${value}`,
  to: (value: string) => `to ${value}`,
  elsewhere: (metric: string) => `${metric} elsewhere`,
  less: "Less",
  more: (count: number) => `More (${count})`,
  showLess: "Show less",
  showAll: "Show all",
  rowsLeftOut: (count: number) => `${counted(count, "more row", "more rows")} left out by the probe`,
  notListed: (count: number, view: string) =>
    `${counted(count, "more", "more")} not listed here; the view of ${view.toLowerCase()} has all`,
  node: "Node",
  name: "Name",
  edge: "Edge",
  edgeTo: (table: string, node: string) => `Edge: ${table} ${node}`,
  id: "ID",
  copy: (what: string) => `Copy ${what}`,
  copied: "Copied",
  roundTripColumn: "RTT",
};
