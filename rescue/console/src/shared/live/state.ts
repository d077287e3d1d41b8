// What the console knows of the centre: a snapshot and every event since, applied in order. Pure; docs/live.md is its law.
//
// Old state + events = fresh snapshot. Whatever does not fit that sum is a Gap: the state is of no use any more, and one
// must ask anew.

import type { Assignment, Crew, Incident, LiveEvent, Operator, Replay, Reset, Snapshot } from "../api/types";

export interface Scene {
  readonly epoch: string | null;
  readonly seq: number | null;
  readonly incidents: ReadonlyMap<string, Incident>;
  readonly assignments: ReadonlyMap<string, Assignment>;
  readonly crews: ReadonlyMap<string, Crew>;
  readonly operators: readonly Operator[];
}

/** A snapshot of which parts are still to come. */
interface Gathering {
  readonly reset: Reset;
  readonly parts: readonly Snapshot[];
}

export interface LiveState {
  readonly scene: Scene;
  readonly gathering: Gathering | null;
  /** The event with which all that was missed is made up for; null when nothing is outstanding. */
  readonly catchingUpTo: number | null;
}

export type SceneMessage = Replay | Reset | Snapshot | LiveEvent;

/** What we know and what we are told do not fit together. */
export class Gap extends Error {}

export const NOTHING: LiveState = {
  scene: { epoch: null, seq: null, incidents: new Map(), assignments: new Map(), crews: new Map(), operators: [] },
  gathering: null,
  catchingUpTo: null,
};

/** Whether everything that happened so far is known. */
export function isCurrent({ scene, gathering, catchingUpTo }: LiveState): boolean {
  return scene.seq !== null && gathering === null && (catchingUpTo === null || scene.seq >= catchingUpTo);
}

/** The state after these messages, in their order; `epoch` is that of the hello. Raises Gap. */
export function hear(state: LiveState, messages: readonly SceneMessage[], epoch: string): LiveState {
  let [at, events]: [LiveState, LiveEvent[]] = [state, []];
  for (const message of messages) {
    if (message.type === "event") {
      events.push(message);
      continue;
    }
    // Events are applied many at a time: each such time the maps are copied once.
    [at, events] = [turn(applied(at, events), message, epoch), []];
  }
  return applied(at, events);
}

function turn(state: LiveState, message: Replay | Reset | Snapshot, epoch: string): LiveState {
  switch (message.type) {
    case "replay":
      return { ...state, scene: { ...state.scene, epoch }, catchingUpTo: message.to_seq };
    case "reset":
      return { ...state, gathering: { reset: message, parts: [] }, catchingUpTo: null };
    case "snapshot":
      return gathered(state, message);
  }
}

function gathered(state: LiveState, part: Snapshot): LiveState {
  if (state.gathering === null) throw new Gap("a snapshot that nothing announced");
  const { reset, parts } = state.gathering;
  if (part.part !== parts.length + 1) throw new Gap(`part ${part.part} came after ${parts.length} parts`);
  const all = [...parts, part];
  if (all.length < reset.parts) return { ...state, gathering: { reset, parts: all } };
  return { scene: sceneOf(reset, all), gathering: null, catchingUpTo: null };
}

function sceneOf({ epoch, seq }: Reset, parts: readonly Snapshot[]): Scene {
  return {
    epoch,
    seq,
    incidents: new Map(parts.flatMap((part) => part.incidents.map((one) => [one.id, one] as const))),
    assignments: new Map(parts.flatMap((part) => part.assignments.map((one) => [one.id, one] as const))),
    crews: new Map(parts.flatMap((part) => part.crews.map((one) => [one.crew_id, one] as const))),
    operators: parts[0]?.operators ?? [],
  };
}

function applied(state: LiveState, events: readonly LiveEvent[]): LiveState {
  const fresh = events.filter((event) => state.scene.seq === null || event.seq > state.scene.seq);
  if (fresh.length === 0) return state;
  if (state.gathering !== null || state.scene.seq === null) throw new Gap("an event before the state it changes");
  const { incidents, assignments, crews } = state.scene;
  const draft: Draft = {
    seq: state.scene.seq,
    incidents: new Map(incidents),
    assignments: new Map(assignments),
    crews: new Map(crews),
    operators: state.scene.operators,
  };
  for (const event of fresh) apply(draft, event);
  const isMadeUp = state.catchingUpTo !== null && draft.seq >= state.catchingUpTo;
  return {
    ...state,
    scene: { ...draft, epoch: state.scene.epoch },
    catchingUpTo: isMadeUp ? null : state.catchingUpTo,
  };
}

interface Draft {
  seq: number;
  incidents: Map<string, Incident>;
  assignments: Map<string, Assignment>;
  crews: Map<string, Crew>;
  operators: readonly Operator[];
}

function apply(draft: Draft, event: LiveEvent): void {
  if (event.seq !== draft.seq + 1) throw new Gap(`event ${event.seq} came after ${draft.seq}`);
  draft.seq = event.seq;
  for (const one of event.incidents) draft.incidents.set(one.id, one);
  if (event.closed.length > 0) leave(draft, new Set(event.closed));
  for (const one of event.assignments) if (draft.incidents.has(one.incident_id)) draft.assignments.set(one.id, one);
  for (const one of event.crews) draft.crews.set(one.crew_id, one);
  for (const id of event.gone_crews) draft.crews.delete(id);
  draft.operators = event.operators ?? draft.operators;
}

function leave(draft: Draft, closed: ReadonlySet<string>): void {
  for (const id of closed) draft.incidents.delete(id);
  for (const [id, one] of draft.assignments) if (closed.has(one.incident_id)) draft.assignments.delete(id);
}
