// @vitest-environment happy-dom
import L from "leaflet";
import { expect, test } from "vitest";
import {
  latOf,
  lonOf,
  metresPerPixel,
  onScreen,
  projectAll,
  scaleOf,
  viewAround,
  worldX,
  worldY,
} from "../../src/map/mercator";
import { cases } from "./chance";

test("a place comes back from the unit square where it was", () => {
  for (const chance of cases(2000)) {
    const [lon, lat] = [chance() * 360 - 180, chance() * 168 - 84];
    expect(lonOf(worldX(lon))).toBeCloseTo(lon, 9);
    expect(latOf(worldY(lat))).toBeCloseTo(lat, 9);
  }
});

test("a place is on the screen where Leaflet would put it, at every zoom", () => {
  for (const chance of cases(500, 2)) {
    const place = { lon: chance() * 300 - 150, lat: chance() * 160 - 80 };
    const centre = { lon: place.lon + chance() * 0.01, lat: place.lat + chance() * 0.01 };
    const zoom = Math.floor(chance() * 20);
    const leaflets = (at: typeof place) => L.CRS.EPSG3857.latLngToPoint(L.latLng(at.lat, at.lon), zoom);
    const [x, y] = onScreen(place, viewAround(centre, zoom, 1600, 900));
    expect(x).toBeCloseTo(800 + leaflets(place).x - leaflets(centre).x, 4);
    expect(y).toBeCloseTo(450 + leaflets(place).y - leaflets(centre).y, 4);
  }
});

test("farther east is farther right, farther north farther up", () => {
  for (const chance of cases(500, 3)) {
    const [lon, lat, step] = [chance() * 350 - 175, chance() * 160 - 80, chance() + 1e-6];
    expect(worldX(lon + step)).toBeGreaterThan(worldX(lon));
    expect(worldY(lat + step)).toBeLessThan(worldY(lat));
  }
});

test("a lift without a place has none on the unit square either", () => {
  const world = projectAll([113.6, null, 113.7], [34.7, 34.7, null]);
  expect([...world].map(Number.isNaN)).toEqual([false, false, true, false, false, true]);
});

test("a pixel is half as many metres with each zoom, and the equator is forty thousand kilometres long", () => {
  expect(metresPerPixel(0, 0) * scaleOf(0)).toBeCloseTo(40_075_016.7, 0);
  expect(metresPerPixel(34.75, 12)).toBeCloseTo(2 * metresPerPixel(34.75, 13), 9);
});
