// The words of the page, in one language for as long as the page lives: a constant like the page's address, so
// that whatever says something stays a function of its arguments. Another language is chosen by loading the page
// again. Everything waits for this module; `de` is fetched only by who reads it, and must import nothing that
// waits in turn.

import { en } from "./en";
import { type Language, languageChoiceOf, languageFor, PREFERENCES_KEY } from "./languages";

export type Text = typeof en;

/** Where there is no page (workers, tests) nobody reads, and English does. */
function chosenLanguage(): Language {
  if (typeof document === "undefined" || typeof navigator === "undefined") return "en";
  const liked = navigator.languages;
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(PREFERENCES_KEY) ?? "{}");
    const choice = typeof kept === "object" && kept !== null ? Reflect.get(kept, "language") : null;
    return languageFor(languageChoiceOf(choice), liked);
  } catch {
    // Storage is refused or damaged.
    return languageFor("system", liked);
  }
}

interface Spoken {
  readonly language: Language;
  readonly say: Text;
}

async function spokenFor(chosen: Language): Promise<Spoken> {
  if (chosen === "en") return { language: "en", say: en };
  try {
    return { language: chosen, say: (await import("./de")).de };
  } catch {
    // A page in English is better than none.
    return { language: "en", say: en };
  }
}

/** The language of the page, and its words. */
export const { language, say }: Spoken = await spokenFor(chosenLanguage());
