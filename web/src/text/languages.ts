// Which languages there are, and which one a reader gets: the one chosen in the settings, else the first of
// the browser's that is spoken here.

export const LANGUAGES = ["en", "de"] as const;

export type Language = (typeof LANGUAGES)[number];

/** `system` follows the browser. */
export type LanguageChoice = "system" | Language;

/** What each language calls itself, so that everybody finds their own. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

/** Where the browser keeps the preferences; the language is one of them. */
export const PREFERENCES_KEY = "scope.preferences";

/** A choice out of stored JSON of any shape. */
export function languageChoiceOf(value: unknown): LanguageChoice {
  return LANGUAGES.find((language) => language === value) ?? "system";
}

/** The language for a choice, given the browser's in order of liking (BCP 47 tags). */
export function languageFor(choice: LanguageChoice, liked: readonly string[]): Language {
  if (choice !== "system") return choice;
  for (const tag of liked) {
    const [main = ""] = tag.toLowerCase().split("-", 1);
    const found = LANGUAGES.find((language) => language === main);
    if (found !== undefined) return found;
  }
  return "en";
}
