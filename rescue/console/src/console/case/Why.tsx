// Why we think so, and what is wrong with the lift.

import type { JSX } from "preact";
import type { Incident } from "../../shared/api/types";
import { timeOfDay } from "../../shared/time";
import { say, sayName } from "../../shared/words/language";
import { CONDITIONS } from "../../shared/words/names";
import { Told } from "../../shared/words/said/Told";
import { CASE } from "../words";

export function Why({ incident }: { incident: Incident }): JSX.Element {
  const conditions = Object.entries(incident.conditions);
  return (
    <>
      {conditions.length > 0 && (
        <section class="conditions">
          <h3>{say(CASE.conditions)}</h3>
          <ul>
            {conditions.map(([name, at]) => (
              <li key={name}>
                {sayName(CONDITIONS, name)} <time>{timeOfDay(at)}</time>
              </li>
            ))}
          </ul>
        </section>
      )}
      {incident.evidence.reasons.length > 0 && (
        <section class="evidence">
          <h3>{say(CASE.evidence)}</h3>
          <ul>
            {incident.evidence.reasons.map((reason) => (
              <li key={reason}>
                <Told sentence={reason} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
