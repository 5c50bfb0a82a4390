import { ArrowDown, ArrowUp, Search } from "lucide-react";
import type { KeyboardEvent, RefObject } from "react";
import { formatCount } from "../domain/units";
import { say } from "../text/text";
import { IconButton } from "../ui/button";

interface FindBoxProps {
  readonly label: string;
  readonly query: string;
  /** Which place is in hand (from 0, -1 for none) and how many there are. */
  readonly index: number;
  readonly count: number;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly onQuery: (query: string) => void;
  readonly onStep: (backwards: boolean) => void;
  readonly onLeave: () => void;
}

/** Finds in a terminal or log: Enter goes on, Shift-Enter back, Escape leaves. */
export function FindBox(props: FindBoxProps) {
  const { label, query, index, count, inputRef, onQuery, onStep, onLeave } = props;
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") onStep(event.shiftKey);
    else if (event.key === "Escape") {
      onQuery("");
      onLeave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const place =
    count === 0 ? say.docks.noMatch : say.figures.of(formatCount(Math.max(0, index) + 1), formatCount(count));
  return (
    <search className="find-box">
      <Search size={14} aria-hidden="true" />
      <input
        ref={inputRef}
        type="search"
        aria-label={label}
        placeholder={say.docks.find}
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={press}
      />
      {query !== "" && <output className={count === 0 ? "find-none" : "figures"}>{place}</output>}
      <IconButton
        label={say.docks.formerMatch}
        icon={ArrowUp}
        small
        hintSide="left"
        onClick={() => onStep(true)}
      />
      <IconButton
        label={say.docks.nextMatch}
        icon={ArrowDown}
        small
        hintSide="left"
        onClick={() => onStep(false)}
      />
    </search>
  );
}
