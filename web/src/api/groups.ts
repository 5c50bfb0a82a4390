// The operator's own ways to group nodes.

import { bag, list, text } from "./blanks";
import type * as Wire from "./generated";
import { getJson } from "./request";

export interface LabelRule {
  readonly key: string;
  /** Patterns of its value; one has to fit. */
  readonly values: readonly string[];
}

export interface GroupRule {
  readonly name: string;
  /** One of the ten hues; null for the usual ones. */
  readonly hue: number | null;
  /** Patterns of the node's name; none for any name. */
  readonly names: readonly string[];
  readonly labels: readonly LabelRule[];
}

export interface GroupWay {
  readonly name: string;
  readonly groups: readonly GroupRule[];
  readonly labels: readonly string[];
}

export interface OwnGroups {
  readonly ways: readonly GroupWay[];
  /** What is wrong with the file's last version; blank when nothing is. */
  readonly fault: string;
}

const ENTRIES_MAX = 400;
const HUES = 10;

function word(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function words(value: unknown): readonly string[] {
  return list(value, ENTRIES_MAX, word);
}

function label(value: unknown): LabelRule | null {
  const rule = bag<Wire.LabelRule>(value);
  const key = word(rule.key);
  return key === null ? null : { key, values: words(rule.values) };
}

function group(value: unknown): GroupRule | null {
  const rule = bag<Wire.GroupRule>(value);
  const name = word(rule.name);
  if (name === null) return null;
  const isHue =
    typeof rule.hue === "number" && Number.isInteger(rule.hue) && rule.hue >= 0 && rule.hue < HUES;
  const hue = isHue ? Number(rule.hue) : null;
  return { name, hue, names: words(rule.names), labels: list(rule.labels, ENTRIES_MAX, label) };
}

function way(value: unknown): GroupWay | null {
  const row = bag<Wire.GroupWay>(value);
  const name = word(row.name);
  if (name === null) return null;
  return { name, groups: list(row.groups, ENTRIES_MAX, group), labels: words(row.labels) };
}

export function decodeGroups(value: unknown): OwnGroups {
  const answer = bag<Wire.GroupsAnswer>(value);
  return { ways: list(answer.ways, ENTRIES_MAX, way), fault: text(answer.fault) };
}

export async function fetchGroups(signal?: AbortSignal): Promise<OwnGroups> {
  return decodeGroups(await getJson("/api/groups", signal));
}
