// How a case is put in a few words: in a row, in a title, on the map. Pure but for the language.

import type { Incident } from "../../shared/api/types";
import { say, sayName, type Word } from "../../shared/words/language";
import {
  ASSIGNMENTS,
  CONDITIONS,
  CONFIDENCES,
  KINDS,
  NEEDS,
  STATUSES,
  STATUSES_WITHOUT_PEOPLE,
} from "../../shared/words/names";
import { isEntrapment, isInside, waitsForCall } from "../queue/priority";
import { CASE, QUEUE } from "../words";

const SAID_BY_KIND: Readonly<Record<string, string>> = {
  power_outage: "mains_lost",
  link_lost: "link_lost",
  test_overdue: "test_overdue",
};

export function statusOf(incident: Incident): string {
  const { status } = incident;
  if (!isEntrapment(incident) && (status === "open" || status === "released"))
    return say(STATUSES_WITHOUT_PEOPLE[status]);
  return say(STATUSES[status]);
}

/** What the case is about. */
export function whatOf(incident: Incident): string {
  const { kind, evidence, conditions, fault, lift, affected } = incident;
  if (isEntrapment(incident)) {
    return [say(KINDS.entrapment), evidence.confidence && say(CONFIDENCES[evidence.confidence])]
      .filter(Boolean)
      .join(" · ");
  }
  const known = Object.keys(conditions).filter((name) => name !== SAID_BY_KIND[kind]);
  const faults = known.length > 0 || kind !== "fault" || fault === null ? known : [fault];
  const many = lift ? [] : [say(QUEUE.lifts_affected, affected)];
  return [say(KINDS[kind]), ...faults.map((name) => sayName(CONDITIONS, name)), ...many].join(" · ");
}

/** The rescue code, or what the lift is called where there is none. */
export function plateOf({ lift }: Incident): string {
  return lift ? (lift.rescue_code ?? lift.lift_id) : "";
}

export function placeOf({ lift, area, building }: Incident): string {
  if (!lift) return [say(QUEUE.area_of, area), building].filter(Boolean).join(" ");
  return [lift.address, lift.building, lift.entrance].filter(Boolean).join(" ") || lift.lift_id;
}

export function peopleOf({ people }: Incident): string {
  return people === null ? say(QUEUE.people_unknown) : say(QUEUE.people, people);
}

/** Who is hurt or in need, each in a word. */
export function needsOf({ injured, vulnerable }: Incident): string[] {
  const needs = vulnerable.map((need) => sayName(NEEDS, need));
  return injured > 0 ? [say(QUEUE.injured, injured), ...needs] : needs;
}

export function crewOf(incident: Incident): string {
  const { assignment, relief_id } = incident;
  if (!assignment) return isEntrapment(incident) && isInside(incident) ? say(QUEUE.nobody_asked) : "";
  const is = `${assignment.crew_id} ${say(ASSIGNMENTS[assignment.status])}`;
  return relief_id ? `${is} · ${say(QUEUE.relief)}` : is;
}

const LEVELS: readonly Word[] = [
  ["一级", "L1"],
  ["二级", "L2"],
  ["三级", "L3"],
];

/** The name of a level, 1 to 3. */
export function levelName(level: number): string {
  return say(LEVELS[level - 1] ?? ["{}级", "L{}"], level);
}

export function levelOf(incident: Incident): string {
  const level = levelName(incident.level);
  return waitsForCall(incident) ? `${level} ☎ ${incident.handover?.call}` : level;
}

/** The heading of the case. */
export function titleOf(incident: Incident): string {
  return [`#${incident.number}`, whatOf(incident), plateOf(incident)].filter(Boolean).join(" · ");
}

/** The number of a case by its id, as far as it is open. */
export function numberOf(id: string, cases: ReadonlyMap<string, Incident>): string {
  const known = cases.get(id);
  return known ? `#${known.number}` : say(CASE.a_case);
}
