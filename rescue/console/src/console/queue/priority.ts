// How pressing a case is, and which comes first. Pure.
//
// Priority 1 is people who are inside; 2 is people who may be, and what takes many lifts; 3 is work to do on a lift; 4 is
// what can wait. A case is handled once an operator has taken it; what is handled is grey.

import type { Incident, Kind, Status } from "../../shared/api/types";
import { instant } from "../../shared/time";

export type Priority = 1 | 2 | 3 | 4;

/** The kinds, the gravest first: a test holds it against the desk's own order. */
export const RANKED_KINDS: readonly Kind[] = [
  "entrapment",
  "power_outage",
  "fault",
  "link_lost",
  "test_overdue",
  "enquiry",
];

const GRAVE: ReadonlySet<string> = new Set(["medical", "water", "fire", "child_alone"]);
const ON_THE_WAY: ReadonlySet<string> = new Set(["accepted", "en_route", "on_scene", "released"]);
const INSIDE: ReadonlySet<Status> = new Set<Status>(["open", "dispatched", "en_route", "on_scene"]);
const OVER: ReadonlySet<Status> = new Set<Status>(["closed", "stood_down", "false_alarm"]);

export const isEntrapment = ({ kind }: Incident) => kind === "entrapment";
export const isOver = ({ status }: Incident) => OVER.has(status);
/** People are inside, or on other cases the work is not done. */
export const isInside = ({ status }: Incident) => INSIDE.has(status);
export const hasCrew = ({ assignment }: Incident) => assignment !== null && ON_THE_WAY.has(assignment.status);
export const waitsForCall = ({ handover }: Incident) => handover?.waits === true;
export const isGrave = ({ injured, vulnerable }: Incident) => injured > 0 || vulnerable.some((need) => GRAVE.has(need));
/** Since when it lasts: the stay in the car, otherwise the case. */
export const since = ({ clock, opened_at }: Incident) => instant(clock.trapped_since ?? opened_at);

export function priorityOf(incident: Incident): Priority {
  if (incident.status === "released") return 3;
  if (isEntrapment(incident)) return incident.evidence.confidence === "possible" && !isGrave(incident) ? 2 : 1;
  if (incident.kind === "power_outage" || incident.lift === null) return 2;
  return incident.kind === "fault" ? 3 : 4;
}

/** Put aside for a while: nobody need look at it. */
export const isShelved = ({ shelved }: Incident) => shelved !== null;

/** Nobody has taken it yet, and somebody should. */
export function isUnhandled(incident: Incident): boolean {
  return incident.claimed_by === null && !isOver(incident) && !isShelved(incident);
}

/** Whether it stays in sight whatever is scrolled. */
export function isPinned(incident: Incident): boolean {
  return priorityOf(incident) === 1 && isUnhandled(incident);
}

/** The most urgent first. */
export function byUrgency(one: Incident, other: Incident): number {
  const [ours, theirs] = [urgency(one), urgency(other)];
  const at = ours.findIndex((part, index) => part !== theirs[index]);
  return at < 0 ? 0 : (ours[at] ?? 0) - (theirs[at] ?? 0);
}

function urgency(incident: Incident): readonly number[] {
  return [
    isPinned(incident) ? 0 : 1,
    priorityOf(incident),
    RANKED_KINDS.indexOf(incident.kind),
    incident.lift === null ? 0 : 1,
    waitsForCall(incident) ? 0 : 1,
    isGrave(incident) ? 0 : 1,
    hasCrew(incident) ? 1 : 0,
    since(incident),
    incident.number,
  ];
}
