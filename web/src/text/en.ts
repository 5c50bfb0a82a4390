// English: the shape that every other language has, checked by the compiler.

import { acts } from "./en/acts";
import { details } from "./en/details";
import { docks } from "./en/docks";
import { edges } from "./en/edges";
import { figures } from "./en/figures";
import { frame } from "./en/frame";
import { help } from "./en/help";
import { map } from "./en/map";
import { pages } from "./en/pages";
import { palette } from "./en/palette";
import { things } from "./en/things";
import { time } from "./en/time";

export const en = { acts, details, docks, edges, figures, frame, help, map, pages, palette, things, time };
