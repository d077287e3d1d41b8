// What is heard: the gravest case that nobody has taken, again and again; and each deadline once, when it passes.

import { effect } from "@preact/signals";
import type { Incident } from "../../shared/api/types";
import { incidents } from "../state/centre";
import { now, serverClock } from "../state/clock";
import { who } from "../state/session";
import { type Audible, breachesBetween, heardPriority } from "./heard";
import { isAudible, play } from "./player";
import { REPEATED_EVERY_MS } from "./tones";

let lastPlayed: { priority: Audible; at: number } | null = null;
let looked: { at: number; cases: ReadonlyMap<string, Incident> } | null = null;

export function startAlarms(): void {
  effect(() => {
    // Each second, and with each piece of news.
    const [, cases] = [now.value, incidents.value];
    if (who.value === null || !isAudible.value) return;
    soundBreaches(cases, serverClock.now());
    soundAlarm(heardPriority(cases.values()));
  });
}

function soundBreaches(cases: ReadonlyMap<string, Incident>, at: number): void {
  if (looked !== null && breachesBetween(looked.cases, cases, looked.at, at) > 0) play("breach");
  looked = { at, cases };
}

function soundAlarm(priority: Audible | null): void {
  if (priority === null) {
    lastPlayed = null;
    return;
  }
  const at = performance.now();
  const isGraver = lastPlayed === null || priority < lastPlayed.priority;
  if (!isGraver && lastPlayed !== null && at - lastPlayed.at < REPEATED_EVERY_MS[priority]) return;
  play(`p${priority}`);
  lastPlayed = { priority, at };
}
