// What is to be heard. Pure.

import type { Incident } from "../../shared/api/types";
import { duesOf, isLimit } from "../../shared/deadline";
import { isUnhandled, priorityOf } from "../queue/priority";

export type Audible = 1 | 2 | 3;

/** The priority that is to be heard, null for silence. */
export function heardPriority(cases: Iterable<Incident>): Audible | null {
  let gravest: Audible | null = null;
  for (const incident of cases) {
    const priority = priorityOf(incident);
    if (priority < 4 && isUnhandled(incident) && (gravest === null || priority < gravest))
      gravest = priority as Audible;
  }
  return gravest;
}

type Cases = ReadonlyMap<string, Incident>;

/** The desk sees to a deadline the moment it passes, and sets the next: that news may be here before our clock is. */
const AHEAD_MS = 1000;

/** How many deadlines passed after `from` and until `to`, as the cases stood `before`; `after` is how they stand now. */
export function breachesBetween(before: Cases, after: Cases, from: number, to: number): number {
  let passed = 0;
  for (const incident of before.values()) {
    if (priorityOf(incident) === 4 || incident.shelved !== null) continue;
    const left = after.get(incident.id)?.deadlines ?? {};
    for (const { name, by } of duesOf(incident)) {
      const isReplaced = left[name] !== incident.deadlines[name];
      if (isLimit(name) && by > from && by <= (isReplaced ? to + AHEAD_MS : to)) passed += 1;
    }
  }
  return passed;
}
