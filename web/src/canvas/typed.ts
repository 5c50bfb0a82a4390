// Reading numbers out of typed arrays under `noUncheckedIndexedAccess`: outside the array is zero.

export function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Slow at both ends; `share` and the answer run from 0 to 1. */
export function ease(share: number): number {
  const t = clamp(share, 0, 1);
  return t * t * (3 - 2 * t);
}
