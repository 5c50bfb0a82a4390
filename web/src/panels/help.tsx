import { completions, fieldsOf } from "../domain/completions";
import { slug } from "../domain/search";
import {
  MAP_SHORTCUTS,
  OTHER_SHORTCUTS,
  PAGE_SHORTCUTS,
  type Shortcut,
  TABLE_SHORTCUTS,
  TIMELINE_SHORTCUTS,
} from "../domain/shortcuts";
import { formatMetric } from "../domain/units";
import { setHelpOpen, setPage, setQuery } from "../state/actions";
import { useMetricChoices, usePlacedView } from "../state/derived";
import { setPalette } from "../state/palette-actions";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Key } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Filled } from "../ui/filled";

const PLACES: readonly (readonly [string, readonly Shortcut[]])[] = [
  [say.help.keys, PAGE_SHORTCUTS],
  [say.help.mapKeys, MAP_SHORTCUTS],
  [say.help.tableKeys, TABLE_SHORTCUTS],
  [say.help.timelineKeys, TIMELINE_SHORTCUTS],
  [say.help.otherKeys, OTHER_SHORTCUTS],
];

const GRAMMAR = [
  ["web|shop", say.help.grammar.text],
  ["image:nginx", say.help.grammar.field],
  ['"10.0.0.1:80"', say.help.grammar.quoted],
  ["cpu > 2%", say.help.grammar.metric],
] as const;

const FIELDS_MAX = 40;
const EXAMPLE_CHARS_MAX = 40;

/** Shortcuts, and what can be searched for right now. */
export function Help() {
  return (
    <Dialog title={say.help.title} onClose={() => setHelpOpen(false)}>
      <div className="help">
        {PLACES.map(([title, shortcuts]) => (
          <KeysOf key={title} title={title} shortcuts={shortcuts} />
        ))}
        <h3>{say.help.search}</h3>
        <dl className="help-search">
          {GRAMMAR.map(([example, what]) => (
            <Grammar key={example} example={example} what={what} />
          ))}
        </dl>
        <p className="muted help-note">{say.help.filterNote}</p>
        <Vocabulary />
        <h3>{say.help.wrong}</h3>
        <p>
          <Filled
            text={say.help.wrongHow}
            parts={{
              trouble: (
                <button type="button" className="link" onClick={() => setPage("trouble")}>
                  {say.help.trouble}
                </button>
              ),
            }}
          />
        </p>
      </div>
    </Dialog>
  );
}

interface KeysOfProps {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

function KeysOf({ title, shortcuts }: KeysOfProps) {
  return (
    <>
      <h3>{title}</h3>
      <dl className="help-keys">
        {shortcuts.map((shortcut) => (
          <KeyRow key={shortcut.id} shortcut={shortcut} />
        ))}
      </dl>
    </>
  );
}

/** The fields and metrics that the nodes of the view have; a click begins a search. */
function Vocabulary() {
  const nodes = useScope((state) => state.nodes);
  const metrics = useMetricChoices();
  const view = usePlacedView()?.fullName ?? say.frame.thisView;
  const begin = (text: string) => {
    setHelpOpen(false);
    setPalette("search");
    setQuery(text);
  };
  const fields = fieldsOf(nodes).slice(0, FIELDS_MAX);
  return (
    <>
      <h3>{say.help.fieldsOf(view)}</h3>
      <dl className="help-search">
        {fields.map((field) => (
          <Term
            key={field.slug}
            word={`${field.slug}:`}
            what={say.help.fieldOf(say.figures.nodes(field.nodes), field.example.slice(0, EXAMPLE_CHARS_MAX))}
            onBegin={begin}
          />
        ))}
        {fields.length === 0 && <dd className="muted">{say.help.noFields}</dd>}
      </dl>
      <h3>{say.help.metricsOf(view)}</h3>
      <dl className="help-search">
        {metrics.map(({ label, ceiling, format }) => (
          <Term
            key={label}
            word={`${slug(label)} > `}
            what={`${say.figures.upTo(formatMetric(ceiling, format))}${exampleOf(nodes, label)}`}
            onBegin={begin}
          />
        ))}
        {metrics.length === 0 && <dd className="muted">{say.help.noMetrics}</dd>}
      </dl>
    </>
  );
}

/** A comparison that finds something. */
function exampleOf(nodes: Parameters<typeof completions>[0], label: string): string {
  const [first] = completions(nodes, `${slug(label)} >`, 1);
  return first === undefined ? "" : say.help.forInstance(first.text);
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

/** Signs for keys whose name is none. */
const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowUp: "↑",
  ArrowRight: "→",
  ArrowDown: "↓",
  Enter: say.help.keyNames.enter,
  Escape: say.help.keyNames.esc,
  " ": say.help.keyNames.space,
  Tab: say.help.keyNames.tab,
  PageUp: say.help.keyNames.pageUp,
  PageDown: say.help.keyNames.pageDown,
  Home: say.help.keyNames.home,
  End: say.help.keyNames.end,
};

/** More keys than these that do the same are a row of them, told by its ends. */
const KEYS_SHOWN_MAX = 6;

function KeyRow({ shortcut: { id, keys, ctrl, shift, gesture } }: { readonly shortcut: Shortcut }) {
  const isRow = keys.length > KEYS_SHOWN_MAX;
  const shown = isRow ? [keys[0] ?? "", "…", keys[keys.length - 1] ?? ""] : keys;
  const pressed = gesture === undefined ? shown : [say.help.keyNames[gesture]];
  return (
    <>
      <dt>
        {ctrl === true && <Key>{say.help.keyNames.ctrl}</Key>}
        {shift === true && <Key>{say.help.keyNames.shift}</Key>}
        {pressed.map((key) => (key === "…" ? key : <Key key={key}>{SIGNS[key] ?? key}</Key>))}
      </dt>
      <dd>{say.help.shortcuts[id]}</dd>
    </>
  );
}
