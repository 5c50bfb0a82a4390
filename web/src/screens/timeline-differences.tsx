import type { ComparedNode } from "../domain/compare";
import { differenceWords } from "../domain/time-words";
import { formatCount } from "../domain/units";
import { setMoment, showInView } from "../state/actions";
import { comparedMoments } from "../state/comparing";
import { useScope } from "../state/store";
import { appNow } from "../state/time";
import { useTime } from "../state/time-store";
import { say } from "../text/text";

/** Of each kind; the rest is counted. */
const LISTED_MAX = 100;

/** What came, went and changed between the two moments compared. */
export function TimelineDifferences() {
  const comparison = useTime((state) => state.comparison);
  const failure = useTime((state) => state.comparisonFailure);
  if (failure !== "") return <p className="timeline-reach status-warning">{failure}</p>;
  if (comparison === null) return <p className="timeline-reach muted">{say.time.comparing}</p>;
  const { added, removed, changed } = comparison;
  if (added.length + removed.length + changed.length === 0) {
    return <p className="timeline-reach">{say.time.nothingDiffers}</p>;
  }
  return (
    <div className="timeline-differences">
      <Column name="came" title={say.time.added} nodes={added} onOpen={openLater} />
      <Column name="went" title={say.time.removed} nodes={removed} onOpen={openEarlier} />
      <Column name="other" title={say.time.changed} nodes={changed} onOpen={openLater} />
    </div>
  );
}

function open(id: string): void {
  const { view } = useScope.getState().address;
  if (view !== null) showInView({ view, id });
}

function openLater(id: string): void {
  const moments = comparedMoments(useScope.getState());
  const { at, versus } = useScope.getState().address;
  // A node that came is on the later picture only.
  if (moments !== null && at !== moments[1]) setMoment(moments[1], "push", at ?? versus);
  open(id);
}

/** A node that is gone is on the earlier picture only. */
function openEarlier(id: string): void {
  const moments = comparedMoments(useScope.getState());
  const { at } = useScope.getState().address;
  if (moments !== null && at !== moments[0]) setMoment(moments[0], "push", at ?? Math.round(appNow()));
  open(id);
}

interface ColumnProps {
  readonly name: string;
  readonly title: string;
  readonly nodes: readonly ComparedNode[];
  readonly onOpen: (id: string) => void;
}

function Column({ name, title, nodes, onOpen }: ColumnProps) {
  return (
    <section aria-label={title}>
      <h3 className={name}>
        {title} <span className="figures muted">{formatCount(nodes.length)}</span>
      </h3>
      <ul>
        {nodes.slice(0, LISTED_MAX).map(({ id, label, differences }) => (
          <li key={id}>
            <button type="button" className="link cut" title={label} onClick={() => onOpen(id)}>
              {label}
            </button>
            {differences.length > 0 && (
              <span className="muted"> {differences.map(differenceWords).join(" · ")}</span>
            )}
          </li>
        ))}
        {nodes.length > LISTED_MAX && <li className="muted">{say.time.more}</li>}
      </ul>
    </section>
  );
}
