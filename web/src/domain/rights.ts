// What the reader may do, as the app tells it, and the words for what he may not.

/** A right by the app's own word. */
export type Right =
  | "see"
  | "secrets"
  | "logs"
  | "operate"
  | "remove"
  | "terminal"
  | "plugins"
  | "administer"
  | "publish";

const OF_CONTROL: ReadonlyMap<string, Right> = new Map<string, Right>([
  ["docker_container_logs", "logs"],
  ["kubernetes_get_logs", "logs"],
  ["docker_attach_container", "terminal"],
  ["docker_exec_container", "terminal"],
  ["host_exec", "terminal"],
  ["docker_remove_container", "remove"],
  ["kubernetes_delete_pod", "remove"],
]);

const OPERATED =
  /^(docker_(start|stop|restart|pause|unpause)_container|(kubernetes|ecs)_scale_|process_signal_)/;

/** The right that a control needs. */
export function rightOf(control: string): Right {
  return OF_CONTROL.get(control) ?? (OPERATED.test(control) ? "operate" : "plugins");
}

const DEEDS: Readonly<Record<Right, string>> = {
  see: "see the map",
  secrets: "see what may hold secrets",
  logs: "read logs",
  operate: "start, stop or signal anything",
  remove: "remove anything",
  terminal: "open terminals",
  plugins: "run the controls of plugins",
  administer: "read the audit log",
  publish: "send reports",
};

/** Why somebody may not, as a sentence. */
export function denial(right: Right, name: string, role: string): string {
  const who = name === "" ? "You" : role === "" ? name : `${name} (${role})`;
  return `${who} may not ${DEEDS[right]} here. An administrator can allow it.`;
}
