// The worker that runs `layout.wasm`: one request in, one answer out, in order.
//
// Why a worker: ten thousand nodes take some frames' time, and the main thread must not miss one.
// It keeps no state between requests; which answer still matters is `LayoutClient`'s business.

import { isLayoutExports, LayoutError, type LayoutExports, runLayout } from "./abi";

/** From the client: the number of a request and its words (`encodeRequest`). */
export interface ToWorker {
  readonly id: number;
  readonly request: ArrayBuffer;
}

/** To the client: the words of an answer, or a sentence that says why there is none. */
export type FromWorker =
  | { readonly id: number; readonly answer: ArrayBuffer }
  | { readonly id: number; readonly failure: string };

/** The part of a worker's global scope that this file uses; the page's own types hide it. */
interface WorkerScope {
  addEventListener(kind: "message", heard: (event: MessageEvent<ToWorker>) => void): void;
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;

let loading: Promise<LayoutExports> | undefined;

scope.addEventListener("message", (event) => {
  void serve(event.data);
});

async function serve({ id, request }: ToWorker): Promise<void> {
  try {
    loading ??= load();
    const answer = runLayout(await loading, request);
    scope.postMessage({ id, answer }, [answer]);
  } catch (error) {
    // A trapped module may have lost its memory's order, so the next request loads it afresh.
    loading = undefined;
    scope.postMessage({ id, failure: sentence(error) }, []);
  }
}

async function load(): Promise<LayoutExports> {
  const address = new URL("../../generated/layout.wasm", import.meta.url);
  const response = await fetch(address);
  if (!response.ok) {
    throw new LayoutError(`The layout module could not be fetched (status ${response.status}).`);
  }
  // Not `instantiateStreaming`: it refuses a server that does not know the type of wasm files.
  const { instance } = await WebAssembly.instantiate(await response.arrayBuffer(), {});
  if (!isLayoutExports(instance.exports)) {
    throw new LayoutError("The layout module is of another version; reload the page.");
  }
  return instance.exports as unknown as LayoutExports;
}

function sentence(error: unknown): string {
  if (error instanceof LayoutError) return error.message;
  const cause = error instanceof Error ? error.message : String(error);
  return new LayoutError(`The layout module could not run: ${cause}`).message;
}
