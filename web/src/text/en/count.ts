const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `1 node`, `1,700 nodes`. */
export function counted(count: number, one: string, many: string): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

/** `a, b and c`. */
export function joined(words: readonly string[], last: string): string {
  const end = words[words.length - 1] ?? "";
  return words.length < 2 ? end : `${words.slice(0, -1).join(", ")}${last}${end}`;
}
