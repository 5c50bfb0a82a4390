import { Download, RotateCcw } from "lucide-react";
import type { Probe } from "../api/health";
import type { NodeSummary } from "../api/types";
import { formatAge, formatExact } from "../domain/time";
import { useMay } from "../state/account";
import { pushCard, setPage } from "../state/actions";
import { useNow } from "../state/clock";
import { reportAddress, resetPage, useHealth } from "../state/health";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Button } from "../ui/button";
import { Filled } from "../ui/filled";
import "./page.css";

const words = say.pages;
/** Commands, the same in every language. */
const LAUNCH = "scope launch";
const PROBE = "scope probe";

/** When something looks wrong: how each probe fares, the raw data, a fresh start. */
export function TroubleScreen() {
  const { health, failure } = useHealth();
  const app = useScope((state) => state.app);
  return (
    <div className="page">
      <header className="page-head">
        <h2>{words.trouble}</h2>
        <div className="page-tools">
          <Button onClick={() => setPage(null)}>{words.back}</Button>
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="page-scroll" aria-label={words.state} tabIndex={0}>
        <div className="page-parts">
          {failure !== null && (
            <p role="alert" className="card-trouble">
              {failure} {health !== null && words.old}
            </p>
          )}
          <section className="page-part" aria-labelledby="trouble-app">
            <h3 id="trouble-app">{words.app}</h3>
            <p>{app === null ? words.appSilent : words.appIs(app.version, app.hostname)}</p>
          </section>
          {health !== null && <Probes probes={health.probes} hosts={health.hosts} />}
          <RawData />
          <section className="page-part" aria-labelledby="trouble-page">
            <h3 id="trouble-page">{words.page}</h3>
            <p>{words.pageWhy}</p>
            <div className="page-buttons">
              <button type="button" className="button" onClick={resetPage}>
                <RotateCcw size={14} aria-hidden="true" />
                {words.forget}
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
      <h3 id="trouble-raw">{words.raw}</h3>
      <p>{words.rawWhy}</p>
      <div className="page-buttons">
        {may ? (
          <a className="button" href={reportAddress()} download="scope-report.json">
            <Download size={14} aria-hidden="true" />
            {words.saveReport}
          </a>
        ) : (
          <p className="muted">{words.mayNot}</p>
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
      <h3 id="trouble-probes">{say.figures.probes(probes.length)}</h3>
      {probes.length === 0 ? (
        <p>
          <Filled
            text={words.noProbes}
            parts={{
              launch: <code className="code">{LAUNCH}</code>,
              probe: <code className="code">{PROBE}</code>,
            }}
          />
        </p>
      ) : (
        <table className="page-table">
          <thead>
            <tr>
              <th scope="col">{words.host}</th>
              <th scope="col">{words.versionColumn}</th>
              <th scope="col">{words.lastReport}</th>
              <th scope="col">{words.saysOfItself}</th>
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
        {probe.lastSeen === 0 ? words.notTold : say.figures.ago(formatAge(now - probe.lastSeen))}
      </td>
      <td className="page-wide">
        {observed !== "" && <p>{words.observedBy(observed)}</p>}
        {rows.map((row) => (
          <p key={row.id}>
            <span className="muted">{row.entries.label}</span> {row.entries.value}
          </p>
        ))}
        {well.length > 0 && <p className="muted">{words.allWell(well.join(", "))}</p>}
        {observed === "" && all.length === 0 && <span className="muted">{words.saysNothing}</span>}
      </td>
    </tr>
  );
}
