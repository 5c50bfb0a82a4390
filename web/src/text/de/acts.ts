import type { Text } from "../text";
import { counted, joined } from "./count";

const logs = { label: "Logs", effect: "", done: "" };
const shell = { label: "Shell", effect: "", done: "" };

export const acts: Text["acts"] = {
  actions: "Aktionen",
  signal: "Signal",
  groups: {
    logs: "Logs",
    terminal: "Terminal",
    lifecycle: "Lebenszyklus",
    signal: "Signale",
    other: "Aktionen",
  },
  controls: {
    docker_container_logs: logs,
    docker_exec_container: shell,
    docker_attach_container: { label: "Anhängen", effect: "", done: "" },
    docker_start_container: { label: "Starten", effect: "", done: "gestartet" },
    docker_restart_container: {
      label: "Neu starten",
      effect:
        "Er wird gestoppt, was zehn Sekunden dauern kann, und startet neu. Seine Verbindungen reißen ab.",
      done: "neu gestartet",
    },
    docker_pause_container: {
      label: "Anhalten",
      effect: "Seine Prozesse stehen still, bis er fortgesetzt wird. Clients warten und geben dann auf.",
      done: "angehalten",
    },
    docker_unpause_container: { label: "Fortsetzen", effect: "", done: "fortgesetzt" },
    docker_stop_container: {
      label: "Stoppen",
      effect:
        "Er wird gebeten, sich zu beenden, und nach zehn Sekunden abgebrochen. Seine Verbindungen reißen ab.",
      done: "gestoppt",
    },
    docker_remove_container: {
      label: "Entfernen",
      effect:
        "Der Container und alles, was in ihm geschrieben wurde, wird gelöscht. Das lässt sich nicht rückgängig machen.",
      done: "entfernt",
    },
    host_exec: shell,
    process_signal_term: {
      label: "Beenden (TERM)",
      effect: "Der Prozess wird gebeten, sich zu beenden.",
      done: "mit TERM signalisiert",
    },
    process_signal_hup: {
      label: "Auflegen (HUP)",
      effect: "Viele Server lesen daraufhin ihre Einstellungen neu; andere Programme enden.",
      done: "mit HUP signalisiert",
    },
    process_signal_int: {
      label: "Unterbrechen (INT)",
      effect: "Wie Strg-C in seinem Terminal.",
      done: "mit INT signalisiert",
    },
    process_signal_usr1: {
      label: "Benutzersignal (USR1)",
      effect: "Was es bewirkt, bestimmt das Programm; wer es nicht erwartet, endet.",
      done: "mit USR1 signalisiert",
    },
    process_signal_kill: {
      label: "Abbrechen (KILL)",
      effect: "Der Prozess endet sofort und speichert nichts.",
      done: "abgebrochen",
    },
    kubernetes_get_logs: logs,
    kubernetes_describe: { label: "Beschreiben", effect: "", done: "" },
    kubernetes_delete_pod: {
      label: "Löschen",
      effect: "Der Pod endet. Sein Controller, falls er einen hat, erzeugt an seiner Stelle einen neuen.",
      done: "gelöscht",
    },
    kubernetes_scale_up: { label: "Hochskalieren", effect: "", done: "hochskaliert" },
    kubernetes_scale_down: {
      label: "Herunterskalieren",
      effect: "Eine Replik endet.",
      done: "herunterskaliert",
    },
  },
  anySignal: (name) => `Der Prozess erhält das Signal ${name}.`,
  signalled: (name) => `mit ${name} signalisiert`,
  changed: (control) => `geändert (${control})`,
  sure: (verb, name) => `${name}: ${verb}?`,
  cancel: "Abbrechen",
  rightNow: "In diesem Moment",
  noClient: "Kein Client ist verbunden.",
  clients: (count, rate, requests) =>
    `{clients} ${count === 1 ? "ist" : "sind"} verbunden${rate === "" ? "" : `, mit ${rate}`}${
      requests === "" ? "" : `, ${requests} Anfragen pro Sekunde`
    }:`,
  clientCount: (count) => counted(count, "Client", "Clients"),
  notMeasured: "nicht gemessen",
  andMore: (count) => `und ${counted(count, "weiterer", "weitere")}`,
  lookingForReplicas: "Andere Repliken werden gesucht …",
  othersRun: (count, kind, name) =>
    count === 1
      ? `Eine weitere Replik (${kind} ${name}) läuft weiter.`
      : `${count} weitere Repliken (${kind} ${name}) laufen weiter.`,
  lastOne: (kind, name) => `Es ist die letzte laufende Replik (${kind} ${name}).`,
  failed: (action) => `${action}: fehlgeschlagen.`,
  probeAway: "Die Probe, die das tun müsste, ist gerade nicht verbunden.",
  you: "Sie",
  byYou: "Ihnen",
  somebody: "jemand",
  didIt: (who, done, ago) =>
    who === "Sie"
      ? `Von Ihnen ${ago} ${done}.`
      : `Von ${who === "jemand" ? "jemandem" : who} ${ago} ${done}.`,
  didNot: (who, done, ago, why) =>
    `Nicht ${done}: ${who} ${who === "Sie" ? "haben" : "hat"} es ${ago} versucht, aber: ${why}.`,
  doneBy: (done, who) => `${done} von ${who === "jemand" ? "jemandem" : who}`,
  deeds: {
    see: "die Karte sehen",
    secrets: "sehen, was Geheimnisse enthalten kann",
    logs: "Logs lesen",
    operate: "etwas starten, stoppen oder signalisieren",
    remove: "etwas entfernen",
    terminal: "Terminals öffnen",
    plugins: "Aktionen von Plugins ausführen",
    administer: "das Protokoll lesen",
    publish: "Berichte senden",
  },
  denial: (who, deeds) =>
    `${who === "" ? "Sie dürfen" : `${who} darf`} hier nicht ${joined(deeds, " oder ")}. Ein Administrator kann es erlauben.`,
  invitation: (deeds) => `Nach einer Anmeldung möglich: ${joined(deeds, " oder ")}.`,
  closure: (deeds) =>
    `Niemand darf hier ${joined(deeds, " oder ")}: Diese App kennt keine Anmeldung. Siehe ihre Option --app.auth.`,
  audit: {
    all: "Alles",
    "sign-in": "Anmeldungen",
    control: "Aktionen",
    terminal: "Terminals",
  },
  events: {
    "sign-in": "Angemeldet",
    "sign-out": "Abgemeldet",
    "terminal-start": "Terminal geöffnet",
    "terminal-end": "Terminal verlassen",
  },
  failedToSignIn: "Anmeldung gescheitert",
  typed: (bytes) => `${bytes} getippt`,
  shown: (bytes) => `${bytes} angezeigt`,
};
