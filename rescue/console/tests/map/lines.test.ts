import { expect, test } from "vitest";
import { outlineOf, type Piece, piecesOf } from "../../src/map/lines";
import { latOf, lonOf, type Place } from "../../src/map/mercator";
import { cases } from "./chance";

const VIEW = { west: 0.5, north: 0.4, scale: 2 ** 20, width: 1600, height: 900 };

/** A corner by where it is on the screen. */
function at(x: number, y: number) {
  return { lon: lonOf(VIEW.west + x / VIEW.scale), lat: latOf(VIEW.north + y / VIEW.scale) };
}

function pieces(ring: readonly Place[]): Piece[] {
  return piecesOf(outlineOf(ring, VIEW), VIEW);
}

test("an outline in sight is whole, and comes back to where it began", () => {
  const [piece, ...others] = pieces([at(100, 100), at(500, 100), at(500, 400)]);
  expect(others).toEqual([]);
  expect(piece?.from).toBe(0);
  expect(piece?.points).toHaveLength(4);
  expect(piece?.points[3]?.x).toBeCloseTo(100, 3);
});

test("of an outline that leads far away, only what is in sight is drawn", () => {
  const [piece, ...others] = pieces([at(-90_000, 450), at(90_000, 450), at(0, 90_000)]);
  expect(others).toEqual([]);
  expect(piece?.points.map(({ x }) => Math.round(x))).toEqual([-40, 1640]);
  expect(piece?.from).toBeCloseTo(89_960, 1);
});

test("an outline all around, and one elsewhere, are nothing to draw", () => {
  expect(pieces([at(-500, -500), at(5000, -500), at(5000, 5000), at(-500, 5000)])).toEqual([]);
  expect(pieces([at(5000, 5000), at(6000, 5000), at(6000, 6000)])).toEqual([]);
});

test("whatever the outline, no piece leads far beyond the screen, and its dashes begin where they lie along it", () => {
  for (const chance of cases(200)) {
    const ring = Array.from({ length: 3 + Math.floor(chance() * 8) }, () =>
      at((chance() - 0.3) * 5000, (chance() - 0.3) * 3000),
    );
    const found = pieces(ring);
    for (const { points } of found) {
      expect(points.length).toBeGreaterThan(1);
      for (const { x, y } of points) {
        expect(x > -41 && x < 1641 && y > -41 && y < 941).toBe(true);
      }
    }
    const begins = found.map((one) => one.from);
    expect(begins).toEqual([...begins].sort((a, b) => a - b));
  }
});
