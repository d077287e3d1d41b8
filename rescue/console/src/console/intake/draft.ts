// The report that is being taken: kept outside the form, so that neither a lost line, nor a look at another case, nor
// logging in again costs a word of it.

import { computed, effect, signal } from "@preact/signals";
import { findLifts, liftOfCode, report } from "../../shared/api/calls";
import { newKey, Refusal } from "../../shared/api/client";
import type { Incident, Lift, Need, Report } from "../../shared/api/types";
import { reasonOf } from "../case/acting";
import { flyTo } from "../map/flight";
import { isGrave } from "../queue/priority";
import { incidents } from "../state/centre";
import { chosenId, pane } from "../state/view";

export interface Draft {
  readonly code: string;
  readonly source: Report["source"];
  readonly caller: string;
  readonly phone: string;
  readonly people: string;
  readonly injured: string;
  readonly vulnerable: readonly Need[];
  readonly note: string;
}

const BLANK: Draft = {
  code: "",
  source: "phone",
  caller: "",
  phone: "",
  people: "",
  injured: "",
  vulnerable: [],
  note: "",
};
const SUGGESTED = 8;
const SEARCH_AFTER_MS = 150;

export const draft = signal<Draft>(BLANK);
export const hasDraft = computed(() => draft.value !== BLANK);
/** The lift that is meant. */
export const lift = signal<Lift | null>(null);
export const suggestions = signal<readonly Lift[]>([]);
export const isSearched = signal(false);
export const isSending = signal(false);
export const refusal = signal("");
/** One report, however often it is sent. */
let key = newKey();

export const openCase = computed<Incident | null>(() => {
  const id = lift.value?.lift_id;
  return id === undefined ? null : ([...incidents.value.values()].find((one) => one.lift?.lift_id === id) ?? null);
});

export const goesToLevel3 = computed(() =>
  isGrave({ injured: Number(draft.value.injured) || 0, vulnerable: [...draft.value.vulnerable] } as Incident),
);

export function write(changes: Partial<Draft>): void {
  draft.value = { ...draft.peek(), ...changes };
  refusal.value = "";
}

/** Open the form, with what was typed of a code. A report under way goes on. */
export function startIntake(code: string): void {
  if (draft.peek() === BLANK || (code !== "" && draft.peek().code === "")) write({ code });
  pane.value = "intake";
}

/** Open the form for a lift that was pointed out. */
export function startIntakeFor(found: Lift): void {
  write({ code: found.rescue_code ?? found.lift_id });
  takeLift(found);
  pane.value = "intake";
}

export function discard(): void {
  draft.value = BLANK;
  lift.value = null;
  suggestions.value = [];
  isSearched.value = false;
  refusal.value = "";
  key = newKey();
  pane.value = "case";
}

/** This is the lift. */
export function takeLift(found: Lift): void {
  lift.value = found;
  suggestions.value = [];
  if (found.lon !== null && found.lat !== null) flyTo(found.lon, found.lat, "building");
}

let timer: ReturnType<typeof setTimeout> | undefined;

effect(() => {
  const { code } = draft.value;
  clearTimeout(timer);
  const known = lift.peek();
  if (known !== null && (known.rescue_code ?? known.lift_id) === code) return;
  lift.value = null;
  isSearched.value = false;
  suggestions.value = [];
  if (code.trim().length >= 2) timer = setTimeout(() => void search(code.trim()), SEARCH_AFTER_MS);
});

async function search(word: string): Promise<void> {
  try {
    const exact = await liftOfCode(word);
    const found = exact ? [exact] : await findLifts(word, SUGGESTED);
    if (draft.peek().code.trim() !== word) return;
    isSearched.value = true;
    if (exact) takeLift(exact);
    else suggestions.value = found;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal.value = reasonOf(error).said;
  }
}

/** Send the report; the case it opened or joined is shown. What was refused stays in the form. */
export async function send(): Promise<void> {
  const found = lift.peek();
  if (found === null || isSending.peek()) return;
  isSending.value = true;
  try {
    const incident = await report(reportOf(draft.peek(), found), key);
    discard();
    chosenId.value = incident.id;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!error.isSessionOver) refusal.value = reasonOf(error).said;
    // What was refused for good was never done: what is sent next is another report.
    if (!error.mayPass && !error.isSessionOver) key = newKey();
  } finally {
    isSending.value = false;
  }
}

function reportOf(said: Draft, found: Lift): Report {
  const count = (text: string) => (text.trim() === "" ? null : Number(text));
  return {
    lift_id: found.lift_id,
    source: said.source,
    caller: { name: said.caller, phone: said.phone },
    people: count(said.people),
    injured: count(said.injured) ?? 0,
    vulnerable: [...said.vulnerable],
    note: said.note,
  };
}
