// The operator's own ways to group: which group a node is in by the rules of a file.

import type { GroupRule, GroupWay } from "../api/groups";

/** What rules ask of a node. */
export interface RuledNode {
  readonly label: string;
  /** The value of a label; blank where the node has none. */
  readonly labelOf: (name: string) => string;
}

/** Whether a text fits a pattern, in which `*` stands for any text. Takes no longer for a hostile one. */
export function fits(pattern: string, text: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === pattern;
  const tail = rest.pop() ?? "";
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail)) return false;
  let from = head.length;
  const end = text.length - tail.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return from <= end;
}

function ruleFits({ names, labels }: GroupRule, node: RuledNode): boolean {
  if (names.length > 0 && !names.some((pattern) => fits(pattern, node.label))) return false;
  return labels.every(({ key, values }) => {
    const value = node.labelOf(key);
    return value !== "" && values.some((pattern) => fits(pattern, value));
  });
}

/** The group of a node; blank for none. */
export function ownGroup({ groups, labels }: GroupWay, node: RuledNode): string {
  const rule = groups.find((own) => ruleFits(own, node));
  if (rule !== undefined) return rule.name;
  for (const name of labels) {
    const value = node.labelOf(name);
    if (value !== "") return value;
  }
  return "";
}

/** The colour the file gives to a group; null for the usual ones. */
export function ownHue({ groups }: GroupWay, name: string): number | null {
  return groups.find((own) => own.name === name)?.hue ?? null;
}
