// Who is signed in. The only writer of this store.

import { create } from "zustand";
import { fetchMe, type Me, type Proof, signIn, signOut } from "../api/account";
import { whenSignedOut } from "../api/request";
import type { ControlButton } from "../api/types";
import { denial, type Right, rightOf } from "../domain/rights";
import { sentenceOf } from "./feed";

export interface AccountState {
  /** Null until the app has told, and where it knows no accounts. */
  readonly me: Me | null;
  /** The app answers only whoever signs in first. */
  readonly mustSignIn: boolean;
}

export const useAccount = create<AccountState>()(() => ({ me: null, mustSignIn: false }));

const { setState } = useAccount;

async function learn(): Promise<void> {
  try {
    const me = await fetchMe();
    setState({ me, mustSignIn: me !== null && me.rights.length === 0 && me.methods.length > 0 });
  } catch {
    // What needs it says so itself when it is asked for.
  }
}

/** Learns who is signed in, and notices when nobody is any more. */
export function startAccount(): void {
  whenSignedOut(() => setState({ mustSignIn: true }));
  void learn();
}

/** Signs in; the answer is why it failed, null when it did not. */
export async function enter(proof: Proof): Promise<string | null> {
  try {
    await signIn(proof);
  } catch (failure) {
    return sentenceOf(failure);
  }
  setState({ mustSignIn: false });
  await learn();
  return null;
}

export async function leave(): Promise<void> {
  try {
    await signOut();
  } catch {
    // Whoever is signed out already has what he wanted.
  }
  setState({ me: null, mustSignIn: true });
  await learn();
}

/** Whether the reader may; true where the app knows no accounts, for it then refuses by itself. */
export function useMay(right: Right): boolean {
  return useAccount(({ me }) => me === null || me.rights.includes(right));
}

/** Why a control is not for the reader, blank when it is. */
export function useDenial(button: ControlButton | null): string {
  return useAccount(({ me }) => {
    if (me === null || button === null) return "";
    const right = rightOf(button.id);
    return me.rights.includes(right) ? "" : denial(right, me.name, me.role);
  });
}
