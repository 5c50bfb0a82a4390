// Printing: the page turns light for as long as it takes, and the map is drawn anew in lines and words, because
// paper keeps nothing of a canvas that draws with WebGL.

import { svgOf } from "../domain/picture";
import { usedMode } from "../state/mode";
import { pictureShown } from "./export-files";

const PICTURE = "print-picture";

let theme: string | undefined;
let isReady = false;

/** Prepares the page whenever it is about to be printed; once for a page. */
export function startPrinting(): void {
  if (isReady) return;
  isReady = true;
  window.addEventListener("beforeprint", () => {
    theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
    if (usedMode() === "graph") showPicture();
  });
  window.addEventListener("afterprint", () => {
    if (theme !== undefined) document.documentElement.dataset.theme = theme;
    document.querySelector(`.${PICTURE}`)?.remove();
  });
}

function showPicture(): void {
  const drawn = new DOMParser().parseFromString(svgOf(pictureShown()), "image/svg+xml").documentElement;
  const place = document.createElement("div");
  place.className = PICTURE;
  place.append(document.adoptNode(drawn));
  document.querySelector(".stage")?.append(place);
}
