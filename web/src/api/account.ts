// Who is signed in, and how one signs in and out.

import { exchange, getJson, postJson, RequestFailure } from "./request";

/** Who asks, and what he may do. */
export interface Me {
  /** Blank while nobody is signed in. */
  readonly name: string;
  readonly role: string;
  readonly rights: readonly string[];
  /** How one can sign in here: `link`, `basic`, `oidc`; empty where nobody needs to. */
  readonly methods: readonly string[];
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text).filter((item) => item !== "") : [];
}

export function decodeMe(value: unknown): Me {
  const me = object(value);
  return {
    name: text(me.name),
    role: text(me.role),
    rights: texts(me.rights),
    methods: texts(me.methods),
  };
}

/** Null from an app that knows no accounts. */
export async function fetchMe(signal?: AbortSignal): Promise<Me | null> {
  try {
    return decodeMe(await getJson("/api/me", signal));
  } catch (failure) {
    if (failure instanceof RequestFailure && failure.status === 404) return null;
    throw failure;
  }
}

export type Proof = { readonly token: string } | { readonly name: string; readonly password: string };

export async function signIn(proof: Proof): Promise<void> {
  await postJson("/api/sign-in", proof);
}

export async function signOut(): Promise<void> {
  await exchange("/api/sign-out", { method: "POST" });
}
