// Acting on nodes: controls, and the pipes that some of them open.

import type * as Wire from "./generated";
import { exchange, postJson, RequestFailure, readJson, socketUrl } from "./request";

/** The app waits a minute for a probe, and says so itself when none answers. */
const CONTROL_MS_MAX = 75_000;

/** Which control of which node, with its arguments. */
export interface ControlCall {
  readonly probeId: string;
  readonly nodeId: string;
  readonly control: string;
  readonly args: Readonly<Record<string, string>>;
}

/** What came of a control; blank where there is nothing. */
export interface ControlAnswer {
  readonly pipe: string;
  /** The pipe is a terminal: keys and screen codes, not lines. */
  readonly isRaw: boolean;
  /** The control that tells the terminal its size. */
  readonly resizeControl: string;
  readonly removedNode: string;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** An outcome of any shape. */
export function decodeOutcome(value: unknown): ControlAnswer {
  const outcome: { readonly [K in keyof Wire.ControlOutcome]?: unknown } =
    typeof value === "object" && value !== null ? value : {};
  return {
    pipe: text(outcome.pipe),
    isRaw: outcome.raw_tty === true,
    resizeControl: text(outcome.resize_tty_control),
    removedNode: text(outcome.removedNode),
  };
}

export async function callControl({ probeId, nodeId, control, args }: ControlCall): Promise<ControlAnswer> {
  const path = ["", "api", "control", ...[probeId, nodeId, control].map(encodeURIComponent)].join("/");
  const hasArguments = Object.keys(args).length > 0;
  // Without a body where there are no arguments, as the original asks.
  const answer = hasArguments
    ? await postJson(path, args, CONTROL_MS_MAX)
    : await readJson(await exchange(path, { method: "POST" }, CONTROL_MS_MAX));
  return decodeOutcome(answer);
}

/** Ends a pipe and what is behind it. A pipe that is gone already is what was wanted. */
export async function closePipe(id: string): Promise<void> {
  try {
    // `keepalive`, because it may be the last thing a page does.
    await exchange(`/api/pipe/${encodeURIComponent(id)}`, { method: "DELETE", keepalive: true });
  } catch (failure) {
    if (!(failure instanceof RequestFailure)) throw failure;
  }
}

/** Whether a pipe may still be joined. `unknown` while the app cannot be asked. */
export type PipeFate = "open" | "closed" | "refused" | "unknown";

export async function askPipe(id: string): Promise<PipeFate> {
  try {
    await exchange(`/api/pipe/${encodeURIComponent(id)}/check`, {});
    return "open";
  } catch (failure) {
    if (!(failure instanceof RequestFailure)) return "unknown";
    if (failure.status === 404) return "closed";
    return failure.status === 401 || failure.status === 403 ? "refused" : "unknown";
  }
}

/** With `again` the app says the last output once more, to a page that shows nothing of it. */
export function pipeUrl(page: URL, id: string, again: boolean): string {
  return socketUrl(page, `/api/pipe/${encodeURIComponent(id)}${again ? "?replay=true" : ""}`);
}
