// Where the crew is, told to the centre while it is on duty: at most every so often, and only the newest counts.

import { effect, signal } from "@preact/signals";
import { ask } from "../shared/api/client";
import { isOnline, work } from "./state";

const TELL_EVERY_MS = 15_000;

export type PositionState = "off" | "on" | "denied";
export const position = signal<PositionState>("off");

let watch: number | null = null;
let toldAt = Number.NEGATIVE_INFINITY;

/** Follow the switch of duty. */
export function followDuty(): void {
  effect(() => {
    if (work.value?.crew.on_duty) start();
    else stop();
  });
}

function start(): void {
  if (watch !== null || !("geolocation" in navigator)) return;
  watch = navigator.geolocation.watchPosition(tell, refuse, { enableHighAccuracy: true, maximumAge: TELL_EVERY_MS });
}

function stop(): void {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
  position.value = "off";
}

function tell({ coords }: GeolocationPosition): void {
  const crew = work.peek()?.crew;
  if (!crew || !isOnline.peek() || performance.now() - toldAt < TELL_EVERY_MS) return;
  toldAt = performance.now();
  const place = { position: { lon: coords.longitude, lat: coords.latitude } };
  ask("PATCH", `/crews/${encodeURIComponent(crew.crew_id)}`, place).then(
    () => {
      position.value = "on";
    },
    () => {
      position.value = "off";
    },
  );
}

function refuse({ code, PERMISSION_DENIED }: GeolocationPositionError): void {
  position.value = code === PERMISSION_DENIED ? "denied" : "off";
}
