// How many lifts are in which state, by what the map marks them with. Pure.

import { Mark } from "../map";

export interface MarkCounts {
  readonly alarm: number;
  readonly power: number;
  readonly faulty: number;
  readonly out: number;
  readonly silent: number;
  readonly in_service: number;
}

export function countMarks(states: Uint8Array): MarkCounts {
  const count = new Uint32Array(16);
  for (const mark of states) count[mark] = (count[mark] ?? 0) + 1;
  const of = (...marks: Mark[]) => marks.reduce<number>((sum, mark) => sum + (count[mark] ?? 0), 0);
  return {
    alarm: of(Mark.Alarm),
    power: of(Mark.PowerLost),
    faulty: of(Mark.Faulty),
    out: of(Mark.OutOfService),
    silent: of(Mark.Unheard, Mark.Stale, Mark.Offline),
    in_service: of(Mark.InService),
  };
}

export function total(counts: MarkCounts): number {
  return Object.values(counts).reduce((sum, one) => sum + one, 0);
}
