// The end of one shift and the beginning of the next, case by case; how much each has in hand; where false alarms come from.

import { useSignal } from "@preact/signals";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useEffect } from "preact/hooks";
import type { Incident } from "../../shared/api/types";
import { timeOfDay, when } from "../../shared/time";
import { say } from "../../shared/words/language";
import { perform, refused, working } from "../case/acting";
import { titleOf } from "../case/wording";
import { startShift } from "../sound/SoundSwitch";
import { canCommand, operators } from "../state/centre";
import { now } from "../state/clock";
import { mayAct, who } from "../state/session";
import { choose } from "../state/view";
import { ACTS, SHIFT } from "../words";
import { FalseAlarms } from "./FalseAlarms";
import { end, leftCases, look, myCases, onShiftSince, refusedShift, shifts } from "./shift";

export default function ShiftPane(): JSX.Element {
  return (
    <section class="shift scroll" aria-labelledby="shift-title">
      <h2 id="shift-title">{say(SHIFT.title)}</h2>
      <p class="refusal" role="status">
        {refusedShift.value || refused.value?.said}
      </p>
      {mayAct.value && <Mine />}
      <Waiting />
      <Load />
      <FalseAlarms />
    </section>
  );
}

/** My cases, each with a word for whoever comes next. */
function Mine(): JSX.Element {
  const notes = useSignal<Readonly<Record<string, string>>>({});
  const since = onShiftSince.value;
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void end(notes.value);
  };
  return (
    <form class="mine" onSubmit={onSubmit}>
      <p class="buttons">
        <b>{since === null ? say(SHIFT.not_on) : say(SHIFT.on_since, when(since, now.value))}</b>
        {since === null && <Start />}
      </p>
      <h3>{say(SHIFT.mine)}</h3>
      <ul>
        {myCases.value.map((incident) => (
          <li key={incident.id}>
            <CaseLink incident={incident} />
            <input
              name="note"
              aria-label={say(SHIFT.note, incident.number)}
              placeholder={say(SHIFT.note, incident.number)}
              maxLength={500}
              autocomplete="off"
              value={notes.value[incident.id] ?? ""}
              onInput={(event) => (notes.value = { ...notes.value, [incident.id]: event.currentTarget.value })}
            />
          </li>
        ))}
      </ul>
      {myCases.value.length === 0 && <p class="hint">{say(SHIFT.mine_none)}</p>}
      {since !== null && (
        <button type="submit" class="primary" disabled={!canCommand.value}>
          {say(SHIFT.end, myCases.value.length)}
        </button>
      )}
    </form>
  );
}

function Start(): JSX.Element {
  return (
    <button type="button" class="primary" disabled={!canCommand.value} onClick={startShift}>
      {say(SHIFT.start)}
    </button>
  );
}

/** What others left: whoever takes a case over handles it from then on. */
function Waiting(): JSX.Element {
  return (
    <section class="waiting" aria-labelledby="waiting-title">
      <h3 id="waiting-title">{say(SHIFT.waiting)}</h3>
      <ul>
        {leftCases.value.map((incident) => (
          <li key={incident.id}>
            <CaseLink incident={incident} />
            <Note incident={incident} />
            {mayAct.value && (
              <button
                type="button"
                class="primary"
                disabled={!canCommand.value || working.value === "claim"}
                onClick={() => perform(incident, "claim", {})}
              >
                {say(ACTS.take_over)}
              </button>
            )}
          </li>
        ))}
      </ul>
      {leftCases.value.length === 0 && <p class="hint">{say(SHIFT.waiting_none)}</p>}
    </section>
  );
}

function Note({ incident: { left } }: { incident: Incident }): JSX.Element | null {
  return (
    left && (
      <span class="note">
        {say(SHIFT.left_by, left.by, timeOfDay(left.at))}
        {left.note && <b> · {left.note}</b>}
      </span>
    )
  );
}

function CaseLink({ incident }: { incident: Incident }): JSX.Element {
  return (
    <button type="button" class="plain" onClick={() => choose(incident.id)}>
      {titleOf(incident)}
    </button>
  );
}

/** Who is on shift, and how much each has in hand. */
function Load(): JSX.Element {
  useEffect(() => void look(), [operators.value, myCases.value.length, leftCases.value.length]);
  return (
    <section>
      <h3 id="load-title">{say(SHIFT.load)}</h3>
      <table aria-labelledby="load-title">
        <thead>
          <tr>
            {[SHIFT.operator, SHIFT.since, SHIFT.open_claims, SHIFT.handled].map((word) => (
              <th key={word[1]} scope="col">
                {say(word)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shifts.value.map(({ id, operator, started_at, open_claims, handled }) => (
            <tr key={id} class={operator === who.value?.name ? "you" : ""}>
              <th scope="row">{operator}</th>
              <td>{when(started_at, now.value)}</td>
              <td>{open_claims}</td>
              <td>{handled}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
