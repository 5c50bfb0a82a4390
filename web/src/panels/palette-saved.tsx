import { Flag, FlagOff, Trash2 } from "lucide-react";
import { type Saved, searchOf, searchText } from "../domain/saved";
import { forgetSaved, openSaved, setSavedOpen, startWith } from "../state/palette-actions";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { CopyButton } from "./copy-button";
import "./palette.css";

/** Saved views and searches: open, share, start with, delete. */
export function SavedDialog() {
  const saved = useScope((state) => state.saved);
  return (
    <Dialog title={say.palette.savedList} onClose={() => setSavedOpen(false)}>
      {saved.length === 0 ? (
        <p className="muted">{say.palette.nothingSaved}</p>
      ) : (
        <ul className="saved">
          {saved.map((item) => (
            <SavedRow key={`${item.kind} ${item.name}`} item={item} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function SavedRow({ item }: { readonly item: Saved }) {
  const start = useScope((state) => state.preferences.start);
  const isStart = item.kind === "view" && item.hash === start;
  const page = window.location.href.split("#", 1)[0] ?? "";
  const open = () => {
    setSavedOpen(false);
    openSaved(item);
  };
  return (
    <li className="saved-row">
      <button type="button" className="link cut" onClick={open}>
        {item.name}
      </button>
      <span className="muted cut">
        {item.kind === "search" ? searchText(searchOf(item.hash)) : say.palette.view}
        {isStart && say.palette.opensAtStart}
      </span>
      {item.kind === "view" && (
        <IconButton
          label={isStart ? say.palette.startWithout : say.palette.startWith}
          icon={isStart ? FlagOff : Flag}
          hintSide="left"
          small
          onClick={() => startWith(isStart ? "" : item.hash)}
        />
      )}
      <CopyButton what={say.palette.linkTo(item.name)} text={page + item.hash} />
      <IconButton
        label={say.palette.delete(item.name)}
        icon={Trash2}
        hintSide="left"
        small
        onClick={() => forgetSaved(item)}
      />
    </li>
  );
}
