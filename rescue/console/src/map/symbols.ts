// How a case, a crew and a way are drawn: shape and size tell the priority as surely as colour does.
//
// Diamond, triangle, square: priorities 1, 2, 3, each smaller than the one before and with its figure in it. A ring is
// a case that somebody has taken. Crews are arrow heads in ink, hollow when their position is old.

import type { Point } from "./layout";
import type { Piece } from "./lines";
import type { Palette } from "./palette";
import type { CaseMark, CrewState } from "./store";

type Pen = CanvasRenderingContext2D;

export const FONT = 'system-ui, "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif';

/** Half the width of the mark of a priority. */
export function reachOf(one: CaseMark, zoom: number): number {
  const factor = zoom < 13 ? 0.8 : 1;
  return (one.handled ? 10 : ([18, 15, 12, 9][one.priority - 1] ?? 9)) * factor;
}

export function drawCase(pen: Pen, at: Point, one: CaseMark, count: number, zoom: number, palette: Palette): void {
  const reach = reachOf(one, zoom);
  const urgent = one.handled ? undefined : palette.urgent[one.priority - 1];
  pen.lineJoin = "round";
  outline(pen, at, one, reach);
  pen.lineWidth = 5;
  pen.strokeStyle = palette.paper;
  pen.stroke();
  pen.fillStyle = urgent?.fill ?? palette.paper;
  pen.fill();
  pen.lineWidth = urgent ? 1.5 : 2.5;
  pen.strokeStyle = palette.ink;
  pen.stroke();
  const low = !one.handled && one.priority === 2 ? reach * 0.22 : 0;
  write(pen, String(one.priority), { x: at.x, y: at.y + low }, Math.round(reach * 1.05), urgent?.text ?? palette.ink);
  if (count > 1) {
    drawCount(pen, { x: at.x + reach, y: at.y - reach }, count, palette);
  }
}

function outline(pen: Pen, { x, y }: Point, { handled, priority }: CaseMark, reach: number): void {
  pen.beginPath();
  if (handled || priority === 4) {
    pen.arc(x, y, reach, 0, 2 * Math.PI);
  } else if (priority === 1) {
    polygon(pen, [x, y - reach * 1.15, x + reach * 1.15, y, x, y + reach * 1.15, x - reach * 1.15, y]);
  } else if (priority === 2) {
    polygon(pen, [x, y - reach * 1.1, x + reach * 1.1, y + reach * 0.85, x - reach * 1.1, y + reach * 0.85]);
  } else {
    pen.rect(x - reach * 0.9, y - reach * 0.9, reach * 1.8, reach * 1.8);
  }
}

function drawCount(pen: Pen, at: Point, count: number, palette: Palette): void {
  const text = count > 99 ? "99+" : String(count);
  const half = text.length * 4 + 5;
  pen.beginPath();
  pen.roundRect(at.x - half, at.y - 9, 2 * half, 18, 9);
  pen.fillStyle = palette.ink;
  pen.fill();
  write(pen, text, at, 12, palette.paper);
}

/** A ring around what is chosen; around an unhandled priority 1 it is what blinks. */
export function drawRing(pen: Pen, { x, y }: Point, reach: number, colour: string, palette: Palette): void {
  pen.beginPath();
  pen.arc(x, y, reach + 8, 0, 2 * Math.PI);
  pen.lineWidth = 6;
  pen.strokeStyle = palette.paper;
  pen.stroke();
  pen.lineWidth = 3;
  pen.strokeStyle = colour;
  pen.stroke();
}

export const CREW_REACH_PX = 11;

export function drawCrew(pen: Pen, { x, y }: Point, state: CrewState, isStale: boolean, palette: Palette): void {
  const busy = state === "en_route" || state === "on_scene";
  const reach = busy ? CREW_REACH_PX : CREW_REACH_PX - 4;
  pen.beginPath();
  polygon(pen, [
    x,
    y + reach,
    x - reach,
    y - reach * 0.1,
    x - reach,
    y - reach,
    x + reach,
    y - reach,
    x + reach,
    y - reach * 0.1,
  ]);
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = palette.paper;
  pen.stroke();
  const isSolid = busy && !isStale;
  pen.fillStyle = isSolid ? palette.crew : palette.paper;
  pen.fill();
  pen.lineWidth = 2;
  pen.setLineDash(isStale ? [3, 2] : []);
  pen.strokeStyle = state === "off_duty" ? palette.border : palette.crew;
  pen.stroke();
  pen.setLineDash([]);
  if (state === "on_scene") {
    pen.fillStyle = isSolid ? palette.paper : palette.crew;
    pen.fillRect(x - 3, y - reach * 0.7, 6, 6);
  }
}

export function drawWay(pen: Pen, { points, from }: Piece, isAsked: boolean, palette: Palette): void {
  for (const [width, colour, dash] of [
    [6, palette.paper, []],
    [2.5, palette.route, isAsked ? [2, 6] : [10, 5]],
  ] as const) {
    trace(pen, points);
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.globalAlpha = colour === palette.paper ? 0.75 : 1;
    pen.setLineDash([...dash]);
    pen.lineDashOffset = from;
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.lineDashOffset = 0;
  pen.setLineDash([]);
}

/** A path along these points, to be stroked. */
export function trace(pen: Pen, points: readonly Point[]): void {
  pen.beginPath();
  for (const { x, y } of points) {
    pen.lineTo(x, y); // the first only begins it
  }
}

/** An arrow head at the edge, for what is urgent and out of sight. */
export function drawArrow(pen: Pen, at: Point, angle: number, fill: string, palette: Palette): void {
  pen.save();
  pen.translate(at.x, at.y);
  pen.rotate(angle);
  pen.beginPath();
  polygon(pen, [12, 0, -10, -13, -4, 0, -10, 13]);
  pen.lineJoin = "round";
  pen.lineWidth = 6;
  pen.strokeStyle = palette.paper;
  pen.stroke();
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = palette.ink;
  pen.stroke();
  pen.restore();
}

export function write(pen: Pen, text: string, at: Point, size: number, colour: string, halo = ""): void {
  pen.font = `600 ${size}px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  if (halo) {
    pen.lineJoin = "round";
    pen.lineWidth = 4;
    pen.strokeStyle = halo;
    pen.strokeText(text, at.x, at.y);
  }
  pen.fillStyle = colour;
  pen.fillText(text, at.x, at.y);
}

function polygon(pen: Pen, at: readonly number[]): void {
  pen.moveTo(at[0] ?? 0, at[1] ?? 0);
  for (let n = 2; n < at.length; n += 2) {
    pen.lineTo(at[n] ?? 0, at[n + 1] ?? 0);
  }
  pen.closePath();
}
