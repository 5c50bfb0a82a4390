import { Filter, History, RadioTower, ServerOff } from "lucide-react";
import { whyNothing } from "../domain/time-words";
import { findView } from "../domain/views";
import { clearFilters, openView, patchAddress, setPage } from "../state/actions";
import { usePlacedView, useShownNodes } from "../state/derived";
import { useHasNodes } from "../state/filtered";
import { useScope } from "../state/store";
import { choose, goLive, useAppNow, useMomentAt } from "../state/time";
import { useTime } from "../state/time-store";
import { say } from "../text/text";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import "./empty-stage.css";

export type Emptiness =
  | "loading"
  | "unreachable"
  | "no-reports"
  | "filtered"
  | "kept-out"
  | "no-nodes"
  | "too-old";

/** Why the stage has nothing to show, null when it has. */
export function useEmptiness(): Emptiness | null {
  const views = useScope((state) => state.views);
  const failure = useScope((state) => state.viewsFailure);
  const loaded = useScope((state) => state.nodesView !== null && state.nodesView === state.address.view);
  const size = useScope((state) => state.nodes.size);
  const shown = useShownNodes().size;
  const lost = useScope((state) => state.stream.kind === "reconnecting");
  const placed = usePlacedView();
  const filtered = placed?.view.stats.filtered ?? 0;
  const tooOld = useTooOld() !== null;
  const isBare = loaded && size === 0 && filtered > 0;
  const hasNodes = useHasNodes(isBare ? (placed?.view.id ?? null) : null);
  if (views.length === 0) return failure === null ? "loading" : "unreachable";
  if (!loaded) return lost ? "unreachable" : "loading";
  if (size > 0) return shown > 0 ? null : "kept-out";
  if (tooOld) return "too-old";
  const hosts = findView(views, "hosts")?.view.stats;
  if (hosts !== undefined && hosts.nodes + hosts.filtered === 0) return "no-reports";
  if (!isBare) return "no-nodes";
  return hasNodes === null ? "loading" : hasNodes ? "filtered" : "no-nodes";
}

export function EmptyStage({ emptiness }: { readonly emptiness: Emptiness }) {
  const placed = usePlacedView();
  const failure = useScope((state) => state.viewsFailure);
  const name = placed?.fullName ?? "";
  switch (emptiness) {
    case "loading":
      return <Loading />;
    case "unreachable":
      return (
        <Empty icon={ServerOff} title={say.pages.noConnection} actions={<Troubleshoot />}>
          {say.pages.noConnectionWhy(failure ?? say.pages.streamBroke)}
        </Empty>
      );
    case "no-reports":
      return (
        <Empty icon={RadioTower} title={say.pages.noReports} actions={<Troubleshoot />}>
          {say.pages.noReportsWhy}
        </Empty>
      );
    case "filtered":
      return (
        <Empty
          icon={Filter}
          title={say.pages.allFiltered(name)}
          actions={<Button onClick={clearFilters}>{say.pages.resetFilters}</Button>}
        >
          {say.pages.allFilteredWhy}
        </Empty>
      );
    case "kept-out":
      return (
        <Empty
          icon={Filter}
          title={say.pages.keptOut(name)}
          actions={<Button onClick={() => patchAddress({ pins: [] })}>{say.pages.removeFilters}</Button>}
        >
          {say.pages.keptOutWhy}
        </Empty>
      );
    case "too-old":
      return <TooOld />;
    case "no-nodes":
      return <NoNodes view={placed?.view.id ?? ""} name={name} />;
  }
}

const MINUTE_MS = 60_000;

/** Why nothing is known of the moment looked at; null when something is. */
function useTooOld(): string | null {
  const history = useTime((state) => state.history);
  const at = useMomentAt();
  const now = useAppNow(MINUTE_MS);
  return at === null ? null : whyNothing(history, at, now);
}

function TooOld() {
  const why = useTooOld();
  const first = useTime((state) => state.history?.moments[0] ?? null);
  return (
    <Empty
      icon={History}
      title={say.time.tooOld}
      actions={
        <>
          <Button onClick={() => choose(first)}>{say.time.toFirst}</Button>
          <Button onClick={goLive}>{say.time.backToLive}</Button>
        </>
      }
    >
      {why}
    </Empty>
  );
}

function Troubleshoot() {
  return <Button onClick={() => setPage("trouble")}>{say.pages.troubleshoot}</Button>;
}

function NoNodes({ view, name }: { readonly view: string; readonly name: string }) {
  const reason = view.startsWith("containers") ? say.pages.noContainersWhy : say.pages.noNodesWhy;
  return (
    <Empty
      icon={RadioTower}
      title={say.pages.noNodes(name)}
      actions={
        <>
          <Button onClick={() => openView("processes")}>{say.pages.showProcesses}</Button>
          <Troubleshoot />
        </>
      }
    >
      {reason}
    </Empty>
  );
}

const GHOSTS = [
  [22, 30],
  [38, 54],
  [30, 74],
  [52, 36],
  [60, 66],
  [74, 44],
  [80, 70],
] as const;

function Loading() {
  return (
    <div className="loading" role="img" aria-label={say.frame.loading}>
      {GHOSTS.map(([left, top]) => (
        <span key={left} className="ghost" style={{ left: `${left}%`, top: `${top}%` }}>
          <span className="skeleton ghost-node" />
          <span className="skeleton ghost-label" />
        </span>
      ))}
    </div>
  );
}
