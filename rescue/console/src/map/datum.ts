// GCJ-02, the shifted datum of Chinese base maps: where on such a map a place of WGS84 lies.
//
// The same practice as devices/datum.py, against whose values this is tested. Positions stay WGS84: only the base map
// below them is moved.

import { type Place, TILE_PX, worldX, worldY } from "./mercator";

export type Datum = "wgs84" | "gcj02";

const EQUATOR_M = 6_378_245;
const ECCENTRICITY_SQUARED = 0.006693421622965943;
const BOX = { west: 72.004, east: 137.8347, south: 0.8293, north: 55.8271 };

type Wave = readonly [amplitude: number, frequency: number];
const COMMON: readonly Wave[] = [
  [20, 6],
  [20, 2],
];
const EAST: readonly Wave[] = [
  [20, 1],
  [40, 1 / 3],
  [150, 1 / 12],
  [300, 1 / 30],
];
const NORTH: readonly Wave[] = [
  [20, 1],
  [40, 1 / 3],
  [160, 1 / 12],
  [320, 1 / 30],
];

/** The shift itself; outside the box around the mainland nothing changes. */
export function toGcj02({ lon, lat }: Place): Place {
  if (lon < BOX.west || lon > BOX.east || lat < BOX.south || lat > BOX.north) {
    return { lon, lat };
  }
  const [eastM, northM] = shiftM(lon - 105, lat - 35);
  const bulge = 1 - ECCENTRICITY_SQUARED * Math.sin(radians(lat)) ** 2;
  const lonRadiusM = (EQUATOR_M / Math.sqrt(bulge)) * Math.cos(radians(lat));
  const latRadiusM = (EQUATOR_M * (1 - ECCENTRICITY_SQUARED)) / bulge ** 1.5;
  return { lon: lon + eastM / radians(lonRadiusM), lat: lat + northM / radians(latRadiusM) };
}

/** By how many pixels a base map of that datum is moved so that this place of it lies under the same place of ours. */
export function baseMapShiftPx(centre: Place, zoom: number, datum: Datum): [number, number] {
  if (datum === "wgs84") {
    return [0, 0];
  }
  const shifted = toGcj02(centre);
  const scale = TILE_PX * 2 ** zoom;
  return [(worldX(centre.lon) - worldX(shifted.lon)) * scale, (worldY(centre.lat) - worldY(shifted.lat)) * scale];
}

function shiftM(x: number, y: number): [number, number] {
  const bend = Math.sqrt(Math.abs(x));
  const common = ripple(x, COMMON);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * bend;
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * bend;
  return [east + common + ripple(x, EAST), north + common + ripple(y, NORTH)];
}

function ripple(degrees: number, waves: readonly Wave[]): number {
  const sum = waves.reduce(
    (all, [amplitude, frequency]) => all + amplitude * Math.sin(degrees * frequency * Math.PI),
    0,
  );
  return (sum * 2) / 3;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
