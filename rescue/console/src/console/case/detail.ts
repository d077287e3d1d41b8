// The chosen case in full: what the socket does not carry (callers, numbers, history) is asked for when the case is
// opened, and again when it has changed. What the socket says is shown at once.

import { batch, computed, effect, signal } from "@preact/signals";
import { readIncident, readTimeline } from "../../shared/api/calls";
import { Refusal } from "../../shared/api/client";
import type { Entry, Incident } from "../../shared/api/types";
import { isLoaded, onEntries } from "../state/centre";
import { isOver, mayReadHistory, who } from "../state/session";
import { chosen, chosenId } from "../state/view";

export interface Detail {
  readonly incident: Incident;
  /** Oldest first; null for who may not read it. */
  readonly entries: readonly Entry[] | null;
  readonly firstBreak: number | null;
}

const AGAIN_AFTER_MS = 400;

const asked = signal<Detail | null>(null);
export const refusal = signal("");

/** The newest that is known of the chosen case. */
export const detail = computed<Detail | null>(() => {
  const [told, live] = [asked.value, chosen.value];
  if (told?.incident.id !== chosenId.value) return live && { incident: live, entries: null, firstBreak: null };
  if (live === null || live.version <= told.incident.version) return told;
  return { ...told, incident: withPrivate(live, told.incident) };
});

/** What the socket says, with what it never says: that was known before and is asked for anew. */
function withPrivate(live: Incident, told: Incident): Incident {
  return {
    ...live,
    caller: told.caller,
    other_callers: told.other_callers,
    lift: live.lift && told.lift && { ...live.lift, safety_officer_phone: told.lift.safety_officer_phone },
    handover: live.handover && { ...live.handover, car_position: told.handover?.car_position ?? null },
  };
}

let timer: ReturnType<typeof setTimeout> | undefined;
let turn = 0;

/** Begin to follow the chosen case. */
export function followChosen(): void {
  effect(() => {
    const id = chosenId.value;
    clearTimeout(timer);
    refusal.value = "";
    if (asked.peek()?.incident.id !== id) asked.value = null;
    if (id !== null && who.value !== null && !isOver.value) void ask(id);
  });
  effect(() => {
    const [live, told] = [chosen.value, asked.value];
    const isOlder = told !== null && told.incident.id === chosenId.value && live !== null;
    if (isOlder && live.version > told.incident.version) askSoon();
    // It has left the list of open cases: how it ended is only known to whoever asks.
    if (told !== null && live === null && isLoaded.value && told.incident.closed_at === null)
      askHowItEnded(told.incident.id);
  });
  onEntries(append);
}

function append(entries: readonly Entry[]): void {
  const told = asked.peek();
  if (told?.entries == null) return;
  const known = told.entries.length;
  const fresh = entries.filter((one) => one.incident_id === told.incident.id && one.seq > known);
  if (fresh.length === 0) return;
  if (fresh[0]?.seq === known + 1) asked.value = { ...told, entries: [...told.entries, ...fresh] };
  else askSoon();
}

let ended = "";

/** At once, for what is shown is over and must not look as if it were not. */
function askHowItEnded(id: string): void {
  if (ended === id) askSoon();
  else void ask(id);
  ended = id;
}

function askSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const id = chosenId.peek();
    if (id !== null && !isOver.peek()) void ask(id);
  }, AGAIN_AFTER_MS);
}

async function ask(id: string): Promise<void> {
  turn += 1;
  const mine = turn;
  try {
    const [incident, timeline] = await Promise.all([
      readIncident(id),
      mayReadHistory.peek() ? readTimeline(id) : Promise.resolve(null),
    ]);
    // A later question has been put meanwhile: its answer is the newer one.
    if (mine !== turn || id !== chosenId.peek()) return;
    batch(() => {
      asked.value = { incident, entries: timeline?.items ?? null, firstBreak: timeline?.first_break ?? null };
      refusal.value = "";
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (mine === turn && !error.isSessionOver) refusal.value = error.message;
  }
}
