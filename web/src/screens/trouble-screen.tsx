import { Download, RotateCcw } from "lucide-react";
import type { Probe } from "../api/health";
import type { NodeSummary } from "../api/types";
import { formatAge, formatExact } from "../domain/time";
import { plural } from "../domain/units";
import { useMay } from "../state/account";
import { pushCard, setPage } from "../state/actions";
import { useNow } from "../state/clock";
import { reportAddress, resetPage, useHealth } from "../state/health";
import { useScope } from "../state/store";
import { Button } from "../ui/button";
import "./page.css";

/** When something looks wrong: how each probe fares, the raw data, a fresh start. */
export function TroubleScreen() {
  const { health, failure } = useHealth();
  const app = useScope((state) => state.app);
  return (
    <div className="page">
      <header className="page-head">
        <h2>Troubleshooting</h2>
        <div className="page-tools">
          <Button onClick={() => setPage(null)}>Back to the map</Button>
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="page-scroll" aria-label="State of the system" tabIndex={0}>
        <div className="page-parts">
          {failure !== null && (
            <p role="alert" className="card-trouble">
              {failure} {health !== null && "What follows may be old."}
            </p>
          )}
          <section className="page-part" aria-labelledby="trouble-app">
            <h3 id="trouble-app">The app</h3>
            <p>{app === null ? "It has not answered yet." : `Scope ${app.version} on ${app.hostname}.`}</p>
          </section>
          {health !== null && <Probes probes={health.probes} hosts={health.hosts} />}
          <RawData />
          <section className="page-part" aria-labelledby="trouble-page">
            <h3 id="trouble-page">This page</h3>
            <p>
              Theme, widths and open tabs are kept in this browser. A fresh start forgets them and loads the
              page anew; open terminals end within a minute.
            </p>
            <div className="page-buttons">
              <button type="button" className="button" onClick={resetPage}>
                <RotateCcw size={14} aria-hidden="true" />
                Forget and reload
              </button>
            </div>
          </section>
        </div>
      </section>
    </div>
  );
}

function RawData() {
  const may = useMay("secrets");
  return (
    <section className="page-part" aria-labelledby="trouble-raw">
      <h3 id="trouble-raw">Raw data</h3>
      <p>
        The merged report, everything that the probes said, as JSON. It may hold command lines and environment
        variables: look before you pass it on.
      </p>
      <div className="page-buttons">
        {may ? (
          <a className="button" href={reportAddress()} download="scope-report.json">
            <Download size={14} aria-hidden="true" />
            Save the report
          </a>
        ) : (
          <p className="muted">You may not see it here. An administrator can allow it.</p>
        )}
      </div>
    </section>
  );
}

interface ProbesProps {
  readonly probes: readonly Probe[];
  readonly hosts: readonly NodeSummary[];
}

function Probes({ probes, hosts }: ProbesProps) {
  return (
    <section className="page-part" aria-labelledby="trouble-probes">
      <h3 id="trouble-probes">{plural(probes.length, "probe")}</h3>
      {probes.length === 0 ? (
        <p>
          No probe reports to this app. Start one on each machine with{" "}
          <code className="code">scope launch</code> or <code className="code">scope probe</code> and this
          app’s address; its log says whether it gets through.
        </p>
      ) : (
        <table className="page-table">
          <thead>
            <tr>
              <th scope="col">Host</th>
              <th scope="col">Version</th>
              <th scope="col">Last report</th>
              <th scope="col">What it says of itself</th>
            </tr>
          </thead>
          <tbody>
            {probes.map((probe) => (
              <ProbeRow
                key={probe.id}
                probe={probe}
                host={hosts.find((host) => host.label === probe.hostname) ?? null}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const SECOND_MS = 1000;
/** A probe reports every few seconds; one that is silent for longer has a problem. */
const LATE_MS = 10_000;
const REPORTER_TABLE = "scope_reporter_";

function ProbeRow({ probe, host }: { readonly probe: Probe; readonly host: NodeSummary | null }) {
  const now = useNow(SECOND_MS);
  const isLate = probe.lastSeen > 0 && now - probe.lastSeen > LATE_MS;
  const table = host?.tables.find((own) => own.id === REPORTER_TABLE);
  const observed = host?.metadata.find((row) => row.id === "host_observation")?.value ?? "";
  const all = table?.rows ?? [];
  const rows = all.filter((row) => row.entries.value !== "ok");
  const well = all.filter((row) => row.entries.value === "ok").map((row) => row.entries.label);
  return (
    <tr>
      <td>
        {host === null ? (
          probe.hostname
        ) : (
          <button type="button" className="link" onClick={() => pushCard({ view: "hosts", id: host.id })}>
            {probe.hostname}
          </button>
        )}
      </td>
      <td>{probe.version}</td>
      <td className={isLate ? "figures status-warning" : "figures"} title={formatExact(probe.lastSeen)}>
        {probe.lastSeen === 0 ? "not told" : `${formatAge(now - probe.lastSeen)} ago`}
      </td>
      <td className="page-wide">
        {observed !== "" && <p>Connections observed by {observed}</p>}
        {rows.map((row) => (
          <p key={row.id}>
            <span className="muted">{row.entries.label}</span> {row.entries.value}
          </p>
        ))}
        {well.length > 0 && <p className="muted">All is well with {well.join(", ")}.</p>}
        {observed === "" && all.length === 0 && <span className="muted">nothing</span>}
      </td>
    </tr>
  );
}
