// What is looked at: which case, which pane. Nothing of it is the service's.

import { computed, effect, signal } from "@preact/signals";
import { EMPTY, type Order } from "../queue/order";
import { incidents } from "./centre";

export type Pane = "case" | "map" | "crews" | "shift" | "intake";

export const pane = signal<Pane>("case");
/** The case that is chosen in the queue and shown. */
export const chosenId = signal<string | null>(null);
export const order = signal<Order>(EMPTY);
export const isHelpShown = signal(false);

/** The case itself, null once it is over. */
export const chosen = computed(() => (chosenId.value === null ? null : (incidents.value.get(chosenId.value) ?? null)));

const WIDE = matchMedia("(min-width: 1800px)");
/** There is room for the map beside the case. */
export const isWide = signal(WIDE.matches);
WIDE.addEventListener("change", ({ matches }) => {
  isWide.value = matches;
});

effect(() => {
  // What has a place of its own on a wide screen is no pane there.
  if (isWide.value && pane.value === "map") pane.value = "case";
});

/** Show this case. */
export function choose(id: string | null): void {
  chosenId.value = id;
  if (id !== null) pane.value = "case";
}
