// Orders cells: numbers by size, IP addresses by their bytes, text as people read it, and what has
// no value last whichever way the column runs.

import { say } from "../text/text";

export type SortKey = number | string | null;

/** The types of data whose text is a number. */
const FIGURES: ReadonlySet<string> = new Set(["number", "duration", "rate", "millis"]);

const collator = new Intl.Collator(say.figures.locale, { numeric: true, sensitivity: "base" });

/** Compares two keys ascending, or descending; null is last in both. */
export function compareKeys(a: SortKey, b: SortKey, descending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order =
    typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
  return descending ? -order : order;
}

/** A key that sorts IPv4 and IPv6 addresses by their bytes, v4 first; null when it is neither. */
export function ipKey(text: string): string | null {
  const first = text.split(/[,\s/]/, 1)[0] ?? "";
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(first);
  if (v4 !== null) {
    const parts = v4.slice(1).map(Number);
    if (parts.some((part) => part > 255)) return null;
    return `4.${parts.map((part) => String(part).padStart(3, "0")).join(".")}`;
  }
  return first.includes(":") ? v6Key(first) : null;
}

function v6Key(text: string): string | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const words = (half: string | undefined) => (half === undefined || half === "" ? [] : half.split(":"));
  const head = words(halves[0]);
  const tail = words(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...Array<string>(Math.max(0, missing)).fill("0"), ...tail];
  if (!all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return null;
  return `6.${all.map((word) => word.toLowerCase().padStart(4, "0")).join(":")}`;
}

/** The key of a text cell of the given type. */
export function textKey(value: string, dataType: string): SortKey {
  if (value === "") return null;
  if (FIGURES.has(dataType)) {
    const number = Number(value);
    return Number.isNaN(number) ? value : number;
  }
  if (dataType === "datetime") {
    const at = Date.parse(value);
    return Number.isNaN(at) ? value : at;
  }
  return ipKey(value) ?? value;
}
