// Finds in a source text what would be said to the reader: words between tags, in attributes that are read or
// heard, under keys that are, and whole sentences anywhere.

import { parseSync } from "vite";

export interface Literal {
  readonly file: string;
  readonly line: number;
  readonly words: string;
}

/** Attributes and keys whose texts are read or heard. */
const SAID = new Set([
  "alt",
  "aria-description",
  "aria-label",
  "aria-roledescription",
  "aria-valuetext",
  "detail",
  "label",
  "nameLabel",
  "note",
  "placeholder",
  "sentence",
  "short",
  "title",
  "words",
]);

/** Names that no language changes. */
const NAMES = new Set(["Mermaid", "SVG", "PNG", "DOT", "JSON"]);

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "type") === "string";
}

/** The texts of a literal or template, holes as an ellipsis; null for anything else. */
function textOf(node: Node): string | null {
  if (node.type === "JSXText")
    return String(node.value)
      .replace(/&\w+;|\s+/g, " ")
      .trim();
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type !== "TemplateLiteral") return null;
  const quasis = node.quasis as readonly { readonly value: { readonly cooked: string } }[];
  return quasis.map(({ value }) => value.cooked).join("…");
}

function nameOf(node: Node): string {
  const name = node.type === "JSXAttribute" ? node.name : node.key;
  return isNode(name) ? String(name.name ?? name.value ?? "") : "";
}

/** Where a text stands decides whether somebody reads it. */
type Place = "said" | "unsaid" | "anywhere";

function placeWithin(node: Node, place: Place): Place {
  switch (node.type) {
    case "JSXAttribute":
    case "Property":
      return SAID.has(nameOf(node)) ? "said" : node.type === "Property" ? "anywhere" : "unsaid";
    case "JSXExpressionContainer":
      return place === "anywhere" ? "said" : place;
    case "JSXElement":
    case "JSXFragment":
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return "anywhere";
    case "BinaryExpression":
    case "CallExpression":
    case "MemberExpression":
      return "anywhere";
    // What a defect or a cause is called is for who mends it.
    case "NewExpression":
    case "ImportDeclaration":
    case "ImportExpression":
    case "TSLiteralType":
    case "SwitchCase":
      return node.type === "SwitchCase" ? "anywhere" : "unsaid";
    default:
      return place;
  }
}

const WORD = /\p{L}{2,}/u;
/** Three words or more that begin as a sentence does and end as one. */
const SENTENCE = /^\p{Lu}[\p{L}’]* .*\p{L} .*[.?!…:]$/u;

function isSaid(text: string, node: Node, place: Place): boolean {
  if (place === "unsaid" || !WORD.test(text) || NAMES.has(text)) return false;
  return node.type === "JSXText" || place === "said" || SENTENCE.test(text);
}

export function wordsOutside(file: string, source: string): readonly Literal[] {
  const { program } = parseSync(file, source, { lang: file.endsWith("x") ? "tsx" : "ts" });
  const found: Literal[] = [];
  const visit = (value: unknown, place: Place): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, place);
    if (!isNode(value)) return;
    const text = textOf(value);
    if (text !== null && isSaid(text, value, place)) {
      found.push({ file, line: source.slice(0, value.start).split("\n").length, words: text });
    }
    const within = placeWithin(value, place);
    for (const [key, child] of Object.entries(value)) {
      // The condition of a choice is compared, not said; a template's own texts are its parts.
      if (value.type === "ConditionalExpression" && key === "test") visit(child, "anywhere");
      else if (value.type === "LogicalExpression" && key === "left") visit(child, "anywhere");
      else if (typeof child === "object") visit(child, within);
    }
  };
  visit(program, "anywhere");
  return found;
}
