// Who we are, whether we are on duty and on line, and what waits to be sent.

import type { JSX } from "preact";
import { switchTheme, theme } from "../shared/theme";
import { timeOfDay } from "../shared/time";
import { say, switchLanguage } from "../shared/words/language";
import { position } from "./position";
import { isHeldUp, isOnline, switchDuty, waiting, work } from "./state";
import { WORDS } from "./words";

export function Header(): JSX.Element {
  const told = work.value;
  return (
    <header>
      <div class="top">
        <h1>{told?.crew.name || told?.crew.crew_id || say(WORDS.title)}</h1>
        <button type="button" class="plain" onClick={switchTheme}>
          {say(theme.value === "dark" ? WORDS.theme_light : WORDS.theme_dark)}
        </button>
        <button
          type="button"
          class="plain"
          lang={say(WORDS.language) === "English" ? "en" : "zh"}
          onClick={switchLanguage}
        >
          {say(WORDS.language)}
        </button>
      </div>
      {told && <Duty isOnDuty={told.crew.on_duty} company={told.company} />}
      {!isOnline.value && (
        <output class="offline">
          <strong>{say(WORDS.offline)}</strong> {told && say(WORDS.as_of, timeOfDay(told.now))}
        </output>
      )}
      {isHeldUp.value && (
        <output class="waiting">
          {waiting.value.length === 1 ? say(WORDS.waiting_one) : say(WORDS.waiting, waiting.value.length)}
        </output>
      )}
    </header>
  );
}

function Duty({ isOnDuty, company }: { isOnDuty: boolean; company: string }): JSX.Element {
  return (
    <div class="duty">
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={isOnDuty}
        disabled={!isOnline.value}
        onClick={switchDuty}
      >
        <span class="knob" aria-hidden="true" />
        {say(isOnDuty ? WORDS.on_duty : WORDS.off_duty)}
      </button>
      <p>
        {company}
        <small>{isOnDuty ? say(POSITION[position.value]) : ""}</small>
      </p>
    </div>
  );
}

const POSITION = { on: WORDS.position_on, off: WORDS.position_off, denied: WORDS.position_denied } as const;
