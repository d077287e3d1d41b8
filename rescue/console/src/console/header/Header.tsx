// The line across the top: today's figures, whether what is shown is live, sound, who is at work, the centre's time.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { switchTheme, theme } from "../../shared/theme";
import { day, span, timeOfDay } from "../../shared/time";
import { say, switchLanguage, type Word } from "../../shared/words/language";
import { ROLES } from "../../shared/words/names";
import { SoundSwitch } from "../sound/SoundSwitch";
import { fresh, incidents, isLoaded, operators, silentFor_s } from "../state/centre";
import { now } from "../state/clock";
import { isOver, leave, who } from "../state/session";
import { isHelpShown } from "../state/view";
import { FRAME } from "../words";
import { figures } from "./figures";

export function Header(): JSX.Element {
  return (
    <header class="header" inert={isOver.value}>
      <h1>{say(FRAME.title)}</h1>
      <Today />
      <Connection />
      <SoundSwitch />
      <AtWork />
      <Clock />
      <div class="switches">
        <button type="button" class="plain" onClick={switchTheme}>
          {say(theme.value === "dark" ? FRAME.to_light : FRAME.to_dark)}
        </button>
        <button type="button" class="plain" onClick={switchLanguage}>
          {say(FRAME.other_language)}
        </button>
        <button type="button" class="plain" aria-label={say(FRAME.help)} onClick={() => (isHelpShown.value = true)}>
          <kbd>?</kbd>
        </button>
        <button type="button" class="plain" onClick={leave}>
          {say(FRAME.log_out)}
        </button>
      </div>
    </header>
  );
}

function Today(): JSX.Element | null {
  const day = figures.value;
  if (day === null) return null;
  const { closed = 0, stood_down = 0, false_alarm = 0 } = day.by_status;
  const pairs: readonly [Word, string][] = [
    [FRAME.today, String(day.opened)],
    [FRAME.closed_today, String(closed + stood_down)],
    [FRAME.false_alarms_today, String(false_alarm)],
    [FRAME.mean_arrival, day.mean_arrival_s === null ? "—" : span(day.mean_arrival_s)],
    [FRAME.lifts_online, `${day.lifts_online} / ${day.lifts}`],
  ];
  return (
    <dl class="figures">
      {pairs.map(([word, value]) => (
        <div key={word[1]}>
          <dt>{say(word)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Connection(): JSX.Element {
  const state = fresh.value;
  const said = !isLoaded.value
    ? say(FRAME.connecting)
    : state === "fresh"
      ? say(FRAME.live)
      : state === "late"
        ? say(FRAME.late, silentFor_s.value)
        : say(FRAME.lost_chip);
  return (
    <p class={`chip connection ${state}`} role="status">
      {said}
    </p>
  );
}

function Clock(): JSX.Element {
  return (
    <p class="clock" title={say(FRAME.centre_time)}>
      <span>{day(now.value)}</span> <time>{timeOfDay(now.value)}</time>
    </p>
  );
}

/** Who is connected, and what each has in hand. */
function AtWork(): JSX.Element {
  const isOpen = useSignal(false);
  const handled = (name: string) =>
    [...incidents.value.values()].filter(({ claimed_by }) => claimed_by === name).length;
  return (
    <div class="at-work">
      <button type="button" class="plain" aria-expanded={isOpen.value} onClick={() => (isOpen.value = !isOpen.value)}>
        {who.value?.name} · {say(FRAME.operators, Math.max(1, operators.value.length))}
      </button>
      {isOpen.value && (
        <ul class="sheet" aria-label={say(FRAME.on_shift)}>
          {operators.value.map(({ name, role, since, consoles }) => (
            <li key={`${name} ${role}`}>
              <b>{name}</b> {say(ROLES[role])} · {timeOfDay(since)} · {say(FRAME.has_cases, handled(name))}
              {consoles > 1 && ` · ${say(FRAME.consoles, consoles)}`}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
