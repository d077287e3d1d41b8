import { expect, test } from "vitest";
import { Mark } from "../../src/map/marks";
import { dotPx, type Look, MARGIN_PX, paintLifts } from "../../src/map/painting";
import { PALETTES, toPixel } from "../../src/map/palette";
import { cases } from "./chance";

const WIDTH = 200;
const HEIGHT = 120;
const VIEW = { west: 0, north: 0, scale: 1, width: WIDTH, height: HEIGHT };
const LOOK: Look = { palette: PALETTES.light, zoom: 14, isStale: false, density: 1 };

function paint(lifts: readonly (readonly [x: number, y: number, mark: Mark])[], look: Partial<Look> = {}) {
  const pixels = new Uint32Array(WIDTH * HEIGHT).fill(7);
  const dots = {
    world: Float64Array.from(lifts.flatMap((one) => one.slice(0, 2))),
    states: Uint8Array.from(lifts, (one) => one[2]),
  };
  const shown = paintLifts({ pixels, width: WIDTH, height: HEIGHT }, VIEW, dots, { ...LOOK, ...look });
  return { shown, at: (x: number, y: number) => pixels[y * WIDTH + x], count: pixels.filter(Boolean).length };
}

const colour = (mark: Mark) => toPixel(PALETTES.light.lifts[mark]);

test("every lift in sight is painted in the colour of its mark, and whatever was there before is gone", () => {
  for (const chance of cases(200)) {
    const [x, y] = [20 + Math.floor(chance() * 160), 20 + Math.floor(chance() * 80)];
    const { at, shown, count } = paint([[x, y, Mark.InService]]);
    expect(at(x, y)).toBe(colour(Mark.InService));
    expect(shown).toBe(1);
    expect(count).toBeLessThanOrEqual(dotPx(14) ** 2);
  }
});

test("a lift out of sight is not painted, nor one without a place, nor one that is gone", () => {
  const { shown, count } = paint([
    [MARGIN_PX - 1, 60, Mark.Alarm],
    [WIDTH, 60, Mark.Alarm],
    [Number.NaN, 60, Mark.Alarm],
    [60, -3, Mark.Alarm],
    [60, 60, Mark.None],
  ]);
  expect(count).toBe(0);
  expect(shown).toBe(1);
});

test("an alarm lies over all that comes before or after it in the list, and is larger", () => {
  const alone = paint([[60, 60, Mark.Alarm]]);
  const crowded = paint([
    [60, 60, Mark.InService],
    [60, 60, Mark.Alarm],
    [61, 60, Mark.Faulty],
    [60, 61, Mark.Stale],
  ]);
  expect(crowded.at(60, 60)).toBe(colour(Mark.Alarm));
  expect(crowded.count).toBe(alone.count);
  expect(alone.count).toBeGreaterThan(2 * paint([[60, 60, Mark.InService]]).count);
});

test("what is old is hollow at every zoom, and everything is when nothing is heard any more", () => {
  for (const zoom of [10, 12, 14, 16]) {
    for (const mark of [Mark.Stale, Mark.Offline]) {
      expect(paint([[60, 60, mark]], { zoom }).at(60, 60)).toBe(0);
    }
    expect(paint([[60, 60, Mark.InService]], { zoom }).at(60, 60)).not.toBe(0);
  }
  for (const mark of [Mark.InService, Mark.Alarm, Mark.Faulty]) {
    expect(paint([[60, 60, mark]], { isStale: true }).at(60, 60)).toBe(0);
  }
});

test("a fault, no power and out of service differ in shape and not in colour alone", () => {
  const shapes = [Mark.InService, Mark.OutOfService, Mark.Faulty, Mark.PowerLost].map((mark) => {
    const { at } = paint([[60, 60, mark]], { zoom: 16 });
    return Array.from({ length: 121 }, (_, n) => (at(55 + (n % 11), 55 + Math.floor(n / 11)) ? "#" : ".")).join("");
  });
  expect(new Set(shapes).size).toBe(4);
});

test("no lift is red, orange or yellow: those are for cases that nobody has taken", () => {
  for (const palette of Object.values(PALETTES)) {
    for (const said of Object.values(palette.lifts)) {
      const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(said.slice(at, at + 2), 16)) as [
        number,
        number,
        number,
      ];
      expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(24);
    }
  }
});

test("marks are told apart by shape or size alone: nobody needs to see their colour", () => {
  const telling = [Mark.InService, Mark.OutOfService, Mark.Faulty, Mark.PowerLost, Mark.Alarm, Mark.Offline];
  for (const zoom of [14, 16]) {
    const shapes = telling.map((mark) => {
      const { at } = paint([[60, 60, mark]], { zoom });
      const inked = (n: number) => (at(50 + (n % 21), 50 + Math.floor(n / 21)) ? "#" : ".");
      return Array.from({ length: 21 * 21 }, (_, n) => inked(n)).join("");
    });
    expect(new Set(shapes).size).toBe(telling.length);
  }
});
