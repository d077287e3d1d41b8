// Who was asked, what they answered, and what they say by phone.

import type { JSX } from "preact";
import type { Assignment, AssignmentStatus, CrewAnswer, Incident } from "../../shared/api/types";
import { span, timeOfDay } from "../../shared/time";
import { say, type Word } from "../../shared/words/language";
import { ASSIGNMENTS } from "../../shared/words/names";
import { Told } from "../../shared/words/said/Told";
import { companyName } from "../header/figures";
import { assignments, canCommand } from "../state/centre";
import { mayAct } from "../state/session";
import { CREWS } from "../words";
import { answer, working } from "./acting";

const MAY_SAY: Partial<Record<AssignmentStatus, readonly CrewAnswer[]>> = {
  offered: ["accept", "decline"],
  accepted: ["en_route", "on_scene", "cannot_reach"],
  en_route: ["on_scene", "cannot_reach"],
  on_scene: ["released", "cannot_reach"],
};
const WORDS: Readonly<Record<CrewAnswer, Word>> = {
  accept: CREWS.accept,
  decline: CREWS.decline,
  en_route: CREWS.en_route,
  on_scene: CREWS.on_scene,
  cannot_reach: CREWS.cannot_reach,
  released: CREWS.released,
};

export function CrewInHand({ incident }: { incident: Incident }): JSX.Element | null {
  const known = [...assignments.value.values()].filter((one) => one.incident_id === incident.id);
  const all = known.length > 0 ? known : incident.assignment ? [incident.assignment] : [];
  if (all.length === 0) return null;
  return (
    <section class="attempts">
      <h3>{say(CREWS.attempts)}</h3>
      <ol>
        {all
          .sort((one, other) => other.attempt - one.attempt)
          .map((one) => (
            <Attempt key={one.id} attempt={one} isCurrent={one.id === incident.assignment?.id} />
          ))}
      </ol>
    </section>
  );
}

function Attempt({ attempt, isCurrent }: { attempt: Assignment; isCurrent: boolean }): JSX.Element {
  const answers = mayAct.value ? (MAY_SAY[attempt.status] ?? []) : [];
  return (
    <li class={isCurrent ? "current" : ""}>
      <p>
        <b>{attempt.crew_id}</b> {companyName(attempt.company_id)} · <b>{say(ASSIGNMENTS[attempt.status])}</b> ·{" "}
        {timeOfDay(attempt.offered_at)}
        {attempt.eta_s !== null && ` · ${say(CREWS.eta, span(attempt.eta_s))}`}
      </p>
      <p class="because">
        <Told sentence={attempt.end_reason || attempt.reason} />
      </p>
      {answers.length > 0 && (
        <div class="buttons" role="group" aria-label={`${say(CREWS.answers)} ${attempt.crew_id}`}>
          <span class="hint">{say(CREWS.answers)}</span>
          {answers.map((one) => (
            <button
              key={one}
              type="button"
              disabled={!canCommand.value || working.value === one}
              onClick={() => answer(attempt, one)}
            >
              {say(WORDS[one])}
            </button>
          ))}
        </div>
      )}
    </li>
  );
}
