// One's own shift. That it lasts is the service's word, told to every console; only the sound belongs to this screen.

import { computed, signal } from "@preact/signals";
import { endShift, readShifts, startShift } from "../../shared/api/calls";
import { Refusal } from "../../shared/api/client";
import type { Shift } from "../../shared/api/types";
import { reasonOf } from "../case/acting";
import { incidents, operators } from "../state/centre";
import { mayAct, who } from "../state/session";

/** Since when one is on shift, null when one is not. */
export const onShiftSince = computed(
  () => operators.value.find(({ name }) => name === who.value?.name)?.on_shift_since ?? null,
);
/** Who is on shift, with their load, as it was asked for last. */
export const shifts = signal<readonly Shift[]>([]);
/** Why the last that was asked for was not done, "" if it was. */
export const refusedShift = signal("");
/** Open cases that wait to be taken over. */
export const leftCases = computed(() => [...incidents.value.values()].filter(({ left }) => left !== null));
export const myCases = computed(() =>
  [...incidents.value.values()].filter(({ claimed_by }) => claimed_by === who.value?.name),
);

export async function begin(): Promise<void> {
  if (mayAct.peek() && onShiftSince.peek() === null) await attempt(startShift);
}

/** Go off shift: what one handles is left to the next, each case with its note. */
export async function end(notes: Readonly<Record<string, string>>): Promise<void> {
  await attempt(async () => {
    const mine = (await readShifts()).find(({ operator }) => operator === who.peek()?.name);
    if (mine) await endShift(mine.id, notes);
  });
}

export async function look(): Promise<void> {
  await attempt(async () => {
    shifts.value = await readShifts();
  });
}

async function attempt(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
    refusedShift.value = "";
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusedShift.value = reasonOf(error).said;
  }
}
