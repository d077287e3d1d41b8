// The cause, of the service's own list, by its seven groups.

import type { JSX } from "preact";
import { language, say } from "../shared/words/language";
import { causes } from "./state";
import { WORDS } from "./words";

interface CauseChoiceProps {
  readonly value: string;
  readonly onChange: (code: string) => void;
}

export function CauseChoice({ value, onChange }: CauseChoiceProps): JSX.Element {
  return (
    <label>
      {say(WORDS.cause_code)}
      <select name="cause_code" value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">{say(WORDS.later)}</option>
        {causes.value.map((group) => (
          <optgroup key={group.group} label={group[language.value]}>
            {group.causes.map((cause) => (
              <option key={cause.code} value={cause.code}>
                {`${cause.code} ${cause[language.value]}`}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
