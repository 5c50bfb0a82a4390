import { Check, Columns3, Copy, Download } from "lucide-react";
import type { NodeSummary } from "../api/types";
import type { Column } from "../domain/columns";
import { tableCsv, tableTsv } from "../domain/table-text";
import { setPreferences } from "../state/actions";
import { useMoment } from "../state/clock";
import { copyText, fileName, saveFile } from "../state/files";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Button } from "../ui/button";
import { ChoiceList } from "../ui/choice";
import { Popover } from "../ui/popover";

const COPIED_MS = 1500;

interface TableToolsProps {
  /** All of the view, shown or not. */
  readonly all: readonly Column[];
  readonly columns: readonly Column[];
  readonly rows: readonly NodeSummary[];
}

/** What can be done with the table as a whole: choose columns, copy, download. */
export function TableTools({ all, columns, rows }: TableToolsProps) {
  const view = useScope((state) => state.nodesView) ?? "";
  const [copied, mark] = useMoment(COPIED_MS);
  const copy = async () => {
    if (await copyText(tableTsv(columns, rows))) mark();
  };
  const save = () =>
    saveFile(fileName(view, "csv", new Date()), "text/csv;charset=utf-8", tableCsv(columns, rows));
  return (
    <div className="table-tools" role="toolbar" aria-label={say.pages.table}>
      <span className="muted figures">
        {say.figures.rows(rows.length)}, {say.figures.columns(columns.length)}
      </span>
      <span className="table-tools-end" />
      <Popover label={say.pages.chooseColumns} icon={Columns3}>
        <ColumnChoice view={view} all={all} />
      </Popover>
      <Button onClick={() => void copy()}>
        {copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
        {copied ? say.pages.copied : say.pages.copy}
      </Button>
      <Button onClick={save}>
        <Download size={14} aria-hidden="true" />
        {say.pages.csv}
      </Button>
    </div>
  );
}

const NONE: readonly string[] = [];

/** The columns of the view that the reader left out. */
export function useHiddenColumns(view: string | null): readonly string[] {
  return useScope(({ preferences }) => preferences.hiddenColumns[view ?? ""] ?? NONE);
}

function ColumnChoice({ view, all }: { readonly view: string; readonly all: readonly Column[] }) {
  const hidden = useHiddenColumns(view);
  const others = useScope(({ preferences }) => preferences.hiddenColumns);
  const store = (ids: readonly string[]) => setPreferences({ hiddenColumns: { ...others, [view]: ids } });
  // The name is what the other columns are about.
  const choices = all.filter((column) => column.kind !== "name");
  const toggle = (id: string) =>
    store(hidden.includes(id) ? hidden.filter((item) => item !== id) : [...hidden, id]);
  return (
    <>
      <ChoiceList
        label={say.pages.chooseColumns}
        several
        items={choices.map(({ id, label }) => ({ value: id, label }))}
        chosen={choices.map(({ id }) => id).filter((id) => !hidden.includes(id))}
        onChoose={toggle}
      />
      {hidden.length > 0 && (
        <button type="button" className="link" onClick={() => store([])}>
          {say.pages.showAllColumns}
        </button>
      )}
    </>
  );
}
