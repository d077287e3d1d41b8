// What became of a deed that the service held for us: done, undone, or not done and why. Pure.

import type { Entry, Held, Incident } from "../../shared/api/types";

export type Outcome = "done" | "undone" | "not_done";

/** A deed that is held no longer. */
export interface Settled {
  readonly incident: Incident;
  readonly action: Held["action"];
  readonly outcome: Outcome;
  /** Why it was not done, or who undid it. */
  readonly why: string;
  readonly at: number;
}

/** What the lines say of the deed that was held in this case; lines of other cases say nothing of it. */
export function settledBy(incident: Incident, held: Held, entries: readonly Entry[], at: number): Settled {
  const ours = entries.filter((one) => one.incident_id === incident.id && one.data.action === held.action);
  const dropped = ours.find(({ what }) => what === "not_carried_out");
  const undone = ours.find(({ what }) => what === "undone");
  const is = { incident, action: held.action, at };
  if (dropped) return { ...is, outcome: "not_done", why: String(dropped.data.reason ?? "") };
  if (undone) return { ...is, outcome: "undone", why: undone.actor.name };
  return { ...is, outcome: "done", why: "" };
}

/** The last deed of this person that can still be undone, null for none. */
export function lastHeldBy(name: string, cases: Iterable<Incident>): Incident | null {
  let last: Incident | null = null;
  for (const one of cases) if (one.held?.by === name && (last?.held == null || one.held.at > last.held.at)) last = one;
  return last;
}
