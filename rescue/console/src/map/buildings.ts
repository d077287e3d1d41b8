// The closest level: each building a plate with its name, and on it every one of its lifts, with its floor and code.

import type { Fleet } from "./fleet";
import { type Box, boxAround, fanOut, type Point, Room } from "./layout";
import { Mark } from "./marks";
import type { View } from "./mercator";
import type { Palette } from "./palette";
import { write } from "./symbols";

export const BUILDING_ZOOM = 17;
export const CODES_ZOOM = 18;
/** From a lift's upper edge to the middle of what it says. */
export const LIFT_MIDDLE_PX = 11;
/** By so much what a lift says gives way to the mark of its case. */
const BESIDE_CASE_PX = 12;

export interface LiftBox {
  readonly place: number;
  readonly box: Box;
}

export interface Plate {
  readonly name: string;
  readonly box: Box;
  readonly lifts: readonly LiftBox[];
  readonly isOpen: boolean;
}

const TITLE_PX = 20;
const GAP_PX = 6;
/** Of the unit square: some 150 m. */
const ONE_BUILDING = 2 ** -18;

/** A plate for each building in sight. Where plates would overlap, those that come later show marks alone. */
export function layOut(fleet: Fleet, view: View, zoom: number, urgent: ReadonlySet<string>): Plate[] {
  const room = new Room();
  const groups = groupByBuilding(fleet, inSight(fleet, view));
  const rank = (places: readonly number[]) => (places.some((place) => isUrgent(fleet, place, urgent)) ? 0 : 1);
  groups.sort((a, b) => rank(a) - rank(b) || b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0));
  return groups.map((places) => plateOf(fleet, view, zoom, places, room));
}

function inSight(fleet: Fleet, { west, north, scale, width, height }: View): number[] {
  const around = 120 / scale;
  return fleet.inside(west - around, north - around, west + width / scale + around, north + height / scale + around);
}

function isUrgent(fleet: Fleet, place: number, urgent: ReadonlySet<string>): boolean {
  return fleet.states[place] === Mark.Alarm || urgent.has(fleet.directory.lift_id[place] ?? "");
}

/** Lifts of one building and address that stand close together: names repeat over a city. */
function groupByBuilding(fleet: Fleet, places: readonly number[]): number[][] {
  const named = new Map<string, number[][]>();
  for (const place of [...places].sort((a, b) => a - b)) {
    const { building, buildings, address } = fleet.directory;
    const name = building[place] ?? -1;
    const key = buildings[name] ? `${name} ${address[place]}` : `lift ${place}`;
    const groups = named.get(key) ?? [];
    const group = groups.find(([first]) => isNear(fleet, first ?? place, place));
    if (group) {
      group.push(place);
    } else {
      groups.push([place]);
    }
    named.set(key, groups);
  }
  return [...named.values()].flat();
}

function isNear({ world }: Fleet, a: number, b: number): boolean {
  const [dx, dy] = [0, 1].map((axis) => (world[2 * a + axis] as number) - (world[2 * b + axis] as number));
  return Math.hypot(dx ?? 0, dy ?? 0) < ONE_BUILDING;
}

function plateOf(fleet: Fleet, view: View, zoom: number, places: number[], room: Room): Plate {
  const at = middleOf(fleet, places, view);
  const name = fleet.card(places[0] ?? 0).building;
  const [cellWidth, cellHeight] = zoom >= CODES_ZOOM ? [58, 40] : [34, 26];
  const open = boxOf(fanOut(places.length, at, cellWidth, cellHeight), places, cellWidth, cellHeight);
  const box = {
    ...open.box,
    left: open.box.left - GAP_PX,
    right: open.box.right + GAP_PX,
    top: open.box.top - TITLE_PX,
  };
  if (room.take(box)) {
    return { name, box, lifts: open.lifts, isOpen: true };
  }
  const shut = boxOf(fanOut(places.length, at, 12, 12), places, 12, 12);
  return { name, box: shut.box, lifts: shut.lifts, isOpen: false };
}

function middleOf(fleet: Fleet, places: readonly number[], view: View): Point {
  const sum = { x: 0, y: 0 };
  for (const place of places) {
    sum.x += ((fleet.world[2 * place] as number) - view.west) * view.scale;
    sum.y += ((fleet.world[2 * place + 1] as number) - view.north) * view.scale;
  }
  return { x: sum.x / places.length, y: sum.y / places.length };
}

function boxOf(cells: readonly Point[], places: readonly number[], width: number, height: number) {
  const lifts = cells.map((cell, n) => ({ place: places[n] ?? 0, box: boxAround(cell, width - 4, height - 4) }));
  const box = {
    left: Math.min(...lifts.map((one) => one.box.left)),
    top: Math.min(...lifts.map((one) => one.box.top)),
    right: Math.max(...lifts.map((one) => one.box.right)),
    bottom: Math.max(...lifts.map((one) => one.box.bottom)) + GAP_PX,
  };
  return { lifts, box };
}

export function drawPlate(pen: CanvasRenderingContext2D, plate: Plate, fleet: Fleet, look: PlateLook): void {
  if (plate.isOpen) {
    drawGround(pen, plate, look.palette);
  }
  for (const { place, box } of plate.lifts) {
    drawLift(pen, box, fleet, place, plate.isOpen, look);
  }
}

export interface PlateLook {
  readonly palette: Palette;
  readonly zoom: number;
  readonly isStale: boolean;
  /** Lifts with an open case, by id: its mark is drawn over the left of theirs. */
  readonly withCase: ReadonlySet<string>;
}

function drawGround(pen: CanvasRenderingContext2D, { box, name }: Plate, palette: Palette): void {
  pen.beginPath();
  pen.roundRect(box.left, box.top, box.right - box.left, box.bottom - box.top, 6);
  pen.fillStyle = palette.paper;
  pen.globalAlpha = 0.92;
  pen.fill();
  pen.globalAlpha = 1;
  pen.lineWidth = 1;
  pen.strokeStyle = palette.border;
  pen.stroke();
  const title = shorten(pen, name, box.right - box.left - 8);
  write(pen, title, { x: (box.left + box.right) / 2, y: box.top + TITLE_PX / 2 + 1 }, 12, palette.text);
}

function shorten(pen: CanvasRenderingContext2D, text: string, width: number): string {
  pen.font = "600 12px sans-serif";
  const letters = [...text];
  while (letters.length > 1 && pen.measureText(letters.join("")).width > width) {
    letters.splice(-2, 2, "…");
  }
  return letters.join("");
}

function drawLift(
  pen: CanvasRenderingContext2D,
  box: Box,
  fleet: Fleet,
  place: number,
  isOpen: boolean,
  { palette, zoom, isStale, withCase }: PlateLook,
): void {
  const lift = fleet.card(place);
  const withCode = isOpen && zoom >= CODES_ZOOM;
  const bottom = withCode ? box.bottom - 14 : box.bottom;
  const isOld = isStale || lift.mark === Mark.Stale || lift.mark === Mark.Offline || lift.mark === Mark.Unheard;
  const hasCase = withCase.has(lift.liftId);
  const isSolid = lift.mark === Mark.Alarm || (!isOld && !isOpen);
  pen.beginPath();
  pen.roundRect(box.left, box.top, box.right - box.left, bottom - box.top, isOpen ? 4 : 2);
  pen.fillStyle = isSolid ? palette.lifts[lift.mark] : isOld ? palette.paper : palette.ground;
  pen.fill();
  pen.setLineDash(isOld ? [3, 3] : []);
  pen.lineWidth = hasCase ? 3 : lift.mark >= Mark.Faulty ? 2.5 : 1.5;
  pen.strokeStyle = hasCase ? palette.ink : palette.lifts[lift.mark];
  pen.stroke();
  pen.setLineDash([]);
  if (isOpen) {
    const ink = isSolid ? palette.paper : isOld ? palette.faint : palette.ink;
    write(
      pen,
      says(lift.mark, lift.floor, lift.words.direction),
      { x: (box.left + box.right) / 2 + (hasCase ? BESIDE_CASE_PX : 0), y: (box.top + bottom) / 2 + 0.5 },
      12,
      ink,
    );
  }
  if (withCode) {
    write(pen, lift.rescueCode ?? lift.liftId, { x: (box.left + box.right) / 2, y: box.bottom - 5 }, 11, palette.text);
  }
}

const ARROWS: Readonly<Record<string, string>> = { up: "↑", down: "↓" };
const SIGNS: Readonly<Partial<Record<Mark, string>>> = {
  [Mark.Faulty]: "■",
  [Mark.PowerLost]: "✕",
  [Mark.OutOfService]: "—",
  [Mark.Alarm]: "!",
};

/** The floor and which way it goes; before it a sign for what is amiss. */
function says(mark: Mark, floor: number | null, direction = ""): string {
  return `${SIGNS[mark] ?? ""}${floor ?? "·"}${ARROWS[direction] ?? ""}`;
}
