// German. Imports nothing but its own parts: the page waits for it.

import { acts } from "./de/acts";
import { details } from "./de/details";
import { docks } from "./de/docks";
import { edges } from "./de/edges";
import { figures } from "./de/figures";
import { frame } from "./de/frame";
import { help } from "./de/help";
import { map } from "./de/map";
import { pages } from "./de/pages";
import { palette } from "./de/palette";
import { things } from "./de/things";
import { time } from "./de/time";
import type { Text } from "./text";

export const de: Text = {
  acts,
  details,
  docks,
  edges,
  figures,
  frame,
  help,
  map,
  pages,
  palette,
  things,
  time,
};
