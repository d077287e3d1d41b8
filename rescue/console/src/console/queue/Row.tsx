// One case as a row: priority, code, address, people, level, owner, age, and the time to the next deadline.

import type { JSX } from "preact";
import type { Incident } from "../../shared/api/types";
import { duesOf, pressureOf } from "../../shared/deadline";
import { span } from "../../shared/time";
import { say, type Word } from "../../shared/words/language";
import { DEADLINES } from "../../shared/words/names";
import { crewOf, levelOf, needsOf, peopleOf, placeOf, plateOf, statusOf, whatOf } from "../case/wording";
import { incidents } from "../state/centre";
import { now } from "../state/clock";
import { who } from "../state/session";
import { choose, chosenId } from "../state/view";
import { QUEUE } from "../words";
import { isSettled } from "./keep_order";
import {
  isEntrapment,
  isInside,
  isOver,
  isUnhandled,
  type Priority,
  priorityOf,
  since,
  waitsForCall,
} from "./priority";

export const PRIORITIES: Readonly<Record<Priority, { glyph: string; word: Word }>> = {
  1: { glyph: "◆", word: QUEUE.p1 },
  2: { glyph: "▲", word: QUEUE.p2 },
  3: { glyph: "●", word: QUEUE.p3 },
  4: { glyph: "○", word: QUEUE.p4 },
};

export function Row({ incident, isGone = false }: { incident: Incident; isGone?: boolean }): JSX.Element {
  const priority = priorityOf(incident);
  const open = () => {
    if (isSettled()) choose(incident.id);
  };
  const state = isGone ? "gone" : isUnhandled(incident) ? "unhandled" : "handled";
  return (
    <button
      type="button"
      class={`row p${priority} ${state}`}
      data-case={incident.id}
      aria-current={chosenId.value === incident.id}
      onClick={open}
    >
      <Mark priority={priority} isUnhandled={state === "unhandled"} />
      <span class="line">
        <span class="plate">{plateOf(incident) || `#${incident.number}`}</span>
        <span class="place">{placeOf(incident)}</span>
        {isGone ? <b class="due">{say(QUEUE.over)}</b> : <Due incident={incident} />}
      </span>
      <span class="line">
        <span class="what">
          <b>{crewOf(incident) || statusOf(incident)}</b> · {whatOf(incident)}
          {incident.parent_id && ` · ${say(QUEUE.part_of, numberOfParent(incident.parent_id))}`}
        </span>
        {isEntrapment(incident) && isInside(incident) && <Inside incident={incident} />}
        <Owner incident={incident} />
        {isInside(incident) && <Age incident={incident} />}
      </span>
    </button>
  );
}

/** A shape and a word, and a colour for as long as nobody has the case in hand. */
export function Mark({ priority, isUnhandled }: { priority: Priority; isUnhandled: boolean }): JSX.Element {
  const { glyph, word } = PRIORITIES[priority];
  return (
    <span class={`mark p${priority} ${isUnhandled ? "unhandled" : ""}`}>
      <span class="glyph" aria-hidden="true">
        {glyph}
      </span>
      <span class="word">{say(word)}</span>
    </span>
  );
}

/** Who is inside, and which level is asked. */
function Inside({ incident }: { incident: Incident }): JSX.Element {
  const needs = needsOf(incident);
  return (
    <>
      <span class="people">
        {peopleOf(incident)}
        {needs.length > 0 && <b> · {needs.join(" · ")}</b>}
      </span>
      <b class={waitsForCall(incident) ? "call" : ""}>{levelOf(incident)}</b>
    </>
  );
}

function Owner({ incident: { claimed_by } }: { incident: Incident }): JSX.Element {
  if (claimed_by === null) return <span class="owner none">{say(QUEUE.nobody)}</span>;
  const isYou = claimed_by === who.value?.name;
  return <span class="owner">{isYou ? `${claimed_by} (${say(QUEUE.you)})` : claimed_by}</span>;
}

function Age({ incident }: { incident: Incident }): JSX.Element {
  return <span class="age">{span((now.value - since(incident)) / 1000)}</span>;
}

/** The next deadline, and how long until then or since. */
export function Due({ incident }: { incident: Incident }): JSX.Element | null {
  const [due] = duesOf(incident);
  if (due === undefined || isOver(incident)) return null;
  return (
    <span class={`due ${pressureOf(due, now.value)}`}>
      {say(DEADLINES[due.name])} <Countdown by={due.by} />
    </span>
  );
}

export function Countdown({ by }: { by: number }): JSX.Element {
  const left_s = (by - now.value) / 1000;
  return <b>{left_s >= 0 ? span(left_s) : say(QUEUE.late, span(-left_s))}</b>;
}

function numberOfParent(id: string): number | string {
  return incidents.value.get(id)?.number ?? "…";
}
