// Who is signed in. The only writer of this store.

import { create } from "zustand";
import { fetchMe, type Me, type Proof, signIn, signOut } from "../api/account";
import type { Parting } from "../api/parting";
import { whenSignedOut } from "../api/request";
import type { ControlButton } from "../api/types";
import { closure, denial, invitation, type Right, rightOf } from "../domain/rights";
import { sentenceOf } from "./sentence";

export interface AccountState {
  /** Null until the app has told, and where it knows no accounts. */
  readonly me: Me | null;
  /** The question who one is stands over the page. */
  readonly isAsking: boolean;
  /** Nothing can be seen before it is answered. */
  readonly mustAnswer: boolean;
  /** What the app said when it closed what was open; blank once it was answered. */
  readonly parting: string;
  /** How often somebody signed in or out since the page was loaded. */
  readonly entries: number;
}

export const useAccount = create<AccountState>()(() => ({
  me: null,
  isAsking: false,
  mustAnswer: false,
  parting: "",
  entries: 0,
}));

const { getState, setState } = useAccount;

function sees(me: Me): boolean {
  return me.rightsSomewhere.includes("see");
}

/** Runs when somebody else is there than before, who must not find what the former left open. */
const onOther: (() => void)[] = [];

export function whenOther(run: () => void): void {
  onOther.push(run);
}

function become(me: Me): void {
  const before = getState().me;
  const isOther = before?.signedIn === true && (before.name !== me.name || !me.signedIn);
  if (isOther) for (const run of onOther) run();
  const mustAnswer = !sees(me) && me.methods.length > 0;
  setState({ me, isAsking: mustAnswer, mustAnswer, parting: "", entries: getState().entries + 1 });
}

/** Learns who is signed in, and notices when nobody is any more. */
export function startAccount(): void {
  whenSignedOut(() => void learn(true));
  void learn(false);
}

/** The app closed what was open: the session ended elsewhere, or what one may do has changed. */
export function part({ isSignedOut, sentence }: Parting): void {
  // Whoever signs out on this very page knows.
  if (isLeaving || getState().me?.signedIn !== true) return;
  setState({ parting: sentence });
  void learn(isSignedOut);
}

let isLearning = false;

async function learn(isNeeded: boolean): Promise<void> {
  if (isLearning || (isNeeded && getState().isAsking)) return;
  isLearning = true;
  try {
    const me = await fetchMe();
    if (me === null) return;
    const mustAnswer = !sees(me) && me.methods.length > 0;
    // A session that ended is kept in mind: the same reader finds the page as it was.
    const before = getState().me;
    if (isNeeded && before?.signedIn === true && !me.signedIn && me.methods.length > 0) {
      setState({ isAsking: true, mustAnswer });
      return;
    }
    setState({ me, isAsking: mustAnswer || (isNeeded && me.methods.length > 0), mustAnswer });
  } catch {
    // What needs it says so itself when it is asked for.
  } finally {
    isLearning = false;
  }
}

/** Signs in; the answer is why it failed, null when it did not. */
export async function enter(proof: Proof): Promise<string | null> {
  try {
    become(await signIn(proof));
    return null;
  } catch (failure) {
    return sentenceOf(failure);
  }
}

let isLeaving = false;

export async function leave(): Promise<void> {
  isLeaving = true;
  // While one still may: what is open is ended, not left to whoever comes next.
  for (const run of onOther) run();
  try {
    become(await signOut());
  } catch {
    await learn(true);
  } finally {
    isLeaving = false;
  }
}

export function askWho(isAsking: boolean): void {
  setState(isAsking ? { isAsking } : { isAsking, parting: "" });
}

/** What the app said on parting was read. */
export function forgetParting(): void {
  setState({ parting: "" });
}

/** Whether the reader may, somewhere at least; true where the app knows no accounts. */
export function useMay(right: Right): boolean {
  return useAccount(({ me }) => me === null || me.rightsSomewhere.includes(right));
}

/** Why these controls are not for the reader, blank when they are. */
export function useDenial(controls: readonly ControlButton[]): string {
  return useAccount(({ me }) => {
    const ids = controls.map(({ id }) => id);
    const general = me === null ? "" : reasonAgainst(me, ids);
    if (general !== "") return general;
    // Rights may be limited to some nodes; then the app says so with each button.
    const reason = controls.find(({ notAllowed }) => notAllowed !== "")?.notAllowed ?? "";
    return reason === "" ? "" : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
  });
}

function reasonAgainst(me: Me, controls: readonly string[]): string {
  const lacking = [...new Set(controls.map(rightOf))].filter((right) => !me.rightsSomewhere.includes(right));
  if (lacking.length === 0) return "";
  if (me.signedIn) return denial(lacking, me.name, me.role);
  return me.methods.length > 0 ? invitation(lacking) : closure(lacking);
}

/** Whether signing in may help. */
export function useMaySignIn(): boolean {
  return useAccount(({ me }) => me !== null && !me.signedIn && me.methods.length > 0);
}
