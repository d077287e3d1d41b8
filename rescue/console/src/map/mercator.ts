// Web Mercator on the unit square: x grows to the east, y to the south, 0 to 1 each. Pure; knows of no map library.
// What is projected once at this scale serves every zoom: a zoom is only another factor.

export const TILE_PX = 256;
export const NORTHERNMOST = 85.051128779806;
const EARTH_M = 40_075_016.686;

/** A rectangle of the world on a screen: its north-western corner, and how many pixels the whole world is wide. */
export interface View {
  readonly west: number;
  readonly north: number;
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly lon: number;
  readonly lat: number;
}

export function worldX(lon: number): number {
  return lon / 360 + 0.5;
}

export function worldY(lat: number): number {
  const sine = Math.sin((Math.max(-NORTHERNMOST, Math.min(NORTHERNMOST, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

export function lonOf(x: number): number {
  return (x - 0.5) * 360;
}

export function latOf(y: number): number {
  return (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;
}

export function scaleOf(zoom: number): number {
  return TILE_PX * 2 ** zoom;
}

export function viewAround(centre: Place, zoom: number, width: number, height: number): View {
  const scale = scaleOf(zoom);
  const west = worldX(centre.lon) - width / 2 / scale;
  return { west, north: worldY(centre.lat) - height / 2 / scale, scale, width, height };
}

/** Where a place is on the screen, in pixels from its upper left corner. */
export function onScreen(place: Place, view: View): [number, number] {
  return [(worldX(place.lon) - view.west) * view.scale, (worldY(place.lat) - view.north) * view.scale];
}

export function metresPerPixel(lat: number, zoom: number): number {
  return (Math.cos((lat * Math.PI) / 180) * EARTH_M) / scaleOf(zoom);
}

/** World coordinates of many places, x and y by turns; NaN where one has none. */
export function projectAll(lon: readonly (number | null)[], lat: readonly (number | null)[]): Float64Array {
  const world = new Float64Array(lon.length * 2);
  for (let n = 0; n < lon.length; n++) {
    const [east, north] = [lon[n] ?? Number.NaN, lat[n] ?? Number.NaN];
    world[2 * n] = worldX(east);
    world[2 * n + 1] = worldY(north);
  }
  return world;
}
