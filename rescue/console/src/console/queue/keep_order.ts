// Keeps the order of the rows: sorted by urgency, and held still while somebody points at the list.

import { effect, signal } from "@preact/signals";
import type { Incident } from "../../shared/api/types";
import { incidents } from "../state/centre";
import { order } from "../state/view";
import { arrange } from "./order";

/** A pointer that has rested for so long is not about to click; a list that is never sorted would hide what is grave. */
const RESTS_AFTER_MS = 20_000;
/** A click so soon after rows moved was meant for another row. */
const SETTLES_WITHIN_MS = 500;

export const isPointedAt = signal(false);
/** Cases as they were last seen: a row of a case that has just ended stays until the list may move. */
export const lastSeen = new Map<string, Incident>();

let timer: ReturnType<typeof setTimeout> | undefined;
let movedAt = Number.NEGATIVE_INFINITY;

export function pointAt(): void {
  isPointedAt.value = true;
  clearTimeout(timer);
  timer = setTimeout(pointAway, RESTS_AFTER_MS);
}

export function pointAway(): void {
  clearTimeout(timer);
  isPointedAt.value = false;
}

/** Whether a click now is meant for the row it falls on. */
export function isSettled(): boolean {
  return performance.now() - movedAt > SETTLES_WITHIN_MS;
}

export function keepOrder(): void {
  effect(() => {
    const [before, cases] = [order.peek(), incidents.value];
    const next = arrange(before, cases, isPointedAt.value);
    for (const [id, incident] of cases) lastSeen.set(id, incident);
    if (!next.isHeld) for (const id of lastSeen.keys()) if (!cases.has(id)) lastSeen.delete(id);
    if (hasMoved(before.pinned, next.pinned) || hasMoved(before.others, next.others)) movedAt = performance.now();
    order.value = next;
  });
}

/** A row that was there stands elsewhere now; what is put at the end moves nothing. */
function hasMoved(before: readonly string[], after: readonly string[]): boolean {
  return before.some((id, at) => after[at] !== id);
}
