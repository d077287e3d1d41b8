import { expect, test } from "vitest";
import { baseMapShiftPx, toGcj02 } from "../../src/map/datum";
import { onScreen, viewAround } from "../../src/map/mercator";
import places from "./gcj02.json";

test("a place is shifted as devices/datum.py shifts it, to a millimetre", () => {
  for (const { wgs84, gcj02 } of places) {
    const shifted = toGcj02({ lon: wgs84[0] as number, lat: wgs84[1] as number });
    expect(shifted.lon).toBeCloseTo(gcj02[0] as number, 8);
    expect(shifted.lat).toBeCloseTo(gcj02[1] as number, 8);
  }
});

test("a moved base map shows the middle of the view where the view has it, and all else within two pixels", () => {
  const centre = { lon: 113.65, lat: 34.76 };
  for (const zoom of [11, 14, 18]) {
    const [x, y] = baseMapShiftPx(centre, zoom, "gcj02");
    for (const east of [-0.5, 0, 0.5]) {
      const place = { lon: centre.lon + (east * 1600 * 360) / (256 * 2 ** zoom), lat: centre.lat };
      const view = viewAround(centre, zoom, 1600, 900);
      const [ours, theirs] = [onScreen(place, view), onScreen(toGcj02(place), view)];
      expect(Math.abs(theirs[0] + x - ours[0])).toBeLessThan(east ? 2 : 1e-4);
      expect(Math.abs(theirs[1] + y - ours[1])).toBeLessThan(east ? 2 : 1e-4);
    }
  }
});

test("a base map in WGS84 is not moved", () => {
  expect(baseMapShiftPx({ lon: 113.65, lat: 34.76 }, 18, "wgs84")).toEqual([0, 0]);
});
