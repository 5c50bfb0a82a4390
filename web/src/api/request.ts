// The only door to HTTP: JSON below the page's own path, with a time limit and errors that can be
// put into a sentence.

import { decodeApp, decodeDetail, decodeEdge, decodeNodes, decodeSummary, decodeViews } from "./decode";
import type { AppDetails, EdgeDetail, NodeDetail, NodeSummary, View } from "./types";

/** Longer than the app needs for its largest answer, shorter than a reader's patience. */
export const REQUEST_MS_MAX = 10_000;

export type FailureKind = "offline" | "timeout" | "status" | "unreadable" | "too-long";

/** Why a request brought nothing; `state/sentence.ts` has the words for the reader. */
export class RequestFailure extends Error {
  readonly kind: FailureKind;
  /** The HTTP status, 0 when there was no answer. */
  readonly status: number;
  /** The app's own sentence, blank when it gave none. */
  readonly said: string;

  constructor(kind: FailureKind, status: number, said = "", cause?: unknown) {
    super(said || `${kind} ${status}`, { cause });
    this.name = "RequestFailure";
    this.kind = kind;
    this.status = status;
    this.said = said;
  }
}

/** A failure as a worker tells it to the page; null where it is none of a request. */
export interface ToldFailure {
  readonly kind: FailureKind | null;
  readonly status: number;
  readonly said: string;
}

export function toldOf(failure: unknown): ToldFailure {
  if (!(failure instanceof RequestFailure)) return { kind: null, status: 0, said: "" };
  const { kind, status, said } = failure;
  return { kind, status, said };
}

export function failureOf({ kind, status, said }: ToldFailure): unknown {
  return kind === null ? null : new RequestFailure(kind, status, said);
}

/** The path the API is below: the page's own, so that any prefix works. */
export function basePath(pathname: string): string {
  const segments = pathname.split("/");
  const last = segments[segments.length - 1] ?? "";
  // A one-time link leads to `/sign-in`; the app's own page is beside it.
  if (last.includes(".") || last === "sign-in") segments.pop();
  return segments.join("/").replace(/\/+$/, "");
}

/** The address of a view's stream of changes, `t` seconds between frames. */
export function streamUrl(page: URL, view: string, query: string, periodSecs: number): string {
  const period = `t=${periodSecs}s`;
  const search = query === "" ? period : `${query}&${period}`;
  return socketUrl(page, `/api/topology/${encodeURIComponent(view)}/ws?${search}`);
}

/** The whole address of a view's nodes; a worker, which has no page, is given it. */
export function nodesUrl(page: URL, view: string, query: string): string {
  const search = query === "" ? "" : `?${query}`;
  return `${page.origin}${basePath(page.pathname)}/api/topology/${encodeURIComponent(view)}${search}`;
}

/** All nodes of the view whose address `nodesUrl` made. */
export async function fetchNodes(url: string, signal?: AbortSignal): Promise<NodeSummary[]> {
  return decodeNodes(await readJson(await exchangeAt(url, signal ? { signal } : {})));
}

/** What is called whenever the app says that nobody is signed in here. */
let onSignedOut: () => void = () => undefined;

export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

/** A request to the app; an answer that says no is thrown as a failure with the app's own sentence. */
export async function exchange(path: string, init: RequestInit, limitMs = REQUEST_MS_MAX): Promise<Response> {
  return exchangeAt(basePath(window.location.pathname) + path, init, limitMs);
}

async function exchangeAt(url: string, init: RequestInit, limitMs = REQUEST_MS_MAX): Promise<Response> {
  const timeout = AbortSignal.timeout(limitMs);
  const { signal } = init;
  const both = signal ? AbortSignal.any([signal, timeout]) : timeout;
  let answer: Response;
  try {
    answer = await fetch(url, {
      ...init,
      signal: both,
      headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest", ...init.headers },
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new RequestFailure(timeout.aborted ? "timeout" : "offline", 0, "", cause);
  }
  if (answer.ok) return answer;
  // A wrong password is no loss of a session.
  if (answer.status === 401 && !url.endsWith("/api/sign-in")) onSignedOut();
  throw new RequestFailure("status", answer.status, await refusal(answer));
}

/** The longest body of a refusal that is taken for a sentence, characters. */
const REFUSAL_CHARS_MAX = 600;

/** Why the app said no, blank when it gave no reason. */
async function refusal(answer: Response): Promise<string> {
  try {
    const body: unknown = await answer.json();
    if (typeof body !== "string" || body.trim() === "") return "";
    const words = body.trim().slice(0, REFUSAL_CHARS_MAX);
    return words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?…]$/.test(words) ? "" : ".");
  } catch {
    return "";
  }
}

/** The JSON of an answer; null when it has no body. */
export async function readJson(answer: Response): Promise<unknown> {
  try {
    const text = await answer.text();
    return text === "" ? null : JSON.parse(text);
  } catch (cause) {
    throw new RequestFailure("unreadable", answer.status, "", cause);
  }
}

/** What is at a path of the API. */
export async function getJson(path: string, signal?: AbortSignal): Promise<unknown> {
  return readJson(await exchange(path, signal ? { signal } : {}));
}

/** Sends a value to a path of the API and takes what comes back. */
export async function postJson(path: string, value: unknown, limitMs?: number): Promise<unknown> {
  const init = {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(value),
  };
  return readJson(await exchange(path, init, limitMs));
}

/** The address of a websocket of the API. */
export function socketUrl(page: URL, path: string): string {
  const scheme = page.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${page.host}${basePath(page.pathname)}${path}`;
}

/** The views with their sizes under the options in `query`. */
export async function fetchViews(query: string, signal?: AbortSignal): Promise<View[]> {
  return decodeViews(await getJson(query === "" ? "/api/topology" : `/api/topology?${query}`, signal));
}

/** Whether a view has any node that was observed, whatever the options leave out. */
export async function fetchHasNodes(view: string, signal?: AbortSignal): Promise<boolean> {
  const answer = await getJson(`/api/topology/${encodeURIComponent(view)}`, signal);
  const nodes: unknown = typeof answer === "object" && answer !== null ? Reflect.get(answer, "nodes") : null;
  if (typeof nodes !== "object" || nodes === null) return false;
  return Object.values(nodes).some((node) => decodeSummary(node)?.pseudo === false);
}

/** One node, long; null when the app does not know it in this view. */
export async function fetchDetail(
  view: string,
  node: string,
  query: string,
  signal?: AbortSignal,
): Promise<NodeDetail | null> {
  return known(
    `/api/topology/${encodeURIComponent(view)}/${encodeURIComponent(node)}`,
    query,
    decodeDetail,
    signal,
  );
}

/** One edge, long; null when the app does not know it in this view. */
export async function fetchEdge(
  view: string,
  from: string,
  to: string,
  query: string,
  signal?: AbortSignal,
): Promise<EdgeDetail | null> {
  const [client, server] = [encodeURIComponent(from), encodeURIComponent(to)];
  return known(
    `/api/topology/${encodeURIComponent(view)}/${client}/edge/${server}`,
    query,
    decodeEdge,
    signal,
  );
}

/** What is at a path, null where there is nothing. */
async function known<T>(
  path: string,
  query: string,
  decode: (answer: unknown) => T | null,
  signal?: AbortSignal,
): Promise<T | null> {
  try {
    return decode(await getJson(query === "" ? path : `${path}?${query}`, signal));
  } catch (failure) {
    if (failure instanceof RequestFailure && failure.status === 404) return null;
    throw failure;
  }
}

/** What the app says of itself. */
export async function fetchApp(signal?: AbortSignal): Promise<AppDetails> {
  return decodeApp(await getJson("/api", signal));
}
