// What a request asks of the past: the moment that is looked at, as a parameter.

import type { Address } from "../domain/address";
import { momentAt } from "../domain/timeline";
import { useTime } from "./time-store";

/** The kept moment that stands at a time, so that requests change only when what stands there does. */
export function standing(at: number): number {
  return momentAt(useTime.getState().history?.moments ?? [], at) ?? at;
}

function joined(query: string, more: string): string {
  return query === "" ? more : `${query}&${more}`;
}

/** `query` at a moment; null for the present. */
export function queryAt(query: string, at: number | null): string {
  if (at === null) return query;
  const moment = encodeURIComponent(new Date(standing(at)).toISOString());
  return joined(query, `timestamp=${moment}&still=true`);
}

/** `query` at the moment looked at. */
export function withMoment(query: string, { at }: Pick<Address, "at">): string {
  return queryAt(query, at);
}
