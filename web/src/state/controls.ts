// Controls under way and what came of them. The only writer of this store.

import { useMemo } from "react";
import { create } from "zustand";
import { callControl } from "../api/acts";
import type { ControlButton, NodeDetail } from "../api/types";
import type { CardRef } from "../domain/address";
import { controlWords, logArguments, USUAL_LOG } from "../domain/control-words";
import { whenOther } from "./account";
import { popCard } from "./actions";
import { openTab } from "./dock";
import { sentenceOf } from "./sentence";
import { useScope } from "./store";

/** What somebody did to a node. */
export interface Change {
  readonly nodeId: string;
  /** `you`, or a name. */
  readonly who: string;
  /** `stopped`. */
  readonly done: string;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface ControlsState {
  /** By `controlKey`. */
  readonly running: ReadonlySet<string>;
  /** Why the last control of a node failed, by the node's id. */
  readonly failures: ReadonlyMap<string, ControlFailure>;
  /** By the node's id. */
  readonly changes: ReadonlyMap<string, Change>;
}

export interface ControlFailure {
  readonly label: string;
  readonly sentence: string;
}

/** Nodes whose last change is remembered. */
const CHANGES_MAX = 200;

export const useControls = create<ControlsState>()(() => ({
  running: new Set(),
  failures: new Map(),
  changes: new Map(),
}));

const { getState, setState } = useControls;

export function controlKey({ probeId, nodeId, id }: ControlButton): string {
  return `${probeId} ${nodeId} ${id}`;
}

function setRunning(key: string, isRunning: boolean): void {
  const running = new Set(getState().running);
  if (isRunning) running.add(key);
  else running.delete(key);
  setState({ running });
}

function setFailure(node: string, failure: ControlFailure | null): void {
  const failures = new Map(getState().failures);
  if (failure === null) failures.delete(node);
  else failures.set(node, failure);
  setState({ failures });
}

export function forgetFailure(node: string): void {
  setFailure(node, null);
}

function remember(change: Change): void {
  const changes = new Map(getState().changes);
  changes.delete(change.nodeId);
  changes.set(change.nodeId, change);
  for (const oldest of changes.keys()) {
    if (changes.size <= CHANGES_MAX) break;
    changes.delete(oldest);
  }
  setState({ changes });
}

/** Runs a control of the node on a card; what it opens comes up in the lower dock. */
export async function runControl(card: CardRef, node: NodeDetail, button: ControlButton): Promise<void> {
  const key = controlKey(button);
  if (getState().running.has(key)) return;
  const words = controlWords(button);
  setRunning(key, true);
  setFailure(node.id, null);
  try {
    const { id: control, probeId, nodeId } = button;
    const answer = await callControl({ probeId, nodeId, control, args: logArguments(control, USUAL_LOG) });
    if (answer.pipe !== "") openTab({ title: node.label, card, probeId, nodeId, control }, answer);
    else remember({ nodeId: node.id, who: "you", done: words.done, at: Date.now() });
    if (answer.removedNode !== "") closeCardOf(card);
  } catch (failure) {
    setFailure(node.id, { label: words.label, sentence: sentenceOf(failure) });
  } finally {
    setRunning(key, false);
  }
}

/** The card of a node that is no more, if it is still on top. */
function closeCardOf({ view, id }: CardRef): void {
  const top = useScope.getState().address.cards.at(-1);
  if (top?.view === view && top.id === id && top.to === undefined) popCard();
}

/** What was done lately, by whomever. */
export function useChanges(): readonly Change[] {
  const own = useControls((state) => state.changes);
  return useMemo(() => [...own.values()], [own]);
}

// What one did is not what the next who signs in did.
whenOther(() => setState({ changes: new Map(), failures: new Map() }));
