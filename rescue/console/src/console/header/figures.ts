// The day's figures and the service's own health: asked for now and then, for neither is anything a case waits for.

import { effect, signal } from "@preact/signals";
import { readCauses, readCompanies, readFigures, readHealth } from "../../shared/api/calls";
import { Refusal } from "../../shared/api/client";
import type { CauseGroup, Figures, Health } from "../../shared/api/types";
import { midnight } from "../../shared/time";
import { canCommand, isLoaded } from "../state/centre";
import { serverClock } from "../state/clock";
import { who } from "../state/session";

const EVERY_MS = 5000;

export const figures = signal<Figures | null>(null);
export const health = signal<Health | null>(null);
/** What a case may be filed under, by group. */
export const causes = signal<readonly CauseGroup[]>([]);
/** The companies' names by their ids. */
const companies = signal<ReadonlyMap<string, string>>(new Map());

/** What a company is called; its id until that is known. */
export function companyName(id: string): string {
  return companies.value.get(id) || id;
}

let timer: ReturnType<typeof setInterval> | undefined;

effect(() => {
  clearInterval(timer);
  if (who.value === null || !isLoaded.value || !canCommand.value) return;
  void look();
  timer = setInterval(look, EVERY_MS);
});

async function look(): Promise<void> {
  if (document.visibilityState !== "visible") return;
  try {
    const [day, state, list, names] = await Promise.all([
      readFigures(midnight(serverClock.now())),
      readHealth(),
      causes.peek().length > 0 ? causes.peek() : readCauses(),
      companies.peek().size > 0 ? companies.peek() : readCompanies(),
    ]);
    figures.value = day;
    health.value = state;
    causes.value = list;
    companies.value = names;
  } catch (error) {
    // The heartbeat tells that the line is down; here is nothing to add.
    if (!(error instanceof Refusal)) throw error;
  }
}
