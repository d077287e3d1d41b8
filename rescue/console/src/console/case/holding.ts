// Our own deeds that the service holds, followed until it says what became of them.

import { computed, effect, signal } from "@preact/signals";
import { readTimeline } from "../../shared/api/calls";
import { Refusal } from "../../shared/api/client";
import type { Entry, Held, Incident } from "../../shared/api/types";
import { performAll } from "../queue/bulk";
import { incidents, onEntries } from "../state/centre";
import { serverClock } from "../state/clock";
import { who } from "../state/session";
import { perform } from "./acting";
import { detail } from "./detail";
import { bundles, lastBundleOf, type Settled, settledBy } from "./held";

interface Waiting {
  readonly incident: Incident;
  readonly held: Held;
}

/** What became of our deeds lately, until it was read or is old news. */
export const settled = signal<readonly Settled[]>([]);
/** Our deeds that can still be undone. */
export const waiting = computed(() => [...incidents.value.values()].filter(({ held }) => held?.by === who.value?.name));

const followed = new Map<string, Waiting>();
const asked = new Set<string>();

/** Begin to follow them. */
export function followHeld(): void {
  effect(() => {
    for (const incident of waiting.value)
      if (incident.held) followed.set(keyOf(incident), { incident, held: incident.held });
    // The lines that came with these cases are told in the same turn, just after them.
    if (incidents.value) queueMicrotask(askForTheRest);
  });
  effect(() => {
    if (who.value === null) followed.clear();
  });
  onEntries((entries) => {
    for (const key of endedKeys()) settle(key, entries);
  });
}

const keyOf = ({ id, held }: Incident) => `${id} ${held?.at}`;

/** Those that are held no longer. */
function endedKeys(): string[] {
  const cases = incidents.peek();
  return [...followed].flatMap(([key, { incident }]) => {
    const left = cases.get(incident.id);
    return left && keyOf(left) === key ? [] : [key];
  });
}

/** Say what became of it, if the lines tell of its case. */
function settle(key: string, entries: readonly Entry[]): void {
  const one = followed.get(key);
  if (!one || !entries.some(({ incident_id }) => incident_id === one.incident.id)) return;
  followed.delete(key);
  const left = incidents.peek().get(one.incident.id) ?? one.incident;
  settled.value = [...settled.peek(), settledBy(left, one.held, entries, serverClock.now())];
}

/** While the line was down its end was not told: the case's own timeline knows it. */
function askForTheRest(): void {
  for (const key of endedKeys()) if (!asked.has(key)) void askWhatBecameOf(key);
}

async function askWhatBecameOf(key: string): Promise<void> {
  const one = followed.get(key);
  if (!one) return;
  asked.add(key);
  try {
    settle(key, (await readTimeline(one.incident.id)).items);
  } catch (error) {
    // Asked again with the next news of any case.
    if (!(error instanceof Refusal)) throw error;
  } finally {
    asked.delete(key);
  }
}

/** Undo what is held in the case that is shown, or else what we asked for last, all of it. */
export function undo(): void {
  const shown = detail.peek()?.incident;
  if (shown?.held) void perform(shown, "undo", {});
  else undoAll(lastBundleOf(bundles(waiting.peek())));
}

/** Undo a deed in each of these cases. */
export function undoAll(cases: readonly Incident[]): void {
  const [only] = cases;
  if (cases.length > 1) void performAll(cases, "undo", "");
  else if (only) void perform(only, "undo", {});
}

export function dismiss(read: readonly Settled[]): void {
  settled.value = settled.peek().filter((one) => !read.includes(one));
}
