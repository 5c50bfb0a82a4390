// What the edges of a node are called on the map: the ports they lead to.

import type { NodeDetail } from "../api/types";
import { edgeName } from "./map";

const PORTS_SHOWN = 3;
const INCOMING = "incoming-connections";

/** Names by `edgeName`, out of the node's connections. */
export function edgeNames(node: NodeDetail): ReadonlyMap<string, string> {
  const ports = new Map<string, Set<string>>();
  for (const { id, connections } of node.connections) {
    for (const connection of connections) {
      const port = connection.metadata.find((row) => row.id === "port")?.value ?? "";
      const other = connection.nodeId;
      if (port === "" || other === "") continue;
      const key = id === INCOMING ? edgeName(other, node.id) : edgeName(node.id, other);
      ports.set(key, (ports.get(key) ?? new Set()).add(port));
    }
  }
  return new Map([...ports].map(([key, found]) => [key, worded([...found])]));
}

/** `:80, :443 +2` */
function worded(ports: readonly string[]): string {
  const shown = ports.slice(0, PORTS_SHOWN).map((port) => `:${port}`);
  const more = ports.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` +${more}` : "");
}
