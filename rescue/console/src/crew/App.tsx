// The crew's page from top to bottom: who we are, what was refused, what is to be done now, what is done.

import type { JSX } from "preact";
import { say } from "../shared/words/language";
import { AssignmentCard } from "./AssignmentCard";
import { EndedCard, RefusedCard } from "./EndedCard";
import { Header } from "./Header";
import { SignIn } from "./SignIn";
import { isSignedOut, refused, type Shown, shown, signOut, work } from "./state";
import { WORDS } from "./words";

const TO_DO = new Set(["offered", "accepted", "en_route", "on_scene"]);

export function App(): JSX.Element {
  if (isSignedOut.value) return <SignIn />;
  const toDo = shown.value.filter(isToDo);
  const rest = shown.value.filter((one) => !isToDo(one));
  return (
    <>
      <Header />
      <main>
        {refused.value.map((one) => (
          <RefusedCard key={one.answer.key} refused={one} />
        ))}
        {toDo.map((one) => (
          <AssignmentCard key={one.item.assignment.id} shown={one} />
        ))}
        {toDo.length === 0 && work.value && <Nothing isOnDuty={work.value.crew.on_duty} />}
        {rest.map((one) => (
          <EndedCard key={one.item.assignment.id} shown={one} />
        ))}
        <button type="button" class="plain sign-out" onClick={signOut}>
          {say(WORDS.sign_out)}
        </button>
      </main>
    </>
  );
}

function isToDo({ status }: Shown): boolean {
  return TO_DO.has(status);
}

function Nothing({ isOnDuty }: { isOnDuty: boolean }): JSX.Element {
  return (
    <section class="nothing">
      <h2>{say(WORDS.nothing)}</h2>
      <p>{say(isOnDuty ? WORDS.nothing_on : WORDS.nothing_off)}</p>
    </section>
  );
}
