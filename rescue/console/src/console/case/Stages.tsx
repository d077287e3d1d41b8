// How far the case has come, and when each stage was reached.

import type { JSX } from "preact";
import type { Entry, Incident } from "../../shared/api/types";
import { timeOfDay } from "../../shared/time";
import { say, type Word } from "../../shared/words/language";
import { STATUSES_WITHOUT_PEOPLE } from "../../shared/words/names";
import { isEntrapment } from "../queue/priority";

type Stage = "opened" | "dispatched" | "accepted" | "en_route" | "on_scene" | "released" | "called_back" | "closed";

const WORDS: Readonly<Record<Stage, Word>> = {
  opened: ["报警", "Opened"],
  dispatched: ["派单", "Dispatched"],
  accepted: ["接单", "Accepted"],
  en_route: ["出发", "En route"],
  on_scene: ["到场", "On scene"],
  released: ["解救", "Released"],
  called_back: ["回访", "Called back"],
  closed: ["结案", "Closed"],
};

type At = (incident: Incident, entries: readonly Entry[]) => string | null | undefined;

const AT: Readonly<Record<Stage, At>> = {
  opened: ({ opened_at }) => opened_at,
  dispatched: ({ assignment }, entries) => assignment?.offered_at ?? last(entries, "offered"),
  accepted: ({ assignment, dispatched_at }) => assignment?.accepted_at ?? dispatched_at,
  en_route: ({ assignment }, entries) => assignment?.en_route_at ?? last(entries, "en_route"),
  on_scene: ({ arrived_at }) => arrived_at,
  released: ({ released_at }) => released_at,
  called_back: ({ called_back_at }) => called_back_at,
  closed: ({ closed_at }) => closed_at,
};

/** When something last happened: an assignment that is over is no longer the case's own, its history is. */
function last(entries: readonly Entry[], what: string): string | undefined {
  return entries.findLast((entry) => entry.what === what)?.at;
}

export function Stages({ incident, entries }: { incident: Incident; entries: readonly Entry[] }): JSX.Element {
  const stages = (Object.keys(WORDS) as Stage[])
    .map((name) => ({ name, at: AT[name](incident, entries) }))
    // Where nobody is inside, only the ends are sure to come.
    .filter(({ name, at }) => isEntrapment(incident) || at || name === "opened" || name === "closed");
  const reached = stages.findLastIndex(({ at }) => at);
  return (
    <ol class="stages">
      {stages.map(({ name, at }, index) => (
        <li
          key={name}
          class={index <= reached ? "done" : "ahead"}
          aria-current={index === reached ? "step" : undefined}
        >
          <span>
            {say(name === "released" && !isEntrapment(incident) ? STATUSES_WITHOUT_PEOPLE.released : WORDS[name])}
          </span>
          <time>{at ? timeOfDay(at) : "—"}</time>
        </li>
      ))}
    </ol>
  );
}
