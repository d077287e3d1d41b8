// Doing something to a case: one after the other, and what is refused is said with who was quicker.

import { signal } from "@preact/signals";
import { act, answerFor } from "../../shared/api/calls";
import { newKey, Refusal } from "../../shared/api/client";
import type { Action, Actions, Assignment, CrewAnswer, CrewAnswerBody, Incident } from "../../shared/api/types";
import { timeOfDay } from "../../shared/time";
import { type Language, language, say, type Word } from "../../shared/words/language";
import { told } from "../../shared/words/said";
import { ACTS } from "../words";

/** What is under way, so that nobody asks for it twice. */
export const working = signal<string | null>(null);
/** Why the last thing was not done, "" if it was; `of` the case it was about. */
export const refused = signal<{ of: string; said: string; lang: Language } | null>(null);

/** These were done, or are right, whatever has become of the case since. */
const IN_ANY_CASE: ReadonlySet<Action> = new Set<Action>(["comfort", "hand_over", "leave", "note", "unclaim", "undo"]);

/** These the service holds for a while, as long as it may, so that they can be undone. */
const UNDOABLE: ReadonlySet<Action> = new Set<Action>(["assign", "close", "false_alarm", "stand_down"]);
const HOLD_S = 8;

/** The version of a case that our own last deed left it at: what we did ourselves is no news to us. */
const leftAt = new Map<string, number>();

/** Do it; true if it was done. */
export async function perform<A extends Action>(incident: Incident, action: A, said: Actions[A]): Promise<boolean> {
  const key = newKey();
  return attempt(incident.id, action, async () => {
    const version = Math.max(incident.version, leftAt.get(incident.id) ?? 0);
    const left = await act(incident.id, action, bodyOf(action, said, version), key);
    leftAt.set(left.id, left.version);
  });
}

function bodyOf<A extends Action>(action: A, said: Actions[A], version: number): Actions[A] {
  if (IN_ANY_CASE.has(action)) return said;
  return { ...said, version, ...holding(action) };
}

/** Whether the service is to wait with it, and for how long. */
export function holding(action: Action): { hold_s?: number } {
  return UNDOABLE.has(action) ? { hold_s: HOLD_S } : {};
}

/** Say for a crew what it said by phone; true if it was taken. */
export function answer(assignment: Assignment, said: CrewAnswer, body: CrewAnswerBody = {}): Promise<boolean> {
  return attempt(assignment.incident_id, said, () => answerFor(assignment, said, body));
}

/** Deeds are done in the order in which they were asked for, each when the one before has been answered. */
let before: Promise<unknown> = Promise.resolve();

function attempt(of: string, what: string, send: () => Promise<unknown>): Promise<boolean> {
  const mine = before.then(() => attemptNow(of, what, send));
  before = mine.catch(() => undefined);
  return mine;
}

async function attemptNow(of: string, what: string, send: () => Promise<unknown>): Promise<boolean> {
  working.value = what;
  refused.value = null;
  try {
    await send();
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!error.isSessionOver) refused.value = { of, ...reasonOf(error) };
    return false;
  } finally {
    working.value = null;
  }
}

/** Why something was refused, as a sentence and the language it is in. */
export function reasonOf({ status, problem, message }: Refusal): { said: string; lang: Language } {
  if (status === 0 || status >= 500) return ours(ACTS.unreachable);
  if (problem?.acted_by && problem.acted_at) return ours(ACTS.stale, problem.acted_by, timeOfDay(problem.acted_at));
  const fields = problem?.errors?.map(({ loc, msg }) => `${loc.slice(1).join(".")} ${msg}`) ?? [];
  const { said, lang = language.value } = told(message);
  return { said: [said, ...fields].join(" · "), lang };
}

function ours(word: Word, ...put: string[]): { said: string; lang: Language } {
  return { said: say(word, ...put), lang: language.value };
}
