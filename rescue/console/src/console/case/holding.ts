// Our own deeds that the service holds, followed until it says what became of them.

import { computed, effect, signal } from "@preact/signals";
import type { Held, Incident } from "../../shared/api/types";
import { incidents, onEntries } from "../state/centre";
import { serverClock } from "../state/clock";
import { who } from "../state/session";
import { perform } from "./acting";
import { detail } from "./detail";
import { lastHeldBy, type Settled, settledBy } from "./held";

interface Waiting {
  readonly incident: Incident;
  readonly held: Held;
}

/** What became of our deeds lately, until it was read or is old news. */
export const settled = signal<readonly Settled[]>([]);
/** Our deeds that can still be undone. */
export const waiting = computed(() => [...incidents.value.values()].filter(({ held }) => held?.by === who.value?.name));

const followed = new Map<string, Waiting>();

/** Begin to follow them. */
export function followHeld(): void {
  effect(() => {
    for (const incident of waiting.value)
      if (incident.held) followed.set(keyOf(incident), { incident, held: incident.held });
  });
  // The cases have been changed already when their new lines are told.
  onEntries((entries) => {
    for (const [key, { incident, held }] of followed) {
      const left = incidents.peek().get(incident.id);
      if (left && keyOf(left) === key) continue;
      followed.delete(key);
      if (entries.some((one) => one.incident_id === incident.id))
        settled.value = [...settled.peek(), settledBy(left ?? incident, held, entries, serverClock.now())];
    }
  });
}

const keyOf = ({ id, held }: Incident) => `${id} ${held?.at}`;

/** Undo what is held in the case that is shown, or else what we asked for last. */
export function undo(): void {
  const shown = detail.peek()?.incident;
  const incident = shown?.held ? shown : lastHeldBy(who.peek()?.name ?? "", incidents.peek().values());
  if (incident !== null) void perform(incident, "undo", {});
}

export function dismiss(one: Settled): void {
  settled.value = settled.peek().filter((other) => other !== one);
}
