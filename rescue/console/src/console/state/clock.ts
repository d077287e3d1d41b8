// The service's time as a signal that moves once a second: what shows a timer reads it, and nothing else is drawn anew.

import { signal } from "@preact/signals";
import { ServerClock } from "../../shared/live/clock";

export const serverClock = new ServerClock(() => performance.now());

/** Milliseconds, by the service. */
export const now = signal(serverClock.now());

const TICK_MS = 1000;

/** Begin to tick; the end of it is returned. */
export function startTicking(): () => void {
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
}

export function tick(): void {
  now.value = serverClock.now();
}
