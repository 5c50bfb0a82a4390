// The ports of a container in few words. Engines list a published port once for each local address,
// which on a host with many networks is ten lines for one port.

export interface PortLine {
  /** `18080`, `127.0.0.1:18080`; blank for a port that is not published. */
  readonly host: string;
  /** `8080/tcp` */
  readonly container: string;
  /** The addresses on which the port is published. */
  readonly addresses: number;
}

/** More ports than this are counted, not listed. */
export const PORTS_MAX = 512;

const PUBLISHED = /^(.*):(\d+(?:-\d+)?)->(.+)$/;

/** The ports of a list such as `10.0.0.1:80->8080/tcp, 9000/tcp`, each once; null when it is no such list. */
export function portLines(value: string): readonly PortLine[] | null {
  const entries = value
    .split(",", PORTS_MAX)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const lines = new Map<string, { host: string; container: string; addresses: Set<string> }>();
  for (const entry of entries) {
    const [, address = "", port = "", target = ""] = PUBLISHED.exec(entry) ?? [];
    const container = target === "" ? entry : target;
    if (!/^\d+(-\d+)?(\/[a-z0-9]+)?$/i.test(container)) return null;
    const key = `${port}>${container}`;
    const line = lines.get(key) ?? { host: port, container, addresses: new Set() };
    if (address !== "") line.addresses.add(address);
    lines.set(key, line);
  }
  return [...lines.values()].map(({ host, container, addresses }) => {
    const [only] = addresses;
    const isSingle = addresses.size === 1 && only !== undefined;
    return { host: isSingle ? `${only}:${host}` : host, container, addresses: addresses.size };
  });
}

/** Whether the list says more than its lines: several addresses stand behind one of them. */
export function hasMoreAddresses(lines: readonly PortLine[]): boolean {
  return lines.some((line) => line.addresses > 1);
}
