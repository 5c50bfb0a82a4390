import { completions, fieldsOf } from "../domain/completions";
import { slug } from "../domain/search";
import { formatMetric, plural } from "../domain/units";
import { setHelpOpen, setPage, setQuery } from "../state/actions";
import { useMetricChoices, usePlacedView } from "../state/derived";
import { setPalette } from "../state/palette-actions";
import { useScope } from "../state/store";
import { Key } from "../ui/button";
import { Dialog } from "../ui/dialog";

const KEYS = [
  ["/", "Search"],
  ["ctrl k", "Go anywhere, run a command"],
  ["g", "Graph"],
  ["t", "Table"],
  ["r", "Resources"],
  ["f", "Fit to window"],
  [".", "Tidy layout"],
  ["d", "Dark or light"],
  ["space", "Pause, back to live"],
  ["h", "Timeline"],
  ["[ ]", "Step in time"],
  ["{ }", "To the change before, the next"],
  ["1 … 9", "Views of the rail"],
  ["← ↑ ↓ →", "Walk along the edges"],
  ["enter", "Open the details"],
  ["l", "Logs of the open card"],
  ["e", "Shell in the open card"],
  ["ctrl f6", "Leave a terminal"],
  ["esc", "Close, step back"],
  ["?", "This help"],
] as const;

const TABLE_KEYS = [
  ["← →", "Columns"],
  ["s", "Sort by the column"],
  ["ctrl c", "Copy the cell or row"],
] as const;

const GRAMMAR = [
  ["web|shop", "Names or facts with “web” or “shop”; any regular expression"],
  ["image:nginx", "“nginx” in a field whose name has “image”"],
  ['"10.0.0.1:80"', "Text in quotes as it stands"],
  ["cpu > 2%", "A metric above, below (<) or equal to (=) a value; 10mb works too"],
] as const;

const FIELDS_MAX = 40;
const EXAMPLE_CHARS_MAX = 40;

/** Shortcuts, and what can be searched for right now. */
export function Help() {
  return (
    <Dialog title="Help" onClose={() => setHelpOpen(false)}>
      <div className="help">
        <h3>Keys</h3>
        <dl className="help-keys">
          {KEYS.map(([keys, what]) => (
            <KeyRow key={keys} keys={keys} what={what} />
          ))}
        </dl>
        <h3>Keys of the table</h3>
        <dl className="help-keys">
          {TABLE_KEYS.map(([keys, what]) => (
            <KeyRow key={keys} keys={keys} what={what} />
          ))}
        </dl>
        <h3>Search</h3>
        <dl className="help-search">
          {GRAMMAR.map(([example, what]) => (
            <Grammar key={example} example={example} what={what} />
          ))}
        </dl>
        <p className="muted help-note">
          Enter keeps a search as a filter: what does not match it is left out. Several are kept side by side.
        </p>
        <Vocabulary />
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

/** The fields and metrics that the nodes of the view have; a click begins a search. */
function Vocabulary() {
  const nodes = useScope((state) => state.nodes);
  const metrics = useMetricChoices();
  const view = usePlacedView()?.fullName ?? "this view";
  const begin = (text: string) => {
    setHelpOpen(false);
    setPalette("search");
    setQuery(text);
  };
  const fields = fieldsOf(nodes).slice(0, FIELDS_MAX);
  return (
    <>
      <h3>Fields of {view.toLowerCase()}</h3>
      <dl className="help-search">
        {fields.map((field) => (
          <Term
            key={field.slug}
            word={`${field.slug}:`}
            what={`${plural(field.nodes, "node")}, as “${field.example.slice(0, EXAMPLE_CHARS_MAX)}”`}
            onBegin={begin}
          />
        ))}
        {fields.length === 0 && <dd className="muted">There are none while there are no nodes.</dd>}
      </dl>
      <h3>Metrics of {view.toLowerCase()}</h3>
      <dl className="help-search">
        {metrics.map(({ label, ceiling, format }) => (
          <Term
            key={label}
            word={`${slug(label)} > `}
            what={`up to ${formatMetric(ceiling, format)}${exampleOf(nodes, label)}`}
            onBegin={begin}
          />
        ))}
        {metrics.length === 0 && <dd className="muted">Nothing is measured here.</dd>}
      </dl>
    </>
  );
}

/** A comparison that finds something. */
function exampleOf(nodes: Parameters<typeof completions>[0], label: string): string {
  const [first] = completions(nodes, `${slug(label)} >`, 1);
  return first === undefined ? "" : `, for instance ${first.text}`;
}

interface TermProps {
  readonly word: string;
  readonly what: string;
  readonly onBegin: (text: string) => void;
}

function Term({ word, what, onBegin }: TermProps) {
  return (
    <>
      <dt className="code">
        <button type="button" className="link" onClick={() => onBegin(word)}>
          {word}
        </button>
      </dt>
      <dd className="cut">{what}</dd>
    </>
  );
}

function Grammar({ example, what }: { readonly example: string; readonly what: string }) {
  return (
    <>
      <dt className="code">{example}</dt>
      <dd>{what}</dd>
    </>
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
