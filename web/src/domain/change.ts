// What somebody did to a node lately.

import type { NodeSummary } from "../api/types";
import { say } from "../text/text";
import { controlWords } from "./control-words";

export interface Change {
  readonly nodeId: string;
  /** Null for the reader; a name, or the word for nobody in particular. */
  readonly who: string | null;
  /** `stopped`. */
  readonly done: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** Why it was not done; blank when it was. */
  readonly failure: string;
}

/** What the app tells of a node's last action; null for none, and for those that change nothing. */
export function changeOf(node: NodeSummary, reader: string): Change | null {
  const action = node.lastAction;
  if (action === null) return null;
  const { done } = controlWords({ id: action.what, human: action.what, confirmation: "" });
  const at = Date.parse(action.when);
  if (done === "" || Number.isNaN(at)) return null;
  const isNobody = action.who === "" || action.who === "anonymous";
  const who = isNobody ? say.acts.somebody : action.who === reader ? null : action.who;
  return { nodeId: node.id, who, done, at, failure: action.outcome === "ok" ? "" : action.outcome };
}
