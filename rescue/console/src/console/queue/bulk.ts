// Many cases handled at once with one reason: a few at a time, each its own command, each with its own answer.

import { computed, effect, signal } from "@preact/signals";
import { act } from "../../shared/api/calls";
import { Refusal } from "../../shared/api/client";
import type { Actions, Incident } from "../../shared/api/types";
import { holding, reasonOf } from "../case/acting";
import { incidents } from "../state/centre";

const AT_ONCE = 4;

/** What makes sense for many at once. */
export type BulkAction = "claim" | "note" | "comfort" | "escalate" | "close" | "false_alarm" | "undo";
export const BULK_ACTIONS: readonly BulkAction[] = ["claim", "comfort", "note", "escalate", "close", "false_alarm"];
export const NEEDS_REASON: ReadonlySet<BulkAction> = new Set<BulkAction>(["note", "escalate", "close", "false_alarm"]);

export interface Progress {
  readonly action: BulkAction;
  readonly of: number;
  readonly done: number;
  readonly refused: readonly { number: number; said: string }[];
}

export const selection = signal<ReadonlySet<string>>(new Set());
export const progress = signal<Progress | null>(null);
export const selected = computed(() => [...incidents.value.values()].filter(({ id }) => selection.value.has(id)));
export const isUnderWay = computed(() => {
  const at = progress.value;
  return at !== null && at.done + at.refused.length < at.of;
});

effect(() => {
  const cases = incidents.value;
  const left = [...selection.peek()].filter((id) => cases.has(id));
  if (left.length < selection.peek().size) selection.value = new Set(left);
});

export function toggle(id: string): void {
  selectAll([id], !selection.peek().has(id));
}

export function selectAll(ids: readonly string[], isChosen: boolean): void {
  const next = new Set(selection.peek());
  for (const id of ids) isChosen ? next.add(id) : next.delete(id);
  selection.value = next;
}

/** Do it to each of them, a few at a time. */
export async function performAll(cases: readonly Incident[], action: BulkAction, reason: string): Promise<void> {
  progress.value = { action, of: cases.length, done: 0, refused: [] };
  const left = [...cases];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await performOne(next, action, reason);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function performOne(incident: Incident, action: BulkAction, reason: string): Promise<void> {
  try {
    await act(incident.id, action, bodyOf(action, reason, incident.version));
    count({ done: 1, refused: [] });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    count({ done: 0, refused: [{ number: incident.number, said: reasonOf(error).said }] });
  }
}

function bodyOf(action: BulkAction, reason: string, version: number): Actions[BulkAction] {
  if (action === "note") return { note: reason };
  return action === "comfort" || action === "undo" ? {} : { reason, version, ...holding(action) };
}

function count({ done, refused }: Pick<Progress, "done" | "refused">): void {
  const at = progress.peek();
  if (at) progress.value = { ...at, done: at.done + done, refused: [...at.refused, ...refused] };
}
