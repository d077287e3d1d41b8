// What the phone knows: what the service told last, kept for when there is no network, and what waits to be told to it.

import { batch, computed, signal } from "@preact/signals";
import type { components } from "../generated/api";
import { readCauses } from "../shared/api/calls";
import { ask, Refusal, read } from "../shared/api/client";
import type { CauseGroup } from "../shared/api/types";
import { ServerClock } from "../shared/live/clock";
import { instant } from "../shared/time";
import { Answers, type Details, type RefusedAnswer, type Said, type WaitingAnswer } from "./answers";
import { ring } from "./ringing";
import { answersShelf, forgetSeen, remember, seen } from "./shelf";

export type Work = components["schemas"]["WorkView"];
export type Item = components["schemas"]["WorkItemView"];
export type Standing = Item["assignment"]["status"];

const LOOK_EVERY_MS = 4000;
const USUAL_MS = 2000;
const [WORK, CAUSES] = ["work", "causes"];

export const work = signal<Work | null>(null);
export const causes = signal<CauseGroup[]>([]);
export const waiting = signal<readonly WaitingAnswer[]>([]);
export const refused = signal<readonly RefusedAnswer[]>([]);
/** Something waits for longer than an answer usually takes. What comes and goes in a moment must not move the buttons. */
export const isHeldUp = computed(
  () => now.value > 0 && waiting.value.some((one) => !isOnline.value || Date.now() - Date.parse(one.at) > USUAL_MS),
);
export const isOnline = signal(true);
export const isSignedOut = signal(false);
/** Of the last try to sign in, or of a switch that was not taken. */
export const trouble = signal("");
/** The service's time, a second at a time. */
export const now = signal(Date.now());

const clock = new ServerClock(() => performance.now());

/** Taken by the service since it told last what there is to do: until it tells again, they are thought in as well. */
const taken = signal<readonly WaitingAnswer[]>([]);

const answers = new Answers(answersShelf<WaitingAnswer>(), (left, fate) =>
  batch(() => {
    waiting.value = left;
    if (fate && "taken" in fate) taken.value = [...taken.value, fate.taken];
    if (fate && "refused" in fate) refused.value = [...refused.value, fate.refused];
  }),
);

const LEADS_TO: Readonly<Record<Said, Standing | null>> = {
  accept: "accepted",
  decline: "declined",
  en_route: "en_route",
  on_scene: "on_scene",
  cannot_reach: "cannot_reach",
  released: "released",
  cause: null,
};

export interface Shown {
  readonly item: Item;
  /** As it will be once all that waits is taken. */
  readonly status: Standing;
  /** Something of it waits, and has waited for longer than usual. */
  readonly isPending: boolean;
  readonly isCauseFiled: boolean;
}

/** What the crew was asked, with its waiting answers thought in. */
export const shown = computed<readonly Shown[]>(() =>
  (work.value?.work ?? []).map((item) => {
    const isMine = (one: WaitingAnswer) => one.assignmentId === item.assignment.id;
    const mine = waiting.value.filter(isMine);
    const status = [...taken.value.filter(isMine), ...mine].reduce<Standing>(
      (at, one) => LEADS_TO[one.said] ?? at,
      item.assignment.status,
    );
    const files = [...taken.value.filter(isMine), ...mine].some(
      (one) => one.said === "cause" || one.details.cause_code !== undefined,
    );
    return {
      item,
      status,
      isPending: mine.length > 0 && isHeldUp.value,
      isCauseFiled: files || item.incident.cause_code !== null,
    };
  }),
);

/** Begin: with what was seen last at once, then with what the service says, again and again. */
export async function begin(): Promise<void> {
  work.value = (await seen<Work>(WORK)) ?? null;
  causes.value = (await seen<CauseGroup[]>(CAUSES)) ?? [];
  waiting.value = await answers.waiting();
  await signInByLink();
  await look();
  setInterval(look, LOOK_EVERY_MS);
  setInterval(() => {
    now.value = clock.now();
  }, 1000);
  addEventListener("online", look);
  addEventListener("hashchange", () => signInByLink().then(look));
}

let looking: Promise<void> | null = null;

/** Send what waits, then ask what there is to do. */
export function look(): Promise<void> {
  looking ??= lookNow().finally(() => {
    looking = null;
  });
  return looking;
}

async function lookNow(): Promise<void> {
  if (isSignedOut.value) return;
  try {
    if (work.value) await answers.send(work.value.crew.crew_id);
    const before = taken.value;
    const told = await read<Work>("/crew");
    batch(() => {
      take(told);
      taken.value = taken.value.filter((one) => !before.includes(one));
    });
    if (causes.value.length === 0) await learnCauses();
  } catch (error) {
    note(error);
  }
}

function take(told: Work): void {
  const known = new Set(work.value?.work.map((item) => item.assignment.id));
  const isNew = told.work.some(({ assignment }) => assignment.status === "offered" && !known.has(assignment.id));
  if (isNew) ring();
  clock.set(instant(told.now));
  now.value = clock.now();
  isOnline.value = true;
  work.value = told;
  void remember(WORK, told);
}

async function learnCauses(): Promise<void> {
  causes.value = await readCauses();
  await remember(CAUSES, causes.value);
}

function note(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
  if (error.isSessionOver || error.status === 403) isSignedOut.value = true;
  else isOnline.value = false;
}

/** Give an answer: kept at once, sent as soon as can be. */
export async function answer({ item }: Shown, said: Said, details: Details = {}): Promise<void> {
  const { assignment, incident } = item;
  await answers.give({
    crewId: assignment.crew_id,
    assignmentId: assignment.id,
    attempt: assignment.attempt,
    said,
    details,
    label: `${incident.number}`,
  });
  // A look that is under way may have begun before the answer.
  await looking;
  await look();
}

export async function switchDuty(): Promise<void> {
  const crew = work.value?.crew;
  if (!crew) return;
  try {
    await ask("PATCH", `/crews/${encodeURIComponent(crew.crew_id)}`, { on_duty: !crew.on_duty });
    await look();
  } catch (error) {
    note(error);
  }
}

/** A link brings its token behind the #, where nobody on the way reads it; it is taken out of the address at once. */
async function signInByLink(): Promise<void> {
  const token = location.hash.slice(1);
  if (!token.startsWith("rescue_")) return;
  history.replaceState(null, "", location.pathname);
  await signIn(token);
}

export async function signIn(said: string): Promise<void> {
  const token = said.trim().split("#").at(-1) ?? "";
  try {
    const who = await ask<components["schemas"]["WhoView"]>("POST", "/session/token", { token });
    if (who.crew_id !== work.value?.crew.crew_id) await forget();
    isSignedOut.value = false;
    trouble.value = "";
    await look();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    trouble.value = error.message;
    isOnline.value = error.status !== 0;
    // A link that counts no more is no harm on a phone that is signed in.
    if (work.value === null) isSignedOut.value = true;
  }
}

export async function signOut(): Promise<void> {
  await ask("DELETE", "/session").catch(() => undefined);
  await forget();
  isSignedOut.value = true;
}

async function forget(): Promise<void> {
  work.value = null;
  await forgetSeen();
}

export function understood(one: RefusedAnswer): void {
  refused.value = refused.value.filter((other) => other !== one);
}
