// Values of unknown origin: what is missing or wrong becomes blank, and what is too much is cut off.

/** Beyond these an answer is cut: more would freeze the page before it could be read. */
export const NODES_MAX = 50_000;
export const ROWS_MAX = 5_000;

/** The keys of an answer's shape, with values nobody has looked at. */
export type Bag<T> = { readonly [K in keyof T]?: unknown };

export function bag<T>(value: unknown): Bag<T> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Bag<T>) : {};
}

export function text(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

export function amount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

export function list<T>(value: unknown, max: number, read: (item: unknown) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  const out: T[] = [];
  for (const item of value) {
    if (out.length >= max) break;
    const read_ = read(item);
    if (read_ !== null) out.push(read_);
  }
  return out;
}

export function id(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** What is not told is not zero. */
export function figure(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
