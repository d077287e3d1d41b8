// What is done or is ours no longer, and answers that came too late: each says why.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { timeOfDay } from "../shared/time";
import { say, sayName } from "../shared/words/language";
import { ASSIGNMENTS } from "../shared/words/names";
import { Told } from "../shared/words/said/Told";
import type { RefusedAnswer } from "./answers";
import { CauseChoice } from "./CauseChoice";
import { answer, type Shown, understood } from "./state";
import { ENDED, WORDS } from "./words";

export function EndedCard({ shown }: { shown: Shown }): JSX.Element {
  const { incident, assignment } = shown.item;
  const place = [incident.lift?.address, incident.lift?.building].filter(Boolean).join(" ");
  return (
    <article class="ended" data-assignment={assignment.id} data-status={shown.status}>
      <p class="kind">
        <strong>{word(shown)}</strong>
        <span>{incident.number}</span>
      </p>
      <p>{place || incident.lift?.lift_id}</p>
      {shown.status === "released" && !shown.isCauseFiled && <Filing shown={shown} />}
    </article>
  );
}

function word({ status, isPending }: Shown): string {
  const said = status in ENDED ? sayName(ENDED, status) : sayName(ASSIGNMENTS, status);
  return isPending ? say(WORDS.pending, said) : said;
}

function Filing({ shown }: { shown: Shown }): JSX.Element {
  const [cause, setCause] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    void answer(shown, "cause", { cause_code: cause });
  };
  return (
    <form class="asking" onSubmit={submit}>
      <p>{say(WORDS.cause_missing)}</p>
      <CauseChoice value={cause} onChange={setCause} />
      <button type="submit" class="second" disabled={cause === ""}>
        {say(WORDS.cause)}
      </button>
    </form>
  );
}

export function RefusedCard({ refused }: { refused: RefusedAnswer }): JSX.Element {
  const { answer: given, why } = refused;
  return (
    <section class="refused" role="alert">
      <h2>
        {given.label}: {say(WORDS.refused, say(WORDS[given.said]))}
      </h2>
      <p>{say(WORDS.pressed_at, timeOfDay(given.at))}</p>
      <p>
        <Told sentence={why} />
      </p>
      <p>{say(WORDS.refused_hint)}</p>
      <button type="button" class="second" onClick={() => understood(refused)}>
        {say(WORDS.understood)}
      </button>
    </section>
  );
}
