// What is to be heard. Pure.

import type { Incident } from "../../shared/api/types";
import { duesOf } from "../../shared/deadline";
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

/** The deadlines that have passed after `from` and until `to`, of cases with people or nobody's. */
export function breachesBetween(cases: Iterable<Incident>, from: number, to: number): number {
  let passed = 0;
  for (const incident of cases) {
    if (priorityOf(incident) < 4) passed += duesOf(incident).filter(({ by }) => by > from && by <= to).length;
  }
  return passed;
}
