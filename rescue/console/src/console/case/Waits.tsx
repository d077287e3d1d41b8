// What waits in this case because somebody said so: a deed, its level, the case itself, or a successor.

import type { JSX } from "preact";
import type { Incident } from "../../shared/api/types";
import { when } from "../../shared/time";
import { say } from "../../shared/words/language";
import { canCommand, incidents } from "../state/centre";
import { now } from "../state/clock";
import { mayAct } from "../state/session";
import { ACTS, HOLDS } from "../words";
import { undertake } from "./deeds";
import { HeldDeed } from "./HeldDeed";

export function Waits({ incident }: { incident: Incident }): JSX.Element | null {
  const { escalation_held, shelved, left } = incident;
  // What is over waits for nothing, though how it ended is still being asked.
  const held = incidents.value.has(incident.id) && incident.held;
  if (!held && !escalation_held && !shelved && !left) return null;
  return (
    <section class="waits" aria-label={say(HOLDS.title)}>
      {held && (
        <div class="deed-held">
          <HeldDeed cases={[incident]} />
        </div>
      )}
      {escalation_held && (
        <p>
          <b>{say(HOLDS.level_until, when(escalation_held.until, now.value))}</b> · {escalation_held.by} ·{" "}
          {escalation_held.reason}
        </p>
      )}
      {shelved && <Shelved incident={incident} />}
      {left && <Left incident={incident} />}
    </section>
  );
}

function Shelved({ incident }: { incident: Incident }): JSX.Element | null {
  const { shelved } = incident;
  if (shelved === null) return null;
  return (
    <p>
      <b>{say(HOLDS.back_at, when(shelved.until, now.value))}</b> · {shelved.by} · {shelved.reason}{" "}
      {mayAct.value && (
        <button type="button" disabled={!canCommand.value} onClick={() => undertake("unshelve", incident)}>
          {say(ACTS.unshelve)}
        </button>
      )}
    </p>
  );
}

/** Whoever claims it takes it over. */
function Left({ incident: { left } }: { incident: Incident }): JSX.Element | null {
  if (left === null) return null;
  return (
    <p>
      <b>{say(HOLDS.left_by, left.by, when(left.at, now.value))}</b>
      {left.note && ` · ${left.note}`}
    </p>
  );
}
