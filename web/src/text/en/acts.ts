// What can be done to a node, who may, who did.

import { counted, joined } from "./count";

const logs = { label: "Logs", effect: "", done: "" };
const shell = { label: "Shell", effect: "", done: "" };

export const acts = {
  actions: "Actions",
  signal: "Signal",
  groups: {
    logs: "Logs",
    terminal: "Terminal",
    lifecycle: "Lifecycle",
    signal: "Signals",
    other: "Actions",
  },
  /** The button, what would happen (blank where nothing is asked before), and what was done. */
  controls: {
    docker_container_logs: logs,
    docker_exec_container: shell,
    docker_attach_container: { label: "Attach", effect: "", done: "" },
    docker_start_container: { label: "Start", effect: "", done: "started" },
    docker_restart_container: {
      label: "Restart",
      effect: "It stops, which may take ten seconds, and starts again. Its connections break.",
      done: "restarted",
    },
    docker_pause_container: {
      label: "Pause",
      effect: "Its processes stand still until it is resumed. Clients wait, then give up.",
      done: "paused",
    },
    docker_unpause_container: { label: "Resume", effect: "", done: "resumed" },
    docker_stop_container: {
      label: "Stop",
      effect: "It is asked to end, and killed after ten seconds. Its connections break.",
      done: "stopped",
    },
    docker_remove_container: {
      label: "Remove",
      effect: "The container and everything written inside it are deleted. This cannot be undone.",
      done: "removed",
    },
    host_exec: shell,
    process_signal_term: {
      label: "Terminate (TERM)",
      effect: "The process is asked to end.",
      done: "signalled (TERM)",
    },
    process_signal_hup: {
      label: "Hang up (HUP)",
      effect: "Many servers read their settings again then; other programs end.",
      done: "signalled (HUP)",
    },
    process_signal_int: {
      label: "Interrupt (INT)",
      effect: "As Ctrl-C in its terminal.",
      done: "signalled (INT)",
    },
    process_signal_usr1: {
      label: "User signal (USR1)",
      effect: "What it does is the program’s own; those that do not expect it end.",
      done: "signalled (USR1)",
    },
    process_signal_kill: {
      label: "Kill (KILL)",
      effect: "It ends at once and saves nothing.",
      done: "killed",
    },
    kubernetes_get_logs: logs,
    kubernetes_describe: { label: "Describe", effect: "", done: "" },
    kubernetes_delete_pod: {
      label: "Delete",
      effect: "The pod ends. Its controller, if it has one, makes another in its place.",
      done: "deleted",
    },
    kubernetes_scale_up: { label: "Scale up", effect: "", done: "scaled up" },
    kubernetes_scale_down: { label: "Scale down", effect: "One replica ends.", done: "scaled down" },
  },
  anySignal: (name: string) => `The process gets the signal ${name}.`,
  signalled: (name: string) => `signalled (${name})`,
  changed: (control: string) => `changed (${control})`,
  /** The question before an action. */
  sure: (verb: string, name: string) => `${verb} ${name}?`,
  cancel: "Cancel",
  rightNow: "Right now",
  noClient: "No client is connected.",
  /** `{clients}` is set in bold; rate and requests are blank where nobody measured them. */
  clients: (count: number, rate: string, requests: string) =>
    `{clients} ${count === 1 ? "is" : "are"} connected${rate === "" ? "" : `, carrying ${rate}`}${
      requests === "" ? "" : `, ${requests} requests per second`
    }:`,
  clientCount: (count: number) => counted(count, "client", "clients"),
  notMeasured: "not measured",
  andMore: (count: number) => `and ${counted(count, "more", "more")}`,
  lookingForReplicas: "Looking for other replicas…",
  othersRun: (count: number, kind: string, name: string) =>
    `${counted(count, "other", "others")} of ${kind} ${name} ${count === 1 ? "goes" : "go"} on running.`,
  lastOne: (kind: string, name: string) => `It is the last of ${kind} ${name} that runs.`,
  failed: (action: string) => `${action} failed.`,
  probeAway: "The probe that would do it is not connected right now.",
  /** Who changed a node; `you` and `somebody` stand in for a name. */
  you: "You",
  byYou: "you",
  somebody: "somebody",
  didIt: (who: string, done: string, ago: string) => `${who} ${done} it ${ago}.`,
  didNot: (who: string, done: string, ago: string, why: string) =>
    `Not ${done}: ${who} tried ${ago}, but ${why}.`,
  doneBy: (done: string, who: string) => `${done} by ${who}`,
  /** What a right allows, after "may". */
  deeds: {
    see: "see the map",
    secrets: "see what may hold secrets",
    logs: "read logs",
    operate: "start, stop or signal anything",
    remove: "remove anything",
    terminal: "open terminals",
    plugins: "run the controls of plugins",
    administer: "read the audit log",
    publish: "send reports",
  },
  /** `who` is blank for the reader. */
  denial: (who: string, deeds: readonly string[]) =>
    `${who || "You"} may not ${joined(deeds, ", or ")} here. An administrator can allow it.`,
  invitation: (deeds: readonly string[]) => `Sign in to ${joined(deeds, ", or ")}.`,
  closure: (deeds: readonly string[]) =>
    `Nobody may ${joined(deeds, ", or ")}: this app has no way to sign in. See its flag --app.auth.`,
  audit: {
    all: "Everything",
    "sign-in": "Sign-ins",
    control: "Actions",
    terminal: "Terminals",
  },
  events: {
    "sign-in": "Signed in",
    "sign-out": "Signed out",
    "terminal-start": "Opened a terminal",
    "terminal-end": "Left a terminal",
  },
  failedToSignIn: "Failed to sign in",
  typed: (bytes: string) => `${bytes} typed`,
  shown: (bytes: string) => `${bytes} shown`,
};
