// Who sits here. A session that ends in mid-shift takes nothing from the screen: the door opens above what is there.

import { computed, signal } from "@preact/signals";
import { logIn, logOut, whoAmI } from "../../shared/api/calls";
import type { Role, Who } from "../../shared/api/types";
import { timeZone } from "../../shared/time";

const STAFF: ReadonlySet<Role> = new Set<Role>(["operator", "supervisor", "admin"]);
const MAY_EXPORT: ReadonlySet<Role> = new Set<Role>(["supervisor", "auditor", "admin"]);

/** Null for nobody. */
export const who = signal<Who | null>(null);
/** We have asked who sits here. */
export const isKnown = signal(false);
/** Somebody was at work here, and must log in again to go on. */
export const isOver = signal(false);

const has = (roles: ReadonlySet<Role>) => roles.has(who.value?.role ?? "wall");

export const mayAct = computed(() => has(STAFF));
export const mayReadHistory = computed(() => has(STAFF) || who.value?.role === "auditor");
export const mayExport = computed(() => has(MAY_EXPORT));

/** Ask who sits here; true if somebody does. Raises Refusal. */
export async function askWho(): Promise<boolean> {
  const said = await whoAmI();
  timeZone.value = said.timezone;
  if (!isOver.value) who.value = said.who;
  isKnown.value = true;
  return said.who !== null;
}

/** Raises Refusal. */
export async function enter(username: string, password: string): Promise<void> {
  const said = await logIn(username, password);
  timeZone.value = said.timezone;
  who.value = said;
  isOver.value = false;
}

/** Nothing stays on the screen, whether or not the service still hears us. */
export async function leave(): Promise<void> {
  await logOut().catch(() => null);
  who.value = null;
  isOver.value = false;
}
