import type { Text } from "../text";
import { counted, joined } from "./count";

export const edges: Text["edges"] = {
  edge: "Kante",
  shows: {
    nothing: "Nichts",
    traffic: "Datenverkehr",
    rtt: "Umlaufzeit",
    retransmits: "Wiederholungen",
    failures: "Fehlschläge",
  },
  notMeasured: "Nicht gemessen",
  fast: "Unter 1 ms",
  near: "1 bis 10 ms",
  far: "10 bis 100 ms",
  slow: "100 ms und mehr",
  noneAgain: "Nichts erneut gesendet",
  someAgain: (max) => `Unter ${max} Segmente`,
  manyAgain: (max) => `${max} und mehr`,
  noneFailed: "Keine gescheitert",
  someFailed: "Unter 5 % gescheitert",
  manyFailed: "5 % und mehr",
  sources: {
    events: "Kernel-Ereignissen",
    sockets: "seinen Sockets",
    proc: "/proc",
    conntrack: "der Verbindungsverfolgung",
  },
  sent: (rate) => `gesendet ${rate}`,
  received: (rate) => `empfangen ${rate}`,
  roundTrip: (time) => `Umlaufzeit ${time}`,
  opened: (count) => `${count} geöffnet`,
  failed: (count) => `${count} gescheitert`,
  sentAgain: (count) => `${count} erneut gesendet`,
  span: (span) => `Geöffnete, gescheiterte und erneut gesendete zählen für die letzten ${span}.`,
  oldProbe: (hosts) =>
    `${probes(hosts)} ${hosts.length === 1 ? "sagt" : "sagen"} nicht, was Verbindungen übertragen. Eine neuere Probe tut es.`,
  onlyTracked: "Nur ihr Weg wurde gesehen",
  onlyTrackedWhy:
    "Die Verbindungsverfolgung sah sie vorbeikommen, aber keine Probe sah einen ihrer Sockets. Eine Probe an einem der Enden würde sie messen.",
  nothingYet: "Noch nichts gemessen",
  nothingYetWhy: (hosts) =>
    `${probes(hosts)} ${hosts.length === 1 ? "misst" : "messen"} Verbindungen, ${hosts.length === 1 ? "hat" : "haben"} aber noch keine Werte von dieser.`,
  to: "nach",
  ends: "Enden",
  client: "Client",
  server: "Server",
  evidence: "Belege",
  seenLast: (shown, all) => `${shown} von ${all} Verbindungen, die zuletzt gesehenen.`,
  translated: "Übersetzt",
  measuredByNobody: "Keine Probe hat sie gemessen.",
  inContainer: "in",
  onHost: "auf",
  sides: { client: "Client", server: "Server" },
  seen: (observer, side, source) => `Gesehen auf ${observer} als ${side}, aus ${source}`,
  first: (ago) => `zuerst ${ago}`,
  last: (ago) => `zuletzt ${ago}`,
  traffic: "Verkehr",
  bundled:
    "Diese Linie steht für alle Verbindungen zwischen dem, was sie verbindet: Die Boxen öffnen, um jede zu sehen.",
  addresses: (count) => `auf ${counted(count, "Adresse", "Adressen")}`,
};

function probes(hosts: readonly string[]): string {
  return `${hosts.length === 1 ? "Die Probe auf" : "Die Probes auf"} ${joined(hosts, " und ")}`;
}
