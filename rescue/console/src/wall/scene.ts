// What the wall knows: a snapshot of its own lane and every event since, in which nothing concerns a person. Pure.

import type { components } from "../generated/api";
import type { Told } from "../shared/live/socket";
import { instant } from "../shared/time";

type Schemas = components["schemas"];
export type Case = Schemas["WallIncidentView"];
export type Crew = Schemas["WallCrewView"];

export interface Scene {
  readonly seq: number;
  readonly cases: ReadonlyMap<string, Case>;
  readonly crews: ReadonlyMap<string, Crew>;
}

export interface WallState {
  readonly scene: Scene | null;
  /** Parts of a snapshot that are still to come. */
  readonly missing: number;
}

export const NOTHING: WallState = { scene: null, missing: 0 };

/** What we know and what we are told do not fit together: everything must be told anew. */
export class Gap extends Error {}

/** The state after a message. Raises Gap. */
export function hear(state: WallState, told: Told): WallState {
  switch (told.type) {
    case "reset":
      return { scene: { seq: told.seq, cases: new Map(), crews: new Map() }, missing: told.parts };
    case "wall_snapshot":
      return gathered(state, told);
    case "wall_event":
      return applied(state, told);
    default:
      return state;
  }
}

/** Everything is known that happened so far. */
export function isWhole({ scene, missing }: WallState): boolean {
  return scene !== null && missing === 0;
}

function gathered({ scene, missing }: WallState, part: Schemas["WallSnapshot"]): WallState {
  if (scene === null || missing === 0) throw new Gap("a snapshot that nothing announced");
  return { scene: changed(scene, scene.seq, part.incidents, [], part.crews, []), missing: missing - 1 };
}

function applied(state: WallState, event: Schemas["WallEvent"]): WallState {
  const { scene } = state;
  if (scene === null || !isWhole(state)) throw new Gap("an event before the state it changes");
  if (event.seq <= scene.seq) return state;
  if (event.seq !== scene.seq + 1) throw new Gap(`event ${event.seq} came after ${scene.seq}`);
  return { scene: changed(scene, event.seq, event.incidents, event.closed, event.crews, event.gone_crews), missing: 0 };
}

function changed(
  { cases, crews }: Scene,
  seq: number,
  told: readonly Case[],
  closed: readonly string[],
  toldCrews: readonly Crew[],
  gone: readonly string[],
): Scene {
  const [nowOpen, nowThere] = [new Map(cases), new Map(crews)];
  for (const one of told) nowOpen.set(one.id, one);
  for (const id of closed) nowOpen.delete(id);
  for (const one of toldCrews) nowThere.set(one.crew_id, one);
  for (const id of gone) nowThere.delete(id);
  return { seq, cases: nowOpen, crews: nowThere };
}

const ON_THE_WAY: ReadonlySet<string> = new Set(["accepted", "en_route", "on_scene", "released"]);

/** People are still inside. */
export function isTrapped({ kind, status }: Case): boolean {
  return kind === "entrapment" && status !== "released";
}

/** Nobody has said yet that they go. */
export function waitsForCrew(one: Case): boolean {
  return isTrapped(one) && !ON_THE_WAY.has(one.assignment?.status ?? "");
}

/** Those with people inside first, of these the one whose time is over soonest. */
export function inOrder(cases: Iterable<Case>): Case[] {
  const rank = (one: Case) => (isTrapped(one) ? 0 : one.kind === "entrapment" ? 1 : 2);
  const due = (one: Case) => instant(one.clock.arrive_by ?? one.opened_at);
  return [...cases].sort((one, other) => rank(one) - rank(other) || due(one) - due(other));
}
