// Our own deeds in the corner: those that can still be undone, wherever one looks by now, and what became of them.

import type { JSX } from "preact";
import { say, type Word } from "../../shared/words/language";
import { DEEDS, HeldDeed } from "../case/HeldDeed";
import type { Settled } from "../case/held";
import { dismiss, settled, waiting } from "../case/holding";
import { plateOf } from "../case/wording";
import { now } from "../state/clock";
import { choose, chosenId, pane } from "../state/view";
import { FRAME, HOLDS } from "../words";

const SHOWN_MS = 8000;
const WORDS: Readonly<Record<Settled["outcome"], Word>> = {
  done: HOLDS.done,
  undone: HOLDS.undone,
  not_done: HOLDS.not_done,
};

export function Deeds(): JSX.Element {
  const elsewhere = waiting.value.filter(({ id }) => pane.value !== "case" || id !== chosenId.value);
  // What was not done stays until somebody has read it.
  const news = settled.value.filter(({ at, outcome }) => outcome === "not_done" || now.value - at < SHOWN_MS);
  return (
    <div class="deeds" role="status" aria-label={say(HOLDS.title)}>
      {elsewhere.map((incident) => (
        <div key={incident.id} class="deed-held">
          <b>#{incident.number}</b>
          <HeldDeed incident={incident} />
        </div>
      ))}
      {news.map((one) => (
        <News key={`${one.incident.id} ${one.at}`} one={one} />
      ))}
    </div>
  );
}

function News({ one }: { one: Settled }): JSX.Element {
  const { incident, action, outcome, why } = one;
  return (
    <div class={outcome === "not_done" ? "deed-news not" : "deed-news"}>
      <button type="button" class="plain" onClick={() => choose(incident.id)}>
        #{incident.number} {plateOf(incident)}
      </button>
      <p>
        {say(DEEDS[action])} · <b>{say(WORDS[outcome])}</b>
        {why && <span lang={outcome === "not_done" ? "en" : undefined}>{` · ${why}`}</span>}
      </p>
      <button type="button" class="plain" aria-label={say(FRAME.close)} onClick={() => dismiss(one)}>
        ✕
      </button>
    </div>
  );
}
