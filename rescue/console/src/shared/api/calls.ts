// The questions and commands of the rescue centre, each with the type of its answer.

import { ask, change, Refusal, read, readAll } from "./client";
import type {
  Action,
  Actions,
  Assignment,
  Candidate,
  CauseGroup,
  Company,
  CrewAnswer,
  CrewAnswerBody,
  FalseAlarms,
  FalseAlarmsBy,
  Figures,
  Health,
  Incident,
  Lift,
  Member,
  PhoneLink,
  Report,
  Shift,
  Timeline,
  Who,
} from "./types";

const at = (id: string) => `/incidents/${encodeURIComponent(id)}`;

/** Who is logged in here, null for nobody. */
export async function whoAmI(): Promise<{ who: Who | null; timezone: string }> {
  const who = await read<Who>("/session");
  return { who: who.kind === "nobody" ? null : who, timezone: who.timezone };
}

export const logIn = (username: string, password: string) => ask<Who>("POST", "/session", { username, password });
export const logOut = () => ask<null>("DELETE", "/session");

export const readIncident = (id: string) => read<Incident>(at(id));
export const readTimeline = (id: string) => read<Timeline>(`${at(id)}/timeline`);
export const readCandidates = (id: string) => readAll<Candidate>(`${at(id)}/candidates`);
export const readMembers = (id: string) => readAll<Member>(`${at(id)}/members`, { limit: 200 });
export const readLift = (id: string) => read<Lift>(`/lifts/${encodeURIComponent(id)}`);
export const readCauses = () => readAll<CauseGroup>("/causes");
/** The companies' names by their ids. */
export async function readCompanies(): Promise<ReadonlyMap<string, string>> {
  const all = await readAll<Company>("/companies", { limit: 200 });
  return new Map(all.map(({ company_id, name }) => [company_id, name]));
}
export const readFigures = (since: number) => read<Figures>("/figures", { since: new Date(since).toISOString() });
export const readShifts = () => readAll<Shift>("/shifts");
export const startShift = () => change<Shift>("/shifts");
export const endShift = (id: string, notes: Readonly<Record<string, string>>) =>
  change<Shift>(`/shifts/${encodeURIComponent(id)}/end`, { notes });
export const readFalseAlarms = (by: FalseAlarmsBy, days: number, limit: number) =>
  read<FalseAlarms>("/reports/false-alarms", { by, days, limit });
const phonesOf = (crewId: string) => `/crews/${encodeURIComponent(crewId)}/sign_in`;
export const linkPhone = (crewId: string) => ask<PhoneLink>("POST", phonesOf(crewId));
export const signPhonesOut = (crewId: string) => ask<null>("DELETE", phonesOf(crewId));
export const exportPath = (id: string) => `/api/v1${at(id)}/export`;

/** The lifts whose code, id, address or building holds the word. */
export async function findLifts(word: string, limit: number): Promise<Lift[]> {
  const page = await read<{ items: Lift[] }>("/lifts", { q: word, limit });
  return page.items;
}

/** The lift of a plate, null if there is none. */
export async function liftOfCode(code: string): Promise<Lift | null> {
  const page = await read<{ items: Lift[] }>("/lifts", { rescue_code: code, limit: 1 });
  return page.items[0] ?? null;
}

/** What ended lately, the newest first. */
export async function readClosed(limit: number): Promise<Incident[]> {
  const page = await read<{ items: Incident[] }>("/incidents", { status: "closed", limit });
  return page.items;
}

export const report = (said: Report, key: string) => change<Incident>("/incidents", said, key);
export const act = <A extends Action>(id: string, action: A, said: Actions[A], key?: string) =>
  change<Incident>(`${at(id)}/${action}`, said, key);
export const answerFor = (assignment: Assignment, said: CrewAnswer, body: CrewAnswerBody) =>
  change<Assignment>(`/assignments/${encodeURIComponent(assignment.id)}/${said}`, {
    ...body,
    attempt: assignment.attempt,
  });

/** How the service itself is; it says so also when it is not ready, with another status. */
export async function readHealth(): Promise<Health> {
  try {
    const response = await fetch("/readyz", { signal: AbortSignal.timeout(5000) });
    return { reasons: [], warnings: [], ...((await response.json()) as Partial<Health>), ready: response.ok } as Health;
  } catch (error) {
    throw new Refusal(0, String(error));
  }
}
