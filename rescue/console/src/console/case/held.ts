// What became of a deed that the service held for us: done, undone, or not done and why. Pure.

import type { Entry, Held, Incident } from "../../shared/api/types";
import { instant } from "../../shared/time";

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
  const ours = entries.filter((one) => isOf(incident, held, one));
  const dropped = ours.find(({ what }) => what === "not_carried_out");
  const undone = ours.find(({ what }) => what === "undone");
  const is = { incident, action: held.action, at };
  if (dropped) return { ...is, outcome: "not_done", why: String(dropped.data.reason ?? "") };
  if (undone) return { ...is, outcome: "undone", why: undone.actor.name };
  return { ...is, outcome: "done", why: "" };
}

/** An earlier deed of the same case has lines of its own. */
function isOf({ id }: Incident, { action, at }: Held, line: Entry): boolean {
  return line.incident_id === id && line.data.action === action && instant(line.at) >= instant(at);
}

/** Cases in which the same was asked for the same reason: they are told, and undone, as one. */
export type Bundle = readonly Incident[];

export function bundles(waiting: readonly Incident[]): Bundle[] {
  return grouped(waiting, ({ held }) => [held?.action, held?.crew_id, held?.reason || held?.at]);
}

/** What was asked for last, empty for nothing. */
export function lastBundleOf(all: readonly Bundle[]): Bundle {
  const newest = (bundle: Bundle) => Math.max(...bundle.map(({ held }) => (held ? instant(held.at) : 0)));
  return all.toSorted((one, other) => newest(one) - newest(other)).at(-1) ?? [];
}

/** What became of deeds, those of one kind together. */
export function alike(news: readonly Settled[]): (readonly Settled[])[] {
  return grouped(news, ({ action, outcome, why }) => [action, outcome, why]);
}

function grouped<One>(all: readonly One[], by: (one: One) => readonly unknown[]): One[][] {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const key = JSON.stringify(by(one));
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}
