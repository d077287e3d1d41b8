// Six numbers to be read from six metres.

import type { JSX } from "preact";
import { say, type Word } from "../shared/words/language";
import { total } from "./counts";
import { figures, isLoaded, lifts, trapped, withoutCrew } from "./state";
import { WORDS } from "./words";

const RULE = 0.95;
const AIM_S = 15 * 60;

export function Tiles(): JSX.Element {
  const [day, there] = [figures.value, lifts.value];
  const share = day?.arrived_in_30_min_share ?? null;
  const mean_s = day?.arrival_mean_s ?? null;
  return (
    <section class="tiles">
      <Tile word={WORDS.trapped} value={isLoaded.value ? trapped.value.length : null} note={say(WORDS.trapped_note)} />
      <Tile
        word={WORDS.without_crew}
        value={isLoaded.value ? withoutCrew.value.length : null}
        note={say(WORDS.without_crew_note)}
        isAlarming={withoutCrew.value.length > 0}
      />
      <Tile word={WORDS.today} value={day?.cases ?? null} note={say(WORDS.today_note)} />
      <Tile
        word={WORDS.within}
        value={share === null ? null : `${percent(share)}%`}
        note={say(WORDS.within_note, day?.arrivals_due ?? 0)}
        isPressing={share !== null && share < RULE}
      />
      <Tile
        word={WORDS.arrival}
        value={mean_s === null ? null : (mean_s / 60).toFixed(1)}
        note={say(WORDS.arrival_note)}
        isPressing={mean_s !== null && mean_s > AIM_S}
      />
      <Tile
        word={WORDS.lifts}
        value={there && (total(there) - there.silent).toLocaleString("en")}
        note={say(WORDS.lifts_note, there ? total(there).toLocaleString("en") : 0)}
      />
    </section>
  );
}

interface TileProps {
  readonly word: Word;
  readonly value: number | string | null;
  readonly note: string;
  readonly isAlarming?: boolean;
  readonly isPressing?: boolean;
}

function Tile({ word, value, note, isAlarming = false, isPressing = false }: TileProps): JSX.Element {
  return (
    <div class={`tile${isAlarming ? " alarming" : ""}${isPressing ? " pressing" : ""}`}>
      <h2>{say(word)}</h2>
      <p class="value">{value ?? say(WORDS.none_yet)}</p>
      <p class="note">{note}</p>
    </div>
  );
}

/** Never rounded up to the whole: 100 % says that nobody waited for longer. */
function percent(share: number): number {
  return Math.floor(share * 100);
}
