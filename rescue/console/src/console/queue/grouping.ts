// How the rows are grouped: as somebody chose, and by itself once a flood begins.

import { computed, effect, signal } from "@preact/signals";
import { incidents, operators } from "../state/centre";
import { now } from "../state/clock";
import { type Grouping, isFlood } from "./flood";

export const isFlooded = computed(() => isFlood(incidents.value.values(), operators.value, now.value));

/** A flood has begun, and there are cases yet: what is grouped stays so while it is worked off. */
const wasFlooded = signal(false);

effect(() => {
  if (isFlooded.value) wasFlooded.value = true;
  else if (incidents.value.size === 0) wasFlooded.value = false;
});

/** What somebody chose; undefined for nothing yet, null for no groups. */
const chosen = signal<Grouping | null | undefined>(undefined);

export const grouping = computed<Grouping | null>(() =>
  chosen.value === undefined ? (wasFlooded.value ? "building" : null) : chosen.value,
);

export function groupBy(by: Grouping | null): void {
  chosen.value = by;
}
