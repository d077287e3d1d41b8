// Lifts as pixels: every lift of a city into one picture, within a millisecond or two, without any graphics card. Pure.
//
// A mark is a small stamp of pixels. Ordinary ones come first, notable ones over them, alarms last and larger. What is
// old is hollow: a ring instead of a disc.

import { FIRST_NOTABLE, MARKS, Mark } from "./marks";
import type { View } from "./mercator";
import { type Palette, toPixel } from "./palette";

export interface Picture {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
}

export interface Dots {
  /** x and y on the unit square by turns. */
  readonly world: Float64Array;
  /** A Mark each. */
  readonly states: Uint8Array;
}

/** What one mark puts where: steps from the point's own pixel, and the colour of each. */
interface Stamp {
  readonly steps: Int32Array;
  readonly colour: number;
}

export interface Look {
  readonly palette: Palette;
  readonly zoom: number;
  /** Nothing has been heard for a while: all that is shown is old. */
  readonly isStale: boolean;
  /** Pixels of the picture a pixel that marks are measured in. */
  readonly density: number;
}

/** Points this far beyond the edge are still painted, in part: pictures have so much room around the view. */
export const MARGIN_PX = 12;

/** Farther out than this a whole city is seen. */
const CITY_ZOOM = 11.5;
const HOLLOW: ReadonlySet<Mark> = new Set([Mark.Unheard, Mark.Stale, Mark.Offline]);

/** Paint all lifts; returns how many lie within. The view is that of the picture, its margin included. */
export function paintLifts(picture: Picture, view: View, dots: Dots, look: Look): number {
  picture.pixels.fill(0);
  const stamps = stampsFor(look, picture.width);
  const notable = new Notable();
  const shown = paintOrdinary(picture, view, dots, stamps, notable);
  for (let mark = FIRST_NOTABLE; mark < MARKS; mark++) {
    notable.paint(picture.pixels, mark, stamps[mark]);
  }
  return shown;
}

/** The loop over all lifts of the city: 120,000 rounds a frame, hence one function. */
function paintOrdinary(
  { pixels, width, height }: Picture,
  { west, north, scale }: View,
  { world, states }: Dots,
  stamps: readonly Stamp[],
  notable: Notable,
): number {
  const [right, bottom] = [width - MARGIN_PX, height - MARGIN_PX];
  let shown = 0;
  for (let n = 0; n < states.length; n++) {
    const x = ((world[2 * n] as number) - west) * scale;
    const y = ((world[2 * n + 1] as number) - north) * scale;
    if (!(x >= MARGIN_PX && x < right && y >= MARGIN_PX && y < bottom)) {
      continue; // also where the lift has no place: NaN is not within
    }
    const at = (y | 0) * width + (x | 0);
    const mark = states[n] as number;
    shown++;
    if (mark >= FIRST_NOTABLE) {
      notable.keep(mark, at);
      continue;
    }
    const { steps, colour } = stamps[mark] as Stamp;
    for (let step = 0; step < steps.length; step++) {
      pixels[at + (steps[step] as number)] = colour;
    }
  }
  return shown;
}

/** Those that come after the others, by mark. */
class Notable {
  readonly #kept: number[][] = Array.from({ length: MARKS }, () => []);

  keep(mark: number, at: number): void {
    this.#kept[mark]?.push(at);
  }

  paint(pixels: Uint32Array, mark: number, stamp: Stamp | undefined): void {
    for (const at of this.#kept[mark] ?? []) {
      for (const step of stamp?.steps ?? []) {
        pixels[at + step] = stamp?.colour ?? 0;
      }
    }
  }
}

/** How wide an ordinary lift is, in pixels of the page. */
export function dotPx(zoom: number): number {
  if (zoom < CITY_ZOOM) {
    return 2;
  }
  return zoom < 13.5 ? 3 : zoom < 15.5 ? 5 : 7;
}

let lastStamps: { key: string; stamps: Stamp[] } = { key: "", stamps: [] };

function stampsFor(look: Look, width: number): readonly Stamp[] {
  const key = `${look.palette.ground} ${dotPx(look.zoom)} ${look.isStale} ${look.density} ${width}`;
  if (lastStamps.key !== key) {
    const stamps = Array.from({ length: MARKS }, (_, mark) => stampOf(mark as Mark, look, width));
    lastStamps = { key, stamps };
  }
  return lastStamps.stamps;
}

function stampOf(mark: Mark, look: Look, width: number): Stamp {
  const size = Math.min(Math.round(sizePx(mark, look.zoom) * look.density), 2 * MARGIN_PX - 1);
  const isHollow = look.isStale || HOLLOW.has(mark);
  const steps = mark === Mark.None ? [] : shapeOf(mark, size, isHollow).map(([x, y]) => y * width + x);
  return { steps: Int32Array.from(steps), colour: toPixel(colourOf(mark, look)) };
}

function colourOf(mark: Mark, { palette, zoom }: Look): string {
  return mark === Mark.InService && zoom < CITY_ZOOM ? palette.crowd : palette.lifts[mark];
}

function sizePx(mark: Mark, zoom: number): number {
  const size = dotPx(zoom);
  switch (mark) {
    case Mark.Alarm:
      return size + 6;
    case Mark.Faulty:
    case Mark.PowerLost:
      return size < 5 ? Math.max(size, 3) : size + 2;
    case Mark.Stale:
    case Mark.Offline:
      return Math.max(size, 3); // less could not be hollow
    default:
      return size;
  }
}

type Step = readonly [x: number, y: number];

/** The pixels of a mark, its middle at 0: a square for a fault, a cross where power is out, a bar out of service. */
function shapeOf(mark: Mark, size: number, isHollow: boolean): Step[] {
  const steps = squareOf(size);
  const edge = (step: Step) => isEdge(step, size);
  switch (mark) {
    case Mark.PowerLost:
      return steps.filter(
        ([x, y]) => Math.abs(x) === Math.abs(y) || (size > 5 && Math.abs(Math.abs(x) - Math.abs(y)) === 1),
      );
    case Mark.OutOfService:
      return size < 3 ? steps : steps.filter(([, y]) => Math.abs(y) <= Math.max(0, size / 2 - 2));
    case Mark.Faulty:
      return isHollow ? steps.filter(edge) : steps;
    default:
      return isHollow && size > 2
        ? steps.filter((step) => isRound(step, size) && isRim(step, size))
        : steps.filter((step) => isRound(step, size));
  }
}

function squareOf(size: number): Step[] {
  const first = -Math.floor(size / 2);
  return Array.from({ length: size * size }, (_, n): Step => [first + (n % size), first + Math.floor(n / size)]);
}

function fromMiddle([x, y]: Step, size: number): number {
  const off = size % 2 ? 0 : 0.5;
  return Math.hypot(x + off, y + off);
}

function isRound(step: Step, size: number): boolean {
  return size < 4 || fromMiddle(step, size) <= size / 2;
}

function isRim(step: Step, size: number): boolean {
  return size < 4 ? isEdge(step, size) : fromMiddle(step, size) > size / 2 - 1.2;
}

function isEdge([x, y]: Step, size: number): boolean {
  const first = -Math.floor(size / 2);
  return [x, y].some((at) => at === first || at === first + size - 1);
}
