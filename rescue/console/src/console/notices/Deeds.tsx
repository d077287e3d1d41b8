// Our own deeds in the corner: those that can still be undone, wherever one looks by now, and what became of them.

import type { JSX } from "preact";
import { say, type Word } from "../../shared/words/language";
import { Told } from "../../shared/words/said/Told";
import { DEEDS, HeldDeed } from "../case/HeldDeed";
import { alike, bundles, type Settled } from "../case/held";
import { dismiss, settled, waiting } from "../case/holding";
import { plateOf } from "../case/wording";
import { now } from "../state/clock";
import { choose, chosenId, pane } from "../state/view";
import { FRAME, HOLDS } from "../words";

const SHOWN_MS = 8000;
/** Of many that ended alike, so many are named. */
const MOST_NAMED = 4;
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
      {bundles(elsewhere).map((cases) => (
        <div key={cases[0]?.id} class="deed-held">
          {cases.length === 1 && <b>#{cases[0]?.number}</b>}
          <HeldDeed cases={cases} />
        </div>
      ))}
      {alike(news).map((ended) => (
        <News key={`${ended[0]?.incident.id} ${ended[0]?.at}`} ended={ended} />
      ))}
    </div>
  );
}

function News({ ended }: { ended: readonly Settled[] }): JSX.Element | null {
  const [first] = ended;
  if (!first) return null;
  const { action, outcome, why } = first;
  return (
    <div class={outcome === "not_done" ? "deed-news not" : "deed-news"}>
      <p class="of">
        {ended.slice(0, MOST_NAMED).map(({ incident }) => (
          <button key={incident.id} type="button" class="plain" onClick={() => choose(incident.id)}>
            #{incident.number} {plateOf(incident)}
          </button>
        ))}
        {ended.length > MOST_NAMED && ` + ${ended.length - MOST_NAMED}`}
      </p>
      <p>
        {say(DEEDS[action])} · <b>{say(WORDS[outcome])}</b>
        {ended.length > 1 && ` · ${say(HOLDS.cases, ended.length)}`}
        {why && (
          <>
            {" · "}
            <Told sentence={why} />
          </>
        )}
      </p>
      <button type="button" class="plain" aria-label={say(FRAME.close)} onClick={() => dismiss(ended)}>
        ✕
      </button>
    </div>
  );
}
