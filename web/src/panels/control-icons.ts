import {
  CirclePlay,
  FileText,
  type LucideIcon,
  MinusCircle,
  Pause,
  Play,
  Plug,
  PlusCircle,
  RotateCw,
  ScrollText,
  Send,
  Square,
  SquareTerminal,
  Trash2,
  Zap,
} from "lucide-react";
import type { ControlSign } from "../domain/control-words";

/** What is seen beside the word of a control. */
export const CONTROL_ICONS: Readonly<Record<ControlSign, LucideIcon>> = {
  logs: ScrollText,
  describe: FileText,
  attach: Plug,
  shell: SquareTerminal,
  start: Play,
  stop: Square,
  restart: RotateCw,
  pause: Pause,
  remove: Trash2,
  signal: Send,
  kill: Zap,
  more: PlusCircle,
  less: MinusCircle,
  other: CirclePlay,
};
