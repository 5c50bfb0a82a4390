// What the client says of controls: which belong together, what a button says, and which are not
// to be done by a slip of the hand. A control nobody knows keeps the words of its probe.

import type { ControlButton } from "../api/types";
import { say } from "../text/text";

/** In the order in which they stand on a card. */
export const CONTROL_GROUPS = ["logs", "terminal", "lifecycle", "signal", "other"] as const;

export type ControlGroup = (typeof CONTROL_GROUPS)[number];

export const GROUP_WORDS: Readonly<Record<ControlGroup, string>> = say.acts.groups;

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

type KnownControl = keyof typeof say.acts.controls;

/** Where each control belongs; its words are in the catalogue. */
const PLACES: Readonly<Record<KnownControl, readonly [ControlGroup, ControlSign]>> = {
  docker_container_logs: ["logs", "logs"],
  docker_exec_container: ["terminal", "shell"],
  docker_attach_container: ["terminal", "attach"],
  docker_start_container: ["lifecycle", "start"],
  docker_restart_container: ["lifecycle", "restart"],
  docker_pause_container: ["lifecycle", "pause"],
  docker_unpause_container: ["lifecycle", "start"],
  docker_stop_container: ["lifecycle", "stop"],
  docker_remove_container: ["lifecycle", "remove"],
  host_exec: ["terminal", "shell"],
  process_signal_term: ["signal", "signal"],
  process_signal_hup: ["signal", "signal"],
  process_signal_int: ["signal", "signal"],
  process_signal_usr1: ["signal", "signal"],
  process_signal_kill: ["signal", "kill"],
  kubernetes_get_logs: ["logs", "logs"],
  kubernetes_describe: ["logs", "describe"],
  kubernetes_delete_pod: ["lifecycle", "remove"],
  kubernetes_scale_up: ["lifecycle", "more"],
  kubernetes_scale_down: ["lifecycle", "less"],
};

function isKnown(control: string): control is KnownControl {
  // Not `in`: a probe may call a control `constructor`.
  return Object.hasOwn(PLACES, control);
}

/** A signal of any name, for probes that offer more than are known here. */
const SIGNAL = /^process_signal_([a-z0-9]{1,12})$/;

const LOG_LIKE = /(^|_)(logs?|describe)(_|$)/;

export function controlWords(button: Pick<ControlButton, "id" | "human" | "confirmation">): ControlWords {
  if (isKnown(button.id)) {
    const [group, sign] = PLACES[button.id];
    return { group, sign, ...say.acts.controls[button.id] };
  }
  const signal = SIGNAL.exec(button.id)?.[1];
  if (signal !== undefined) {
    const name = signal.toUpperCase();
    const effect = button.confirmation || say.acts.anySignal(name);
    return { group: "signal", label: name, sign: "signal", effect, done: say.acts.signalled(name) };
  }
  return {
    group: LOG_LIKE.test(button.id) ? "logs" : "other",
    label: button.human,
    sign: LOG_LIKE.test(button.id) ? "logs" : "other",
    effect: button.confirmation,
    done: say.acts.changed(button.human),
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
