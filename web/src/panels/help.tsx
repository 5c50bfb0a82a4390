import { slug } from "../domain/search";
import { setHelpOpen, setPage } from "../state/actions";
import { useMetricChoices } from "../state/derived";
import { useScope } from "../state/store";
import { Key } from "../ui/button";
import { Dialog } from "../ui/dialog";

const KEYS = [
  ["/", "Search"],
  ["?", "This help"],
  ["g", "Graph"],
  ["t", "Table"],
  ["f", "Fit to window"],
  [".", "Tidy layout"],
  ["d", "Dark or light"],
  ["1 … 9", "Views of the rail"],
  ["← ↑ ↓ →", "Walk along the edges"],
  ["enter", "Open the details"],
  ["l", "Logs of the open card"],
  ["e", "Shell in the open card"],
  ["ctrl f6", "Leave a terminal"],
  ["esc", "Close, step back"],
] as const;

const FIELDS_MAX = 12;

/** Shortcuts, and what can be searched for right now. */
export function Help() {
  const nodes = useScope((state) => state.nodes);
  const metrics = useMetricChoices();
  const fields = new Set<string>();
  for (const node of nodes.values()) {
    if (fields.size >= FIELDS_MAX) break;
    for (const row of node.metadata) if (row.label !== "") fields.add(slug(row.label));
  }
  return (
    <Dialog title="Help" onClose={() => setHelpOpen(false)}>
      <div className="help">
        <h3>Keys</h3>
        <dl className="help-keys">
          {KEYS.map(([keys, what]) => (
            <KeyRow key={keys} keys={keys} what={what} />
          ))}
        </dl>
        <h3>Search</h3>
        <dl className="help-search">
          <dt className="code">web|shop</dt>
          <dd>Names or facts with “web” or “shop”; any regular expression</dd>
          <dt className="code">image:nginx</dt>
          <dd>“nginx” in a field whose name has “image”</dd>
          <dt className="code">cpu &gt; 2%</dt>
          <dd>A metric above, below (&lt;) or equal to (=) a value; 10mb works too</dd>
        </dl>
        <h3>Fields and metrics of this view</h3>
        <p className="code muted">
          {[...[...fields].slice(0, FIELDS_MAX), ...metrics.map(({ label }) => slug(label))].join(" · ")}
        </p>
        <h3>Something looks wrong?</h3>
        <p>
          <button type="button" className="link" onClick={() => setPage("trouble")}>
            Troubleshooting
          </button>{" "}
          shows how each probe fares, and has the raw data.
        </p>
      </div>
    </Dialog>
  );
}

function KeyRow({ keys, what }: { readonly keys: string; readonly what: string }) {
  return (
    <>
      <dt>
        {keys.split(" ").map((key) => (
          <Key key={key}>{key}</Key>
        ))}
      </dt>
      <dd>{what}</dd>
    </>
  );
}
