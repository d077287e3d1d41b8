// What must happen next, by when, and how much of its time is gone: counted by the service's clock, never by the PC's.

import type { components } from "../generated/api";
import type { Incident } from "./api/types";
import { instant } from "./time";

export type Deadline = components["schemas"]["Deadline"];
export type Pressure = "calm" | "amber" | "breached";

export interface Due {
  readonly name: Deadline;
  readonly by: number;
  /** When its time began, as far as the case tells. */
  readonly from: number;
}

const AMBER_FROM = 0.7;

/** Everything that is due, the next first. */
export function duesOf(incident: Incident): Due[] {
  return Object.entries(incident.deadlines)
    .map(([name, by]) => ({ name: name as Deadline, by: instant(by) }))
    .map((due) => ({ ...due, from: startOf(due.name, due.by, incident) }))
    .sort((one, other) => one.by - other.by);
}

/** How pressing it is. */
export function pressureOf(due: Due, now: number): Pressure {
  if (!isLimit(due.name)) return "calm";
  if (now >= due.by) return "breached";
  return now - due.from >= AMBER_FROM * (due.by - due.from) ? "amber" : "calm";
}

/** Whether somebody is late when it passes: a deed that waits to be done is done then, as it was asked. */
export function isLimit(name: Deadline): boolean {
  return name !== "carry_out_by";
}

/** A deadline's time begins with the last thing that happened before it of those it is counted from. */
function startOf(name: Deadline, by: number, incident: Incident): number {
  const told = STARTS[name](incident).filter((at) => at != null);
  const before = told.map(instant).filter((at) => at < by);
  return before.length > 0 ? Math.max(...before) : instant(incident.opened_at);
}

type Start = (incident: Incident) => (string | null | undefined)[];

const opened: Start = (incident) => [incident.opened_at];
const accepted: Start = ({ assignment }) => [assignment?.accepted_at, assignment?.offered_at];

const STARTS: Readonly<Record<Deadline, Start>> = {
  verify_by: opened,
  ask_by: ({ assignment, opened_at }) => [opened_at, assignment?.ended_at],
  accept_by: ({ assignment }) => [assignment?.offered_at],
  engage_by: opened,
  set_out_by: accepted,
  expected_by: accepted,
  relieve_by: accepted,
  hand_over_by: ({ handover }) => [handover?.asked_at],
  stay_by: ({ clock }) => [clock.trapped_since],
  comfort_by: ({ comforted_at, opened_at, assignment }) => [comforted_at, opened_at, assignment?.accepted_at],
  call_back_by: ({ released_at }) => [released_at],
  close_by: ({ released_at, called_back_at }) => [released_at, called_back_at],
  attend_by: ({ shelved, opened_at }) => [shelved?.at, opened_at],
  carry_out_by: ({ held }) => [held?.at],
};
