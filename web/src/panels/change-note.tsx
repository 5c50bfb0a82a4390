import { History } from "lucide-react";
import type { NodeDetail } from "../api/types";
import { formatAgo, formatExact } from "../domain/time";
import { useNow } from "../state/clock";
import { useChange } from "../state/controls";

const SECOND_MS = 1000;
/** How long a change is news. */
const NEWS_MS = 15 * 60_000;

/** Who changed the node lately. */
export function ChangeNote({ node }: { readonly node: NodeDetail }) {
  const change = useChange(node);
  const now = useNow(SECOND_MS);
  if (change === null || now - change.at > NEWS_MS) return null;
  const { who, done, at, failure } = change;
  const name = who === "you" ? "You" : who;
  return (
    <p role="status" className="change-note" title={formatExact(at)}>
      <History size={14} aria-hidden="true" />
      <span>
        {failure === "" ? `${name} ${done} it ${formatAgo(Math.min(at, now), now)}.` : null}
        {failure !== "" && `Not ${done}: ${name} tried ${formatAgo(Math.min(at, now), now)}, but ${failure}.`}
      </span>
    </p>
  );
}
