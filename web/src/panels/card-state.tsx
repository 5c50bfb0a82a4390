import { ServerOff, Unplug } from "lucide-react";
import { formatAgo, formatExact } from "../domain/time";
import { findView } from "../domain/views";
import { useNow } from "../state/clock";
import type { Kept } from "../state/detail";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Empty } from "../ui/empty";

const SECOND_MS = 1000;

export function useViewName(id: string): string {
  const views = useScope((state) => state.views);
  return findView(views, id)?.fullName ?? id;
}

/** It was there and is not any more, or cannot be asked for: say so, keep the last words. */
export function Trouble({ kept }: { readonly kept: Kept<unknown> }) {
  const now = useNow(SECOND_MS);
  if (kept.missingSince !== null) {
    return (
      <p role="status" className="card-trouble" title={formatExact(kept.missingSince)}>
        {say.details.gone(formatAgo(kept.missingSince, now))}
      </p>
    );
  }
  if (kept.failure === null) return null;
  return (
    <p role="status" className="card-trouble">
      {say.details.old(kept.failure)}
    </p>
  );
}

const SKELETON_WIDTHS = ["70%", "40%", "100%", "100%", "86%", "92%"] as const;

interface NothingProps {
  readonly view: string;
  readonly what: "node" | "edge";
  readonly kept: Kept<unknown>;
}

/** Nothing to show of it yet, or at all. */
export function Nothing({ view, what, kept }: NothingProps) {
  const viewName = useViewName(view);
  if (kept.missingSince !== null) {
    return (
      <Empty icon={Unplug} title={say.details.notHere}>
        {say.details.notHereWhy(what === "edge" ? say.edges.edge : say.things.node.one, viewName)}
      </Empty>
    );
  }
  if (kept.failure !== null) {
    return (
      <Empty icon={ServerOff} title={say.details.none}>
        {say.details.noneWhy(kept.failure)}
      </Empty>
    );
  }
  return (
    <div className="card card-skeleton" role="status" aria-label={say.details.loading}>
      {SKELETON_WIDTHS.map((width) => (
        <span key={width} className="skeleton" style={{ width }} />
      ))}
    </div>
  );
}
