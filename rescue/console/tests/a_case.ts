// A case as the service would send it, with what a test is about said otherwise.

import type { Assignment, Incident, Operator } from "../src/shared/api/types";

export const NOON = Date.parse("2026-03-02T04:00:00Z");
export const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();

export function aCase(changes: Partial<Incident> = {}): Incident {
  return {
    id: "c1",
    number: 1,
    kind: "entrapment",
    status: "open",
    version: 1,
    level: 1,
    evidence: { confidence: "likely", reasons: [] },
    lift: null,
    area: "410105",
    building: "",
    source: "iot",
    opened_at: at(0),
    people: null,
    injured: 0,
    vulnerable: [],
    assignment: null,
    clock: { trapped_since: null, arrive_by: null, accident_at: null },
    parent_id: null,
    follows_id: null,
    merged_into_id: null,
    fault: null,
    conditions: {},
    affected: 0,
    recovered: 0,
    children: 0,
    relief_id: null,
    handover: null,
    expected: null,
    attempts: 0,
    alarms: [],
    signs: [],
    deadlines: {},
    caller: null,
    other_callers: [],
    claimed_by: null,
    comforted_at: null,
    dispatched_at: null,
    arrived_at: null,
    released_at: null,
    called_back_at: null,
    closed_at: null,
    people_released: null,
    release_method: null,
    cause_code: null,
    held: null,
    escalation_held: null,
    shelved: null,
    left: null,
    ...changes,
  };
}

export function anAttempt(changes: Partial<Assignment> = {}): Assignment {
  return {
    id: "t1",
    incident_id: "c1",
    attempt: 1,
    level: 1,
    crew_id: "a1",
    company_id: "ankang",
    status: "offered",
    eta_s: 300,
    reason: "",
    offered_at: at(0),
    accept_by: at(180),
    accepted_at: null,
    en_route_at: null,
    on_scene_at: null,
    ended_at: null,
    end_reason: "",
    ...changes,
  };
}

export const anOperator = (name: string): Operator => ({
  name,
  role: "operator",
  since: at(0),
  consoles: 1,
  on_shift_since: null,
});

export const byId = (cases: readonly Incident[]) => new Map(cases.map((one) => [one.id, one]));
