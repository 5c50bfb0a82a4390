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

/** `read logs, open terminals or remove anything`. */
function deeds(rights: readonly Right[]): string {
  const words = rights.map((right) => DEEDS[right]);
  const last = words[words.length - 1] ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")}, or ${last}`;
}

/** Why somebody who signed in may not, as a sentence. */
export function denial(rights: readonly Right[], name: string, role: string): string {
  const who = role === "" ? name : `${name} (${role})`;
  return `${who || "You"} may not ${deeds(rights)} here. An administrator can allow it.`;
}

/** What signing in would be for. */
export function invitation(rights: readonly Right[]): string {
  return `Sign in to ${deeds(rights)}.`;
}

/** Why nobody may, where there is no way to sign in. */
export function closure(rights: readonly Right[]): string {
  return `Nobody may ${deeds(rights)}: this app has no way to sign in. See its flag --app.auth.`;
}
