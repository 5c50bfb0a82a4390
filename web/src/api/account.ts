// Who is signed in, and how one signs in and out.

import type * as Wire from "./generated";
import { basePath, exchange, getJson, postJson, RequestFailure, readJson } from "./request";

/** Who asks, and what he may do. */
export type Me = Omit<Wire.Me, "method">;

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
  const me: { readonly [K in keyof Wire.Me]?: unknown } = object(value);
  return {
    name: text(me.name),
    signedIn: me.signedIn === true,
    role: text(me.role),
    rights: texts(me.rights),
    rightsSomewhere: texts(me.rightsSomewhere),
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

export async function signIn(proof: Proof): Promise<Me> {
  return decodeMe(await postJson("/api/sign-in", proof));
}

export async function signOut(): Promise<Me> {
  return decodeMe(await readJson(await exchange("/api/sign-out", { method: "POST" })));
}

/** Where the sign-in of the organisation begins; the browser goes there. */
export function openIdAddress(page: URL): string {
  return `${basePath(page.pathname)}/api/sign-in/open-id`;
}
