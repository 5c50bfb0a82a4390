const whole = new Intl.NumberFormat("de", { maximumFractionDigits: 0 });

/** `1 Host`, `1.700 Hosts`. */
export function counted(count: number, one: string, many: string): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

/** `a, b und c`. */
export function joined(words: readonly string[], last: string): string {
  const end = words[words.length - 1] ?? "";
  return words.length < 2 ? end : `${words.slice(0, -1).join(", ")}${last}${end}`;
}
