// Controls under way and what came of them. The only writer of this store.

import { useMemo } from "react";
import { create } from "zustand";
import { callControl } from "../api/acts";
import type { ControlButton, NodeDetail, NodeSummary } from "../api/types";
import type { CardRef } from "../domain/address";
import { type Change, changeOf } from "../domain/change";
import { controlWords, logArguments, USUAL_LOG } from "../domain/control-words";
import type { Nodes } from "../domain/diff";
import { say } from "../text/text";
import { useAccount, whenOther } from "./account";
import { popCard } from "./actions";
import { openTab } from "./dock";
import { sentenceOf } from "./sentence";
import { useScope } from "./store";

export interface ControlsState {
  /** By `controlKey`. */
  readonly running: ReadonlySet<string>;
  /** Why the last control of a node failed, by the node's id. */
  readonly failures: ReadonlyMap<string, ControlFailure>;
  /** Probes that were not connected when they were last asked, by their ids. */
  readonly away: ReadonlySet<string>;
  /** By the node's id. */
  readonly changes: ReadonlyMap<string, Change>;
}

export interface ControlFailure {
  readonly label: string;
  readonly sentence: string;
}

/** How far the clocks of app and browser may be apart, and how long an answer may be under way, ms. */
const CLOCKS_MS = 15_000;

/** Nodes whose last change is remembered. */
const CHANGES_MAX = 200;

export const useControls = create<ControlsState>()(() => ({
  running: new Set(),
  failures: new Map(),
  away: new Set(),
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

/** What the app says of a probe that has no connection for controls. */
const NOT_CONNECTED = /\bis not connected right now\b/;
/** After this a probe may be there again, ms. */
const AWAY_MS = 8000;

function markAway(probe: string): void {
  setState({ away: new Set(getState().away).add(probe) });
  window.setTimeout(() => {
    const away = new Set(getState().away);
    away.delete(probe);
    setState({ away });
  }, AWAY_MS);
}

/** Why a probe's controls cannot be run now; blank while they can. */
export function useAbsence(probe: string): string {
  const isAway = useControls((state) => state.away.has(probe));
  return isAway ? say.acts.probeAway : "";
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
    else remember({ nodeId: node.id, who: null, done: words.done, at: Date.now(), failure: "" });
    if (answer.removedNode !== "") closeCardOf(card);
  } catch (failure) {
    const sentence = sentenceOf(failure);
    setFailure(node.id, { label: words.label, sentence });
    if (NOT_CONNECTED.test(sentence)) markAway(button.probeId);
  } finally {
    setRunning(key, false);
  }
}

/** The card of a node that is no more, if it is still on top. */
function closeCardOf({ view, id }: CardRef): void {
  const top = useScope.getState().address.cards.at(-1);
  if (top?.view === view && top.id === id && top.to === undefined) popCard();
}

/** The last change of a node: what the app tells of anybody, else what was done from this page. */
export function useChange(node: NodeSummary): Change | null {
  const own = useControls((state) => state.changes.get(node.id) ?? null);
  const told = useTold(node);
  return latest(own, told);
}

/** What was done from this page is told by the app too, perhaps without a name. */
function latest(own: Change | null, told: Change | null): Change | null {
  if (own === null || told === null) return told ?? own;
  const isSame = own.done === told.done && Math.abs(own.at - told.at) < CLOCKS_MS;
  return isSame || own.at > told.at ? own : told;
}

/** The name by which the app tells what the reader did; blank for who did not sign in. */
function useName(): string {
  return useAccount(({ me }) => (me?.signedIn === true ? me.name : ""));
}

function useTold(node: NodeSummary): Change | null {
  const name = useName();
  return useMemo(() => changeOf(node, name), [node, name]);
}

/** The last changes of these nodes. */
export function useChanges(nodes: Nodes): readonly Change[] {
  const own = useControls((state) => state.changes);
  const name = useName();
  return useMemo(() => {
    const changes = new Map([...own].filter(([id]) => nodes.has(id)));
    for (const node of nodes.values()) {
      const told = changeOf(node, name);
      if (told === null || told.failure !== "") continue;
      const newest = latest(changes.get(node.id) ?? null, told);
      if (newest !== null) changes.set(node.id, newest);
    }
    return [...changes.values()];
  }, [own, nodes, name]);
}

// What one did is not what the next who signs in did.
whenOther(() => setState({ changes: new Map(), failures: new Map() }));
