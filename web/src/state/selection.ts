// Several nodes at once: picked with shift or a line drawn around them, beside the one whose card is open.

import { PICKED_MAX } from "../domain/path";
import { useScope } from "./store";

const { getState, setState } = useScope;

/** One more, or one less. */
export function pickNode(id: string): void {
  const { picked } = getState();
  const others = picked.filter((item) => item !== id);
  const next = others.length < picked.length ? others : [...others, id].slice(-PICKED_MAX);
  setState({ picked: next, pathShown: false });
}

/** These and no others. */
export function pickNodes(ids: readonly string[]): void {
  setState({ picked: ids.slice(0, PICKED_MAX), pathShown: false });
}

export function clearPicked(): void {
  if (getState().picked.length > 0 || getState().pathShown) setState({ picked: [], pathShown: false });
}

export function showPath(pathShown: boolean): void {
  setState({ pathShown });
}
