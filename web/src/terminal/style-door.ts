// The page's policy lets no style be written into the page; xterm writes two sheets and the styles
// of coloured cells. The same styles are let in as objects (CSSOM), which the policy allows.

/** What a terminal takes for a `style` element: its text becomes a sheet of the document's. */
function sheetElement(): HTMLElement {
  const sheet = new CSSStyleSheet();
  const element = document.createElement("template");
  let text = "";
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", {
    get: () => text,
    set: (value: string | null) => {
      text = value ?? "";
      sheet.replaceSync(text);
    },
  });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}

/** Runs `open`, while which every `style` element that is made is one of ours. */
export function withStyleDoor(open: () => void): void {
  const make = document.createElement;
  const own = (tag: string, options?: ElementCreationOptions) =>
    tag === "style" ? sheetElement() : make.call(document, tag, options);
  document.createElement = own as typeof document.createElement;
  try {
    open();
  } finally {
    // Uncovers the document's own again.
    Reflect.deleteProperty(document, "createElement");
  }
}

const setPlain = Element.prototype.setAttribute;

/** A style attribute of a span, set as the object it stands for: cells of 16 million colours. */
HTMLSpanElement.prototype.setAttribute = function setAttribute(name: string, value: string): void {
  if (name === "style") this.style.cssText = value;
  else setPlain.call(this, name, value);
};
