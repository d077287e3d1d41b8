// Dashed lines, as far as they are in sight: one that leads far beyond the screen costs the browser hundreds of
// milliseconds, for it counts every dash of it.
//
// What is in sight begins its dashes where they would be anyway, so that they do not run while panning.

import type { Point } from "./layout";
import { type Place, projectAll, type View } from "./mercator";

/** A piece of a line, and how many pixels of it lie before. */
export interface Piece {
  readonly points: readonly Point[];
  readonly from: number;
}

const AROUND_PX = 40;
const projected = new WeakMap<readonly Place[], Float64Array>();

/** The pieces of a line that are in sight. */
export function piecesOf(line: readonly Point[], view: View): Piece[] {
  const pieces: { points: Point[]; from: number }[] = [];
  let [along, isOpen] = [0, false];
  for (let n = 1; n < line.length; n++) {
    const [begin, end] = [line[n - 1] as Point, line[n] as Point];
    const long = Math.hypot(end.x - begin.x, end.y - begin.y);
    const [first, last] = inSight(begin, end, view);
    if (first < last) {
      if (!isOpen || first > 0) {
        pieces.push({ points: [between(begin, end, first)], from: along + first * long });
      }
      pieces.at(-1)?.points.push(between(begin, end, last));
    }
    isOpen = first < last && last === 1;
    along += long;
  }
  return pieces;
}

/** A closed outline on the screen, back to where it begins. */
export function outlineOf(ring: readonly Place[], { west, north, scale }: View): Point[] {
  const world = projected.get(ring) ?? project(ring);
  return [...ring, ring[0]].map((_, n) => {
    const at = 2 * (n % ring.length);
    return { x: ((world[at] as number) - west) * scale, y: ((world[at + 1] as number) - north) * scale };
  });
}

function project(ring: readonly Place[]): Float64Array {
  const world = projectAll(
    ring.map(({ lon }) => lon),
    ring.map(({ lat }) => lat),
  );
  projected.set(ring, world);
  return world;
}

/** From which share of the way to which a straight line is in sight: the first is not less than the last if it is not. */
function inSight(begin: Point, end: Point, { width, height }: View): [first: number, last: number] {
  let [first, last] = [0, 1];
  for (const [from, to, size] of [
    [begin.x, end.x, width],
    [begin.y, end.y, height],
  ] as const) {
    const [low, high] = [-AROUND_PX - from, size + AROUND_PX - from];
    const way = to - from;
    if (way === 0) {
      [first, last] = low <= 0 && high >= 0 ? [first, last] : [1, 0];
    } else {
      const shares = [low / way, high / way];
      first = Math.max(first, Math.min(...shares));
      last = Math.min(last, Math.max(...shares));
    }
  }
  return [first, last];
}

function between(begin: Point, end: Point, share: number): Point {
  return { x: begin.x + (end.x - begin.x) * share, y: begin.y + (end.y - begin.y) * share };
}
