// How alarms sound: one figure of tones for each priority, and one for a deadline that has passed. Pure.

export type Tune = "p1" | "p2" | "p3" | "breach" | "test";

export interface Tone {
  readonly hz: number;
  readonly from_s: number;
  readonly for_s: number;
  /** Of full scale. */
  readonly gain: number;
}

const beep = (hz: number, from_s: number, for_s: number, gain: number): Tone => ({ hz, from_s, for_s, gain });

/** Rising and loud for people inside, two even tones for what is grave, one low tone for work to do. */
export const TUNES: Readonly<Record<Tune, readonly Tone[]>> = {
  p1: [beep(880, 0, 0.18, 0.5), beep(1175, 0.22, 0.18, 0.5), beep(1568, 0.44, 0.3, 0.5)],
  p2: [beep(740, 0, 0.2, 0.35), beep(740, 0.35, 0.2, 0.35)],
  p3: [beep(440, 0, 0.25, 0.25)],
  breach: [
    beep(1320, 0, 0.12, 0.5),
    beep(990, 0.14, 0.12, 0.5),
    beep(1320, 0.28, 0.12, 0.5),
    beep(990, 0.42, 0.2, 0.5),
  ],
  test: [beep(660, 0, 0.2, 0.4), beep(880, 0.25, 0.25, 0.4)],
};

/** How long from one sounding to the next, while nobody has taken the case. */
export const REPEATED_EVERY_MS: Readonly<Record<1 | 2 | 3, number>> = { 1: 4000, 2: 15_000, 3: 60_000 };
