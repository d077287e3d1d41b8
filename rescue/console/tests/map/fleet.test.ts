import { expect, test } from "vitest";
import { type Directory, Fleet, HEADER_BYTES, NO_FLOOR, RECORD_BYTES } from "../../src/map/fleet";
import { Mark } from "../../src/map/marks";

const BITS = [
  { name: "link", shift: 0, width: 2, words: ["unheard", "online", "late", "offline"] },
  { name: "power", shift: 2, width: 2, words: ["mains", "battery", "lost", "unknown"] },
  { name: "alarm", shift: 4, width: 1, words: ["no", "yes"] },
  { name: "from the future", shift: 5, width: 3, words: ["a", "b"] },
];

function directory(count: number, more: Partial<Directory> = {}): Directory {
  const list = Array.from({ length: count }, (_, n) => n);
  return {
    version: String(count),
    bits: BITS,
    lift_id: list.map((n) => `L${n}`),
    rescue_code: list.map((n) => String(100_000 + n)),
    lon: list.map((n) => 113 + n / 100),
    lat: list.map(() => 34.7),
    areas: ["410105"],
    area: list.map(() => 0),
    buildings: ["3"],
    building: list.map(() => 0),
    addresses: ["花园路 1 号"],
    address: list.map(() => 0),
    gone: [],
    ...more,
  };
}

type Said = readonly [place: number, bits: number, floor: number, ageS: number];

function frame(said: readonly Said[], { at = 1000, forget = false, lifts = 3, layout = 1 } = {}): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + said.length * RECORD_BYTES));
  view.setUint8(0, layout);
  view.setUint8(1, Number(forget));
  view.setUint16(2, RECORD_BYTES, true);
  view.setUint32(4, said.length, true);
  view.setFloat64(8, at, true);
  view.setUint32(20, lifts, true);
  for (const [n, [place, bits, floor, ageS]] of said.entries()) {
    const begin = HEADER_BYTES + n * RECORD_BYTES;
    view.setUint32(begin, place, true);
    view.setUint32(begin + 4, bits, true);
    view.setInt16(begin + 8, floor, true);
    view.setUint16(begin + 10, ageS, true);
  }
  return view.buffer as ArrayBuffer;
}

function fleetOf(count: number): Fleet {
  const fleet = new Fleet();
  fleet.know(directory(count));
  return fleet;
}

test("a lift shows what it said last, its floor, and since when that is known", () => {
  const fleet = fleetOf(3);
  expect(fleet.hear(frame([[1, 0b0_00_01, -2, 30]]))).toBe("heard");
  const lift = fleet.card(1);
  expect(lift).toMatchObject({ liftId: "L1", rescueCode: "100001", mark: Mark.InService, floor: -2, heardAt: 970 });
  expect(lift.words).toMatchObject({ link: "online", power: "mains", alarm: "no" });
  expect(fleet.card(0)).toMatchObject({ mark: Mark.Unheard, floor: null, heardAt: null });
  fleet.hear(frame([[1, 0b1_00_01, NO_FLOOR, 0]], { at: 1001 }));
  expect(fleet.card(1)).toMatchObject({ mark: Mark.Alarm, floor: null, heardAt: 1001 });
});

test("an alarm stands though the lift is silent; of a silent lift without one only the silence is shown", () => {
  const fleet = fleetOf(3);
  fleet.hear(
    frame([
      [0, 0b1_00_11, 1, 0],
      [1, 0b0_10_11, 1, 0],
      [2, 0b0_10_01, 1, 0],
    ]),
  );
  expect([...fleet.states]).toEqual([Mark.Alarm, Mark.Offline, Mark.PowerLost]);
});

test("a frame of other layout, or cut short, changes nothing", () => {
  const fleet = fleetOf(3);
  fleet.hear(frame([[0, 1, 1, 0]]));
  const before = [...fleet.states];
  const whole = frame([[1, 1, 1, 0]]);
  for (const bad of [frame([[1, 1, 1, 0]], { layout: 2 }), whole.slice(0, 40), whole.slice(0, 8), new ArrayBuffer(0)]) {
    expect(fleet.hear(bad)).toBe("not_understood");
    expect([...fleet.states]).toEqual(before);
  }
});

test("lifts that the directory does not have yet ask for it to be read again, and harm no other", () => {
  const fleet = fleetOf(2);
  expect(
    fleet.hear(
      frame(
        [
          [5, 1, 1, 0],
          [1, 1, 4, 0],
        ],
        { lifts: 6 },
      ),
    ),
  ).toBe("outdated");
  expect(fleet.card(1).floor).toBe(4);
  fleet.know(directory(6));
  expect(fleet.card(1)).toMatchObject({ floor: 4, mark: Mark.InService });
  expect(fleet.hear(frame([[5, 1, 1, 0]], { lifts: 6 }))).toBe("heard");
});

test("a full frame begins with forgetting", () => {
  const fleet = fleetOf(3);
  fleet.hear(
    frame([
      [0, 1, 1, 0],
      [1, 1, 1, 0],
    ]),
  );
  fleet.hear(frame([[1, 1, 1, 0]], { forget: true }));
  expect([...fleet.states]).toEqual([Mark.Unheard, Mark.InService, Mark.Unheard]);
});

test("lifts are found by where they are; such as have no place or left the registry are not", () => {
  const fleet = new Fleet();
  fleet.know(directory(4, { lon: [113, null, 113, 113.5], gone: [2] }));
  const [x, y] = [fleet.world[0] as number, fleet.world[1] as number];
  expect(fleet.within(x, y, 1e-9)).toEqual([0]);
  expect(fleet.inside(0, 0, 1, 1).sort()).toEqual([0, 3]);
  expect(fleet.states[2]).toBe(Mark.None);
});
