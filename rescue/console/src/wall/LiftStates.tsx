// The lifts by state, in the colours of the map.

import type { JSX } from "preact";
import { say } from "../shared/words/language";
import { lifts } from "./state";
import { MARKS, WORDS } from "./words";

export function LiftStates(): JSX.Element {
  const counts = lifts.value;
  return (
    <dl class="states" aria-label={say(WORDS.by_state)}>
      {MARKS.map(([key, word]) => (
        <div key={key} class={key}>
          <dt>{say(word)}</dt>
          <dd>{counts ? counts[key].toLocaleString("en") : say(WORDS.none_yet)}</dd>
        </div>
      ))}
    </dl>
  );
}
