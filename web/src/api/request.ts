// The only door to HTTP: JSON by GET below the page's own path, with a time limit and errors that
// can be put into a sentence.

import { decodeApp, decodeDetail, decodeEdge, decodeNodes, decodeViews } from "./decode";
import type { AppDetails, EdgeDetail, NodeDetail, NodeSummary, View } from "./types";

/** Longer than the app needs for its largest answer, shorter than a reader's patience. */
export const REQUEST_MS_MAX = 10_000;

export type FailureKind = "offline" | "timeout" | "status" | "unreadable";

/** Why a request brought nothing. */
export class RequestFailure extends Error {
  readonly kind: FailureKind;
  /** The HTTP status, 0 when there was no answer. */
  readonly status: number;

  constructor(kind: FailureKind, status: number, sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = "RequestFailure";
    this.kind = kind;
    this.status = status;
  }
}

/** The path the API is below: the page's own, so that any prefix works. */
export function basePath(pathname: string): string {
  const segments = pathname.split("/");
  const last = segments[segments.length - 1] ?? "";
  if (last.includes(".")) segments.pop();
  return segments.join("/").replace(/\/+$/, "");
}

/** The address of a view's stream of changes, `t` seconds between frames. */
export function streamUrl(page: URL, view: string, query: string, periodSecs: number): string {
  const scheme = page.protocol === "https:" ? "wss:" : "ws:";
  const period = `t=${periodSecs}s`;
  const search = query === "" ? period : `${query}&${period}`;
  return `${scheme}//${page.host}${basePath(page.pathname)}/api/topology/${encodeURIComponent(view)}/ws?${search}`;
}

/** The whole address of a view's nodes; a worker, which has no page, is given it. */
export function nodesUrl(page: URL, view: string, query: string): string {
  const search = query === "" ? "" : `?${query}`;
  return `${page.origin}${basePath(page.pathname)}/api/topology/${encodeURIComponent(view)}${search}`;
}

/** All nodes of the view whose address `nodesUrl` made. */
export async function fetchNodes(url: string, signal?: AbortSignal): Promise<NodeSummary[]> {
  return decodeNodes(await getFrom(url, signal));
}

async function getJson(path: string, signal?: AbortSignal): Promise<unknown> {
  return getFrom(basePath(window.location.pathname) + path, signal);
}

async function getFrom(url: string, signal?: AbortSignal): Promise<unknown> {
  const timeout = AbortSignal.timeout(REQUEST_MS_MAX);
  const both = signal ? AbortSignal.any([signal, timeout]) : timeout;
  let answer: Response;
  try {
    answer = await fetch(url, {
      signal: both,
      headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    if (timeout.aborted) {
      throw new RequestFailure("timeout", 0, "The app did not answer within 10 seconds.", cause);
    }
    throw new RequestFailure("offline", 0, "The app cannot be reached.", cause);
  }
  if (!answer.ok) {
    throw new RequestFailure("status", answer.status, `The app answered with an error (${answer.status}).`);
  }
  try {
    return await answer.json();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new RequestFailure("unreadable", answer.status, "The app’s answer could not be read.", cause);
  }
}

/** The views with their sizes under the options in `query`. */
export async function fetchViews(query: string, signal?: AbortSignal): Promise<View[]> {
  return decodeViews(await getJson(query === "" ? "/api/topology" : `/api/topology?${query}`, signal));
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
