// What the client says of controls: which belong together, what a button says, and which are not
// to be done by a slip of the hand. A control nobody knows keeps the words of its probe.

import type { ControlButton } from "../api/types";

/** In the order in which they stand on a card. */
export const CONTROL_GROUPS = ["logs", "terminal", "lifecycle", "signal", "other"] as const;

export type ControlGroup = (typeof CONTROL_GROUPS)[number];

export const GROUP_WORDS: Readonly<Record<ControlGroup, string>> = {
  logs: "Logs",
  terminal: "Terminal",
  lifecycle: "Lifecycle",
  signal: "Signals",
  other: "Actions",
};

/** What is seen beside the word. */
export type ControlSign =
  | "logs"
  | "describe"
  | "attach"
  | "shell"
  | "start"
  | "stop"
  | "restart"
  | "pause"
  | "remove"
  | "signal"
  | "kill"
  | "more"
  | "less"
  | "other";

export interface ControlWords {
  readonly group: ControlGroup;
  /** The button: a verb. */
  readonly label: string;
  readonly sign: ControlSign;
  /** What would happen, for the question before it; blank where none is asked. */
  readonly effect: string;
  /** What was done: `stopped`; blank for what changes nothing. */
  readonly done: string;
}

type Row = readonly [ControlGroup, string, ControlSign, string, string];

const KILL = "It ends at once and saves nothing.";

const KNOWN: ReadonlyMap<string, Row> = new Map(
  Object.entries<Row>({
    docker_container_logs: ["logs", "Logs", "logs", "", ""],
    docker_exec_container: ["terminal", "Shell", "shell", "", ""],
    docker_attach_container: ["terminal", "Attach", "attach", "", ""],
    docker_start_container: ["lifecycle", "Start", "start", "", "started"],
    docker_restart_container: [
      "lifecycle",
      "Restart",
      "restart",
      "It stops, which may take ten seconds, and starts again. Its connections break.",
      "restarted",
    ],
    docker_pause_container: [
      "lifecycle",
      "Pause",
      "pause",
      "Its processes stand still until it is resumed. Clients wait, then give up.",
      "paused",
    ],
    docker_unpause_container: ["lifecycle", "Resume", "start", "", "resumed"],
    docker_stop_container: [
      "lifecycle",
      "Stop",
      "stop",
      "It is asked to end, and killed after ten seconds. Its connections break.",
      "stopped",
    ],
    docker_remove_container: [
      "lifecycle",
      "Remove",
      "remove",
      "The container and everything written inside it are deleted. This cannot be undone.",
      "removed",
    ],
    host_exec: ["terminal", "Shell", "shell", "", ""],
    process_signal_term: [
      "signal",
      "Terminate (TERM)",
      "signal",
      "The process is asked to end.",
      "signalled (TERM)",
    ],
    process_signal_hup: [
      "signal",
      "Hang up (HUP)",
      "signal",
      "Many servers read their settings again then; other programs end.",
      "signalled (HUP)",
    ],
    process_signal_int: [
      "signal",
      "Interrupt (INT)",
      "signal",
      "As Ctrl-C in its terminal.",
      "signalled (INT)",
    ],
    process_signal_usr1: [
      "signal",
      "User signal (USR1)",
      "signal",
      "What it does is the program’s own; those that do not expect it end.",
      "signalled (USR1)",
    ],
    process_signal_kill: ["signal", "Kill (KILL)", "kill", KILL, "killed"],
    kubernetes_get_logs: ["logs", "Logs", "logs", "", ""],
    kubernetes_describe: ["logs", "Describe", "describe", "", ""],
    kubernetes_delete_pod: [
      "lifecycle",
      "Delete",
      "remove",
      "The pod ends. Its controller, if it has one, makes another in its place.",
      "deleted",
    ],
    kubernetes_scale_up: ["lifecycle", "Scale up", "more", "", "scaled up"],
    kubernetes_scale_down: ["lifecycle", "Scale down", "less", "One replica ends.", "scaled down"],
  }),
);

/** A signal of any name, for probes that offer more than are known here. */
const SIGNAL = /^process_signal_([a-z0-9]{1,12})$/;

const LOG_LIKE = /(^|_)(logs?|describe)(_|$)/;

export function controlWords(button: Pick<ControlButton, "id" | "human" | "confirmation">): ControlWords {
  const known = KNOWN.get(button.id);
  if (known !== undefined) {
    const [group, label, sign, effect, done] = known;
    return { group, label, sign, effect, done };
  }
  const signal = SIGNAL.exec(button.id)?.[1];
  if (signal !== undefined) {
    const name = signal.toUpperCase();
    const effect = button.confirmation || `The process gets the signal ${name}.`;
    return { group: "signal", label: name, sign: "signal", effect, done: `signalled (${name})` };
  }
  return {
    group: LOG_LIKE.test(button.id) ? "logs" : "other",
    label: button.human,
    sign: LOG_LIKE.test(button.id) ? "logs" : "other",
    effect: button.confirmation,
    done: `changed (${button.human})`,
  };
}

/** Whether the pipe that the control opens is read rather than typed into. */
export function isLog(control: string): boolean {
  return LOG_LIKE.test(control);
}

/** Whether the app's log control takes the choices of `LogChoices`. */
export function hasLogChoices(control: string): boolean {
  return control === "docker_container_logs";
}

export interface LogChoices {
  /** Lines, or `all`. */
  readonly tail: string;
  /** A duration back from now (`10m`), blank for the beginning. */
  readonly since: string;
}

export const TAILS = ["100", "1000", "10000", "all"] as const;
export const SINCES = ["", "5m", "1h", "24h"] as const;
export const USUAL_LOG: LogChoices = { tail: "1000", since: "" };

/** The arguments of a log: with times, so that showing them is a matter of the page alone. */
export function logArguments(control: string, { tail, since }: LogChoices): Record<string, string> {
  if (!hasLogChoices(control)) return {};
  const args: Record<string, string> = { follow: "true", tail, timestamps: "true", marks: "true" };
  if (since !== "") args.since = since;
  return args;
}

/** Buttons by group, each in the order the probe gives. */
export function groupControls(
  controls: readonly ControlButton[],
): readonly (readonly [ControlGroup, readonly ControlButton[]])[] {
  const sorted = [...controls].sort((one, other) => one.rank - other.rank);
  return CONTROL_GROUPS.flatMap((group) => {
    const own = sorted.filter((button) => controlWords(button).group === group);
    return own.length === 0 ? [] : [[group, own] as const];
  });
}
