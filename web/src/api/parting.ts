// What the app says when it closes a connection because of who is at its other end.

/** The codes of a close (crates/model/api/src/lib.rs). */
const CLOSE_SIGNED_OUT = 4401;
const CLOSE_RIGHTS_CHANGED = 4403;

export interface Parting {
  /** Whoever is here has to sign in again; else what he may do has changed. */
  readonly isSignedOut: boolean;
  /** Why, for the reader. */
  readonly sentence: string;
}

/** Null where a connection ended for another reason. */
export function partingOf(code: number | undefined, reason: string | undefined): Parting | null {
  if (code !== CLOSE_SIGNED_OUT && code !== CLOSE_RIGHTS_CHANGED) return null;
  const words = (reason ?? "").trim();
  const sentence =
    words === "" ? "" : words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?…]$/.test(words) ? "" : ".");
  return { isSignedOut: code === CLOSE_SIGNED_OUT, sentence };
}
