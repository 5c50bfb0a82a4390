import { History } from "lucide-react";
import type { NodeDetail } from "../api/types";
import { formatAgo, formatExact } from "../domain/time";
import { useNow } from "../state/clock";
import { useControls } from "../state/controls";

const SECOND_MS = 1000;
/** How long a change is news. */
const NEWS_MS = 15 * 60_000;

/** Who changed the node lately. */
export function ChangeNote({ node }: { readonly node: NodeDetail }) {
  const change = useControls((state) => state.changes.get(node.id));
  const now = useNow(SECOND_MS);
  if (change === undefined || now - change.at > NEWS_MS) return null;
  return (
    <p role="status" className="change-note" title={formatExact(change.at)}>
      <History size={14} aria-hidden="true" />
      You {change.done} it {formatAgo(change.at, now)}.
    </p>
  );
}
