// The reader's language: marked on the page, and exchanged by loading the page again.

import { type LanguageChoice, languageFor } from "../text/languages";
import { language } from "../text/text";
import { setPreferences } from "./actions";

/** Tells browsers and screen readers in which language the page speaks. */
export function startLanguage(): void {
  document.documentElement.lang = language;
}

/** Keeps the choice; where it means another language than that of the page, the page is loaded again. */
export function chooseLanguage(choice: LanguageChoice): void {
  setPreferences({ language: choice });
  if (languageFor(choice, navigator.languages) !== language) window.location.reload();
}
