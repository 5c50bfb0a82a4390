import { Settings } from "lucide-react";
import { setPreferences } from "../state/actions";
import { chooseLanguage } from "../state/language";
import type { ContrastChoice, ThemeChoice } from "../state/preferences";
import { useScope } from "../state/store";
import { LANGUAGE_NAMES, LANGUAGES, languageChoiceOf } from "../text/languages";
import { say } from "../text/text";
import { ChoiceList } from "../ui/choice";
import { Popover } from "../ui/popover";

const { themes, contrasts } = say.frame;

const THEMES: readonly { value: ThemeChoice; label: string }[] = [
  { value: "system", label: themes.system },
  { value: "light", label: themes.light },
  { value: "dark", label: themes.dark },
];

const CONTRASTS: readonly { value: ContrastChoice; label: string }[] = [
  { value: "system", label: contrasts.system },
  { value: "usual", label: contrasts.usual },
  { value: "high", label: contrasts.high },
];

const SPOKEN = [
  { value: "system", label: say.frame.languageOfSystem },
  ...LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] })),
];

/** How the page looks and speaks; kept in this browser. */
export function SettingsMenu() {
  const { theme, contrast, language } = useScope((state) => state.preferences);
  return (
    <Popover label={say.frame.settings} icon={Settings} iconOnly>
      <h2>{say.frame.theme}</h2>
      <ChoiceList
        label={say.frame.theme}
        several={false}
        items={THEMES}
        chosen={[theme]}
        onChoose={(value) => setPreferences({ theme: value as ThemeChoice })}
      />
      <h2>{say.frame.contrast}</h2>
      <ChoiceList
        label={say.frame.contrast}
        several={false}
        items={CONTRASTS}
        chosen={[contrast]}
        onChoose={(value) => setPreferences({ contrast: value as ContrastChoice })}
      />
      <h2>{say.frame.language}</h2>
      <ChoiceList
        label={say.frame.language}
        several={false}
        items={SPOKEN}
        chosen={[language]}
        onChoose={(value) => chooseLanguage(languageChoiceOf(value))}
      />
      <p className="muted">{say.frame.languageNote}</p>
    </Popover>
  );
}
