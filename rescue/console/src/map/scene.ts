// All that lies above the lifts' pixels: districts, ways, crews, cases, their words, and the plates of buildings.
//
// One scene a repaint: it draws, and keeps what was drawn where, so that a click finds what the eye saw.

import { BUILDING_ZOOM, CODES_ZOOM, drawPlate, LIFT_MIDDLE_PX, layOut, type Plate } from "./buildings";
import { atEdge, type Box, boxAround, boxesBeside, type Cluster, cluster, holds, type Point, Room } from "./layout";
import { outlineOf, piecesOf } from "./lines";
import { onScreen, type Place, type View } from "./mercator";
import type { Palette } from "./palette";
import type { CaseMark, CrewMark, MapStore } from "./store";
import {
  CREW_REACH_PX,
  drawArrow,
  drawCase,
  drawCrew,
  drawRing,
  drawWay,
  FONT,
  reachOf,
  trace,
  write,
} from "./symbols";

export interface SceneLook {
  readonly palette: Palette;
  readonly zoom: number;
  readonly isStale: boolean;
  /** The id of the case or crew that is chosen. */
  readonly chosen: string | null;
  /** Half of the time, while what is urgent may blink. */
  readonly isLit: boolean;
}

/** What lies under a pointer. */
export type Hit =
  | { readonly kind: "cases"; readonly cases: readonly CaseMark[] }
  | { readonly kind: "crew"; readonly crew: CrewMark }
  | { readonly kind: "lifts"; readonly places: readonly number[] };

const CLUSTER_REACH_PX = 20;
const LABEL_ZOOM = 12.5;
const CREW_LABEL_ZOOM = 14;
/** Farther out, crews without a case are left out: they would hide the city. */
const IDLE_CREWS_ZOOM = 12;
const DISTRICT_LABELS_UP_TO = 14;
const EDGE_PX = 22;
const SLACK_PX = 4;
/** A case's mark stands well within its own lift's: beside it lies another. */
const CASE_INSET_PX = 6;
const MOST_ARROWS = 12;

export class Scene {
  #cases: Cluster<CaseMark>[] = [];
  #crews: { crew: CrewMark; at: Point }[] = [];
  #plates: Plate[] = [];
  #zoom = 0;

  draw(pen: CanvasRenderingContext2D, view: View, store: MapStore, look: SceneLook): void {
    this.#zoom = look.zoom;
    const toPoint = (place: Place): Point => {
      const [x, y] = onScreen(place, view);
      return { x, y };
    };
    const room = new Room();
    pen.clearRect(0, 0, view.width, view.height);
    drawBorders(pen, store, view, look);
    const withCase = liftsOf(store.cases);
    this.#plates = look.zoom < BUILDING_ZOOM ? [] : layOut(store.fleet, view, look.zoom, withCase);
    const places = this.#placeCases(store, toPoint);
    this.#cases = cluster([...places.keys()], (one) => places.get(one) as Point, CLUSTER_REACH_PX);
    for (const { at, items } of this.#cases) {
      const reach = reachOf(items[0] as CaseMark, look.zoom);
      room.claim(boxAround(at, 2 * reach, 2 * reach));
    }
    drawWays(pen, view, store.crews, places, toPoint, look);
    for (const plate of [...this.#plates].reverse()) {
      drawPlate(pen, plate, store.fleet, { ...look, withCase });
    }
    this.#drawCrews(pen, view, store, toPoint, look, room);
    this.#drawCases(pen, view, look, room);
    if (look.zoom < DISTRICT_LABELS_UP_TO) {
      drawDistrictNames(pen, store, toPoint, look, room);
    }
  }

  hit(at: Point): Hit | null {
    const cases = this.#cases.find((one) => isWithin(one.at, at, reachOf(one.items[0] as CaseMark, this.#zoom)));
    if (cases) {
      return { kind: "cases", cases: cases.items };
    }
    const near = this.#crews.find((one) => isWithin(one.at, at, CREW_REACH_PX));
    if (near) {
      return { kind: "crew", crew: near.crew };
    }
    const places = this.#plates.flatMap((plate) => plate.lifts.filter(({ box }) => holds(box, at)));
    const under = places[0] ?? this.#plates.find(({ box, isOpen }) => isOpen && holds(box, at))?.lifts;
    if (!under) {
      return null;
    }
    return { kind: "lifts", places: "place" in under ? [under.place] : under.map((one) => one.place) };
  }

  /** Cases in the order of their urgency, and where each is drawn: on its lift's own mark where lifts are fanned out. */
  #placeCases(store: MapStore, toPoint: (place: Place) => Point): Map<CaseMark, Point> {
    const ranked = [...store.cases].sort(
      (a, b) => Number(a.handled) - Number(b.handled) || a.priority - b.priority || (a.id < b.id ? -1 : 1),
    );
    const boxes = new Map<string | null, Box>();
    for (const { place, box } of this.#plates.flatMap((plate) => plate.lifts)) {
      boxes.set(store.fleet.directory.lift_id[place] ?? null, box);
    }
    return new Map(
      ranked.map((one) => {
        const box = one.liftId === null ? undefined : boxes.get(one.liftId);
        return [one, box ? { x: box.left + CASE_INSET_PX, y: box.top + LIFT_MIDDLE_PX } : toPoint(one)];
      }),
    );
  }

  #drawCrews(
    pen: CanvasRenderingContext2D,
    view: View,
    store: MapStore,
    toPoint: (place: Place) => Point,
    look: SceneLook,
    room: Room,
  ): void {
    const isHere = (at: Point) => holds(boxAround(middle(view), view.width + 40, view.height + 40), at);
    const shown = store.crews.filter((crew) => crew.bound || crew.state === "on_scene" || look.zoom >= IDLE_CREWS_ZOOM);
    this.#crews = shown.map((crew) => ({ crew, at: toPoint(crew) })).filter(({ at }) => isHere(at));
    for (const { crew, at } of this.#crews) {
      drawCrew(pen, at, crew.state, crew.isStale, look.palette);
      if (crew.id === look.chosen) {
        drawRing(pen, at, CREW_REACH_PX, look.palette.ink, look.palette);
      }
      if (crewWords(crew) && (look.zoom >= CREW_LABEL_ZOOM || crew.bound)) {
        label(pen, room, crewWords(crew), at, CREW_REACH_PX + 3, 12, look.palette);
      }
    }
  }

  /** The least urgent first, so that the most urgent lies on top; words only where there is room left. */
  #drawCases(pen: CanvasRenderingContext2D, view: View, look: SceneLook, room: Room): void {
    for (const one of [...this.#cases].reverse()) {
      drawCluster(pen, one, look);
    }
    const isOnPlate = this.#plates.length > 0 && look.zoom >= CODES_ZOOM; // which says the code already
    for (const { at, items } of isOnPlate ? [] : this.#cases) {
      const first = items[0] as CaseMark;
      if (look.zoom >= LABEL_ZOOM || isPressing(first)) {
        label(
          pen,
          room,
          items.length > 1 ? `${first.label} …` : first.label,
          at,
          reachOf(first, look.zoom) + 6,
          14,
          look.palette,
        );
      }
    }
    const frame = boxAround(middle(view), view.width - 2 * EDGE_PX, view.height - 2 * EDGE_PX);
    for (const { at } of this.#cases.filter(({ items }) => isPressing(items[0])).slice(0, MOST_ARROWS)) {
      const edge = atEdge(at, frame);
      if (edge) {
        drawArrow(pen, edge.at, edge.angle, look.palette.urgent[0].fill, look.palette);
      }
    }
  }
}

function isPressing(one: CaseMark | undefined): boolean {
  return one?.priority === 1 && !one.handled;
}

function liftsOf(cases: readonly CaseMark[]): ReadonlySet<string> {
  return new Set(cases.map((one) => one.liftId).filter((id) => id !== null));
}

function drawWays(
  pen: CanvasRenderingContext2D,
  view: View,
  crews: readonly CrewMark[],
  places: ReadonlyMap<CaseMark, Point>,
  toPoint: (place: Place) => Point,
  { palette }: SceneLook,
): void {
  const ends = new Map([...places].map(([one, at]) => [one.id, at]));
  for (const { bound, state, ...from } of crews) {
    if (bound) {
      const way = [from, ...(bound.way ?? [])].map(toPoint);
      for (const piece of piecesOf([...way, ends.get(bound.caseId) ?? toPoint(bound)], view)) {
        drawWay(pen, piece, state === "asked", palette);
      }
    }
  }
}

function drawCluster(pen: CanvasRenderingContext2D, { at, items }: Cluster<CaseMark>, look: SceneLook): void {
  const first = items[0] as CaseMark;
  const reach = reachOf(first, look.zoom);
  if (items.some((one) => one.id === look.chosen)) {
    drawRing(pen, at, reach, look.palette.ink, look.palette);
  } else if (isPressing(first) && look.isLit) {
    drawRing(pen, at, reach, look.palette.urgent[0].fill, look.palette);
  }
  drawCase(pen, at, first, items.length, look.zoom, look.palette);
}

function crewWords({ label: name, bound }: CrewMark): string {
  const etaS = bound?.etaS;
  return etaS === null || etaS === undefined ? name : `${name} ${Math.max(1, Math.round(etaS / 60))}′`;
}

function drawBorders(pen: CanvasRenderingContext2D, { districts }: MapStore, view: View, { palette }: SceneLook): void {
  pen.setLineDash([8, 3, 2, 3]);
  pen.lineWidth = 1.25;
  pen.strokeStyle = palette.border;
  for (const { points, from } of districts.flatMap((one) =>
    one.rings.flatMap((ring) => piecesOf(outlineOf(ring, view), view)),
  )) {
    trace(pen, points);
    pen.lineDashOffset = from;
    pen.stroke();
  }
  pen.lineDashOffset = 0;
  pen.setLineDash([]);
}

function drawDistrictNames(
  pen: CanvasRenderingContext2D,
  { districts }: MapStore,
  toPoint: (place: Place) => Point,
  { palette }: SceneLook,
  room: Room,
): void {
  for (const { name, label: place } of districts) {
    const at = toPoint(place);
    pen.font = `600 15px ${FONT}`;
    if (room.take(boxAround(at, pen.measureText(name).width + 8, 22))) {
      write(pen, name, at, 15, palette.text, palette.halo);
    }
  }
}

function label(
  pen: CanvasRenderingContext2D,
  room: Room,
  text: string,
  at: Point,
  reach: number,
  size: number,
  palette: Palette,
): void {
  pen.font = `600 ${size}px ${FONT}`;
  const box = room.takeOneOf(boxesBeside(at, reach, pen.measureText(text).width + 8, size + 6));
  if (!box) {
    return;
  }
  pen.fillStyle = palette.paper;
  pen.globalAlpha = 0.88;
  pen.beginPath();
  pen.roundRect(box.left, box.top, box.right - box.left, box.bottom - box.top, 3);
  pen.fill();
  pen.globalAlpha = 1;
  write(pen, text, centreOf(box), size, palette.ink);
}

function centreOf({ left, top, right, bottom }: Box): Point {
  return { x: (left + right) / 2, y: (top + bottom) / 2 + 0.5 };
}

function middle({ width, height }: View): Point {
  return { x: width / 2, y: height / 2 };
}

function isWithin(a: Point, b: Point, reach: number): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) <= reach + SLACK_PX;
}
