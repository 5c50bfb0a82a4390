import { Fragment, type ReactNode } from "react";

interface FilledProps {
  /** A sentence with names in braces where the parts go. */
  readonly text: string;
  readonly parts: Readonly<Record<string, ReactNode>>;
}

/** A sentence with elements in it, wherever the language wants them. */
export function Filled({ text, parts }: FilledProps) {
  return text.split(/\{(\w+)\}/).map((piece, index) => {
    // Every second piece is the name of a part; their order is that of the sentence.
    const key = `${index} ${piece}`;
    return <Fragment key={key}>{index % 2 === 0 ? piece : parts[piece]}</Fragment>;
  });
}
