// What a lift's state bits come to on the map: one of a few marks, the more telling the later it is painted. Pure.
//
// Where which fact stands in the bits is told by the directory (docs/live.md), so a server that moves them is understood.

export const Mark = {
  None: 0,
  Unheard: 1,
  Stale: 2,
  Offline: 3,
  InService: 4,
  OutOfService: 5,
  Faulty: 6,
  PowerLost: 7,
  Alarm: 8,
} as const;
export type Mark = (typeof Mark)[keyof typeof Mark];

export const MARKS = 9;
/** From here on a mark is painted after all others, so that nothing covers it. */
export const FIRST_NOTABLE = Mark.Faulty;

export interface BitField {
  readonly name: string;
  readonly shift: number;
  readonly width: number;
  readonly words: readonly string[];
}

export type Words = Readonly<Record<string, string>>;
export type ReadMark = (bits: number) => Mark;

/** What the bits say, word by word. */
export function spell(bits: number, fields: readonly BitField[]): Words {
  return Object.fromEntries(fields.map((one) => [one.name, wordOf(bits, one)]));
}

/** A table instead of a chain of questions: telemetry asks thousands of times a second. */
export function markReader(fields: readonly BitField[]): ReadMark {
  const asked = ["link", "power", "service", "faulty", "trapped", "alarm"].map((name) => tableOf(name, fields));
  return (bits) => {
    let says = 0;
    for (const { shift, mask, values } of asked) {
      says |= values[(bits >>> shift) & mask] ?? 0;
    }
    return MARK_OF[says] ?? Mark.InService;
  };
}

const SAYS = { unheard: 1, late: 2, offline: 4, out: 8, faulty: 16, lost: 32, alarm: 64 };
const OUT_OF_SERVICE = ["stopped", "inspection", "fire_return", "firefighter", "emergency_power", "earthquake"];
const MEANINGS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  link: { unheard: SAYS.unheard, late: SAYS.late, offline: SAYS.offline },
  power: { lost: SAYS.lost },
  service: Object.fromEntries(OUT_OF_SERVICE.map((word) => [word, SAYS.out])),
  faulty: { yes: SAYS.faulty },
  trapped: { yes: SAYS.alarm },
  alarm: { yes: SAYS.alarm },
};
const MARK_OF: readonly Mark[] = Array.from({ length: 128 }, (_, says) => judge(says));

/** An alarm stands though the lift has fallen silent; any other word of a silent lift is old. */
function judge(says: number): Mark {
  const ranked: [number, Mark][] = [
    [SAYS.alarm, Mark.Alarm],
    [SAYS.unheard, Mark.Unheard],
    [SAYS.offline, Mark.Offline],
    [SAYS.late, Mark.Stale],
    [SAYS.lost, Mark.PowerLost],
    [SAYS.faulty, Mark.Faulty],
    [SAYS.out, Mark.OutOfService],
  ];
  return ranked.find(([bit]) => says & bit)?.[1] ?? Mark.InService;
}

function tableOf(name: string, fields: readonly BitField[]) {
  const field = fields.find((one) => one.name === name);
  const meanings = MEANINGS[name] ?? {};
  const values = new Uint8Array((field?.words ?? []).map((word) => meanings[word] ?? 0));
  return { shift: field?.shift ?? 0, mask: field ? 2 ** field.width - 1 : 0, values };
}

function wordOf(bits: number, field: BitField): string {
  return field.words[(bits >>> field.shift) & (2 ** field.width - 1)] ?? "";
}
