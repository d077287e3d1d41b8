// Instants and spans as people read them: 24 hours, by the centre's clock wherever the reader sits.

import { signal } from "@preact/signals";

/** The centre's time zone, as the service names it at the door. */
export const timeZone = signal("Asia/Shanghai");

/** The instant in milliseconds. */
export function instant(text: string): number {
  return Date.parse(text);
}

/** How long, as 0:42, 12:05 or 1:02:03; what is negative counts as nothing. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hourCycle: "h23", ...options });
  formats.set(key, known);
  return known;
}

const OF_DAY: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const DATE: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit" };

/** The time of day, 13:04:09. */
export function timeOfDay(at: string | number, zone = timeZone.value): string {
  return format(zone, OF_DAY).format(new Date(at));
}

/** The day, 2026-03-02. */
export function day(at: string | number, zone = timeZone.value): string {
  return format(zone, DATE).format(new Date(at));
}

/** The time of day, with its day if that is not the day of `now`. */
export function when(at: string | number, now: number, zone = timeZone.value): string {
  const [date, time] = [day(at, zone), timeOfDay(at, zone)];
  return date === day(now, zone) ? time : `${date.slice(5)} ${time}`;
}

const SPELT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)/g;

/** A sentence of the service with its instants as people here read them, to the minute. */
export function inLocalTime(sentence: string, now: number, zone = timeZone.value): string {
  return sentence.replace(SPELT, (at) => when(at, now, zone).slice(0, -":00".length));
}

/** The last midnight of the centre before `now`, in milliseconds. */
export function midnight(now: number, zone = timeZone.value): number {
  const [hours = 0, minutes = 0, seconds = 0] = timeOfDay(now, zone).split(":").map(Number);
  return Math.floor(now / 1000) * 1000 - ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
