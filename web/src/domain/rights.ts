// What the reader may do, as the app tells it, and the words for what he may not.

import { say } from "../text/text";

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

const DEEDS: Readonly<Record<Right, string>> = say.acts.deeds;

function deeds(rights: readonly Right[]): readonly string[] {
  return rights.map((right) => DEEDS[right]);
}

/** Why somebody who signed in may not, as a sentence. */
export function denial(rights: readonly Right[], name: string, role: string): string {
  const who = role === "" ? name : `${name} (${role})`;
  return say.acts.denial(who, deeds(rights));
}

/** What signing in would be for. */
export function invitation(rights: readonly Right[]): string {
  return say.acts.invitation(deeds(rights));
}

/** Why nobody may, where there is no way to sign in. */
export function closure(rights: readonly Right[]): string {
  return say.acts.closure(deeds(rights));
}
