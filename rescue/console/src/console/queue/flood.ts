// When so much comes at once that single rows no longer help, and what belongs together then. Pure.

import type { Incident, Operator, Role } from "../../shared/api/types";
import { instant } from "../../shared/time";
import { byUrgency, isEntrapment, isInside, isUnhandled, type Priority, priorityOf } from "./priority";

const MORE_THAN = 10;
const WITHIN_MS = 10 * 60_000;
const HANDLES: ReadonlySet<Role> = new Set<Role>(["operator", "supervisor", "admin"]);

export type Grouping = "building" | "district" | "outage";
export const GROUPINGS: readonly Grouping[] = ["building", "district", "outage"];

export interface Group {
  readonly key: string;
  readonly grouping: Grouping;
  /** The most urgent first. */
  readonly cases: readonly Incident[];
  readonly worst: Priority;
  readonly unhandled: number;
  /** Cases in which people are or may be inside. */
  readonly inside: number;
  /** The case to go to first: of a building's lifts, one with people in it. */
  readonly first: Incident;
}

/** More new cases than the people at work can take one by one. */
export function isFlood(cases: Iterable<Incident>, operators: readonly Operator[], now: number): boolean {
  const atWork = Math.max(1, operators.filter(({ role }) => HANDLES.has(role)).length);
  let fresh = 0;
  for (const { opened_at } of cases) if (now - instant(opened_at) <= WITHIN_MS) fresh += 1;
  return fresh > MORE_THAN * atWork;
}

/** The cases by what they share, the gravest group first; "" is for those that share nothing of the kind. */
export function groupsOf(cases: Iterable<Incident>, grouping: Grouping): Group[] {
  const byKey = new Map<string, Incident[]>();
  for (const incident of cases) {
    const key = keyOf(incident, grouping);
    byKey.set(key, [...(byKey.get(key) ?? []), incident]);
  }
  return [...byKey].map(([key, members]) => group(key, grouping, members)).sort(byGravity);
}

function keyOf(incident: Incident, grouping: Grouping): string {
  switch (grouping) {
    case "building":
      return incident.lift === null ? incident.building : `${incident.lift.address} ${incident.lift.building}`.trim();
    case "district":
      return incident.area;
    case "outage":
      return incident.parent_id ?? (incident.lift === null ? incident.id : "");
  }
}

function group(key: string, grouping: Grouping, members: readonly Incident[]): Group {
  const cases = [...members].sort(byUrgency);
  const [first] = cases as [Incident, ...Incident[]];
  return {
    key,
    grouping,
    cases,
    first,
    worst: Math.min(...cases.map(priorityOf)) as Priority,
    unhandled: cases.filter(isUnhandled).length,
    inside: cases.filter((one) => isEntrapment(one) && isInside(one)).length,
  };
}

function byGravity(one: Group, other: Group): number {
  const [a, b] = [one.unhandled > 0 ? 0 : 1, other.unhandled > 0 ? 0 : 1];
  return a - b || one.worst - other.worst || other.inside - one.inside || byUrgency(one.first, other.first);
}
