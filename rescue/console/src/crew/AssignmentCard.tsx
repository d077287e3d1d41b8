// One case to be gone to: where and by when, how to get in, whom to call, and the one thing to press next.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { instant, span, timeOfDay } from "../shared/time";
import { say, sayName } from "../shared/words/language";
import { ASSIGNMENTS, KINDS, NEEDS } from "../shared/words/names";
import type { Said } from "./answers";
import { GettingIn } from "./GettingIn";
import { Reasons } from "./Reasons";
import { ReleaseForm } from "./ReleaseForm";
import { answer, now, type Shown, type Standing } from "./state";
import { Ways } from "./Ways";
import { DECLINING, NOT_REACHING, WORDS } from "./words";

/** What may be said next: the usual thing first, what ends it last. */
const NEXT: Partial<Record<Standing, readonly Said[]>> = {
  offered: ["accept", "decline"],
  accepted: ["en_route", "cannot_reach"],
  en_route: ["on_scene", "cannot_reach"],
  on_scene: ["released", "cannot_reach"],
};

export function AssignmentCard({ shown }: { shown: Shown }): JSX.Element {
  const [asked, setAsked] = useState<Said | null>(null);
  const { incident, assignment } = shown.item;
  const done = () => setAsked(null);
  return (
    <article class={`assignment ${shown.status}`} data-assignment={assignment.id} data-status={shown.status}>
      <Head shown={shown} />
      <GettingIn lift={incident.lift} />
      <Ways lift={incident.lift} />
      {asked === "released" && <ReleaseForm shown={shown} onDone={done} />}
      {asked === "decline" && <Reasons shown={shown} said="decline" choices={DECLINING} onDone={done} />}
      {asked === "cannot_reach" && <Reasons shown={shown} said="cannot_reach" choices={NOT_REACHING} onDone={done} />}
      {asked === null && <Buttons shown={shown} onAsk={setAsked} />}
    </article>
  );
}

function Buttons({ shown, onAsk }: { shown: Shown; onAsk: (said: Said) => void }): JSX.Element {
  const press = (said: Said) =>
    said === "decline" || said === "cannot_reach" || said === "released" ? onAsk(said) : void answer(shown, said);
  const [first, ...others] = NEXT[shown.status] ?? [];
  return (
    <div class="answers">
      {first && (
        <button type="button" class="main" name={first} onClick={() => press(first)}>
          {say(WORDS[first])}
        </button>
      )}
      {others.map((said) => (
        <button key={said} type="button" class="second" name={said} onClick={() => press(said)}>
          {say(WORDS[said])}
        </button>
      ))}
    </div>
  );
}

function Head({ shown }: { shown: Shown }): JSX.Element {
  const { incident, assignment } = shown.item;
  const lift = incident.lift;
  const place = [lift?.address, lift?.building, lift?.entrance].filter(Boolean).join(" ");
  return (
    <>
      <p class="kind">
        <strong>{shown.status === "offered" ? say(WORDS.asked) : standing(shown)}</strong>
        <span>
          {incident.number} · {sayName(KINDS, incident.kind)}
        </span>
      </p>
      <h2>{place || lift?.lift_id}</h2>
      <p class="people">{people(shown)}</p>
      <p class="by">
        {shown.status === "offered" ? answerBy(assignment.accept_by) : arriveBy(incident.clock.arrive_by)}
        {lift?.rescue_code && <span>{`${say(WORDS.code)} ${lift.rescue_code}`}</span>}
      </p>
    </>
  );
}

function standing({ status, isPending }: Shown): string {
  const word = sayName(ASSIGNMENTS, status);
  return isPending ? say(WORDS.pending, word) : word;
}

function people({ item: { incident } }: Shown): string {
  const count = incident.people === null ? say(WORDS.people_unknown) : say(WORDS.people, incident.people);
  const hurt = incident.injured > 0 ? [say(WORDS.injured, incident.injured)] : [];
  return [count, ...hurt, ...incident.vulnerable.map((need) => sayName(NEEDS, need))].join(" · ");
}

function answerBy(by: string): JSX.Element {
  const left_s = (instant(by) - now.value) / 1000;
  return <strong class="pressing">{left_s > 0 ? say(WORDS.answer_by, span(left_s)) : say(WORDS.overdue)}</strong>;
}

function arriveBy(by: string | null): JSX.Element | null {
  return by === null ? null : <strong>{say(WORDS.arrive_by, timeOfDay(by).slice(0, 5))}</strong>;
}
