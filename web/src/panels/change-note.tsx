import { History } from "lucide-react";
import type { NodeDetail } from "../api/types";
import { formatAgo, formatExact } from "../domain/time";
import { useNow } from "../state/clock";
import { useChange } from "../state/controls";
import { say } from "../text/text";

const SECOND_MS = 1000;
/** How long a change is news. */
const NEWS_MS = 15 * 60_000;

/** Who changed the node lately. */
export function ChangeNote({ node }: { readonly node: NodeDetail }) {
  const change = useChange(node);
  const now = useNow(SECOND_MS);
  if (change === null || now - change.at > NEWS_MS) return null;
  const { who, done, at, failure } = change;
  const name = who ?? say.acts.you;
  const ago = formatAgo(Math.min(at, now), now);
  return (
    <p role="status" className="change-note" title={formatExact(at)}>
      <History size={14} aria-hidden="true" />
      <span>
        {failure === "" ? say.acts.didIt(name, done, ago) : say.acts.didNot(name, done, ago, failure)}
      </span>
    </p>
  );
}
