import { lazy, type RefObject, Suspense } from "react";
import { useMode } from "../state/mode";
import { useScope } from "../state/store";
import { EmptyStage, useEmptiness } from "./empty-stage";
import { GraphScreen } from "./graph-screen";
import type { MapCommands } from "./shortcuts";

// The table brings its own libraries, so it is fetched when it is first asked for.
const TableScreen = lazy(() => import("./table-screen").then((module) => ({ default: module.TableScreen })));
const ResourcesScreen = lazy(() =>
  import("./resources-screen").then((module) => ({ default: module.ResourcesScreen })),
);
const AuditScreen = lazy(() => import("./audit-screen").then((module) => ({ default: module.AuditScreen })));
const TroubleScreen = lazy(() =>
  import("./trouble-screen").then((module) => ({ default: module.TroubleScreen })),
);

/** The picture in the middle, or a page in its place. */
export function Stage({ commands }: { readonly commands: RefObject<MapCommands | null> }) {
  const mode = useMode();
  const emptiness = useEmptiness();
  const page = useScope((state) => state.address.page);
  const isPicture = page === null;
  return (
    <main className="stage">
      {mode === "graph" && <GraphScreen commands={commands} hidden={emptiness !== null || !isPicture} />}
      {isPicture && mode === "resources" && emptiness !== "unreachable" && (
        <Suspense fallback={<EmptyStage emptiness="loading" />}>
          <ResourcesScreen />
        </Suspense>
      )}
      {isPicture && mode === "table" && emptiness === null && (
        <Suspense fallback={<EmptyStage emptiness="loading" />}>
          <TableScreen />
        </Suspense>
      )}
      {isPicture && emptiness !== null && (mode !== "resources" || emptiness === "unreachable") && (
        <EmptyStage emptiness={emptiness} />
      )}
      {!isPicture && (
        <Suspense fallback={<EmptyStage emptiness="loading" />}>
          {page === "audit" ? <AuditScreen /> : <TroubleScreen />}
        </Suspense>
      )}
    </main>
  );
}
