// The map on the screen: Leaflet carries it and hears mouse and keys, two canvases above the base map show our marks.
//
// The lower canvas holds the lifts, painted pixel by pixel; the upper one everything that is few. Both are painted in
// the same moment in which Leaflet moves the map, so that nothing lags behind while panning. There is no zoom
// animation: each step would paint the whole city anew.

import L from "leaflet";
import { type BaseMap, showBaseMap } from "./base_map";
import { BUILDING_ZOOM } from "./buildings";
import type { Point } from "./layout";
import { magnified } from "./magnify";
import { latOf, lonOf, type Place, scaleOf, type View, viewAround } from "./mercator";
import { MARGIN_PX, paintLifts } from "./painting";
import { PALETTES, type Theme } from "./palette";
import { type Hit, Scene } from "./scene";
import type { Change, MapStore } from "./store";

export interface ScreenOptions {
  readonly centre: Place;
  readonly zoom: number;
  readonly theme: Theme;
  /** No movement by itself: no blinking, no sliding on. */
  readonly isStill: boolean;
}

const BLINK_MS = 500;
const NEAREST_PX = 9;
/** Of the view: so much of its edge may be without plates for a moment. */
const FARTHEST_DRAG = 0.25;
/** So long plates that are dragged wait for what is new: to write them all takes longer than a frame. */
const NEWS_WAITS_MS = 1000;
const MOST_DENSE = 2;
const FARTHEST_OUT = 6;
const CLOSEST = 19;

export class Screen {
  readonly map: L.Map;
  /** Somebody pointed at the map. */
  onHit: (hit: Hit | null, at: Point) => void = () => undefined;
  onView: (zoom: number) => void = () => undefined;
  readonly #store: MapStore;
  readonly #options: ScreenOptions;
  readonly #lifts: HTMLCanvasElement;
  readonly #marks: HTMLCanvasElement;
  readonly #scene = new Scene();
  readonly #stop: (() => void)[] = [];
  #theme: Theme;
  #base: BaseMap | null = null;
  #layer: L.Layer | null = null;
  #image: ImageData | null = null;
  #due = { lifts: false, marks: false, frame: 0 };
  #chosen: string | null = null;
  #isStale = false;
  /** What the upper canvas shows; null if it must be painted now, whatever moves. */
  #painted: View | null = null;
  #paintedAt = 0;
  #isMoving = false;
  #isLit = true;

  constructor(host: HTMLElement, store: MapStore, options: ScreenOptions) {
    this.#store = store;
    this.#options = options;
    this.#theme = options.theme;
    this.map = makeMap(host, options);
    this.#lifts = this.#addCanvas("map-lifts");
    this.#marks = this.#addCanvas("map-marks");
    this.#listen();
    this.#paintAll();
  }

  remove(): void {
    for (const stop of this.#stop) {
      stop();
    }
    cancelAnimationFrame(this.#due.frame);
    this.map.remove();
  }

  setBase(base: BaseMap | null): void {
    this.#base = base;
    this.#layer?.remove();
    this.#layer = base && showBaseMap(this.map, base, this.#theme);
  }

  setTheme(theme: Theme): void {
    if (theme !== this.#theme) {
      this.#theme = theme;
      this.setBase(this.#base);
      this.#paintAll();
    }
  }

  setChosen(id: string | null): void {
    this.#chosen = id;
    this.#ask("marks");
  }

  /** Nothing was heard for a while: everything is shown as old. */
  setStale(isStale: boolean): void {
    if (isStale !== this.#isStale) {
      this.#isStale = isStale;
      this.#ask("lifts");
    }
  }

  flyTo(place: Place, zoom: number): void {
    this.map.setView([place.lat, place.lon], zoom, { animate: false });
  }

  /** What is at this point of the map. */
  hitAt(at: Point): Hit | null {
    const magnify = magnified();
    const hit = this.#scene.hit({ x: at.x / magnify, y: at.y / magnify });
    if (hit || this.map.getZoom() >= BUILDING_ZOOM) {
      return hit;
    }
    const view = this.view();
    const places = this.#store.fleet.within(
      view.west + at.x / view.scale,
      view.north + at.y / view.scale,
      (NEAREST_PX * magnify) / view.scale,
    );
    return places.length ? { kind: "lifts", places: this.#nearestFirst(places, view, at) } : null;
  }

  view(): View {
    const { x, y } = this.map.getSize();
    const { lat, lng } = this.map.getCenter();
    return viewAround({ lon: lng, lat }, this.map.getZoom(), x, y);
  }

  #nearestFirst(places: number[], view: View, at: Point): number[] {
    const { world } = this.#store.fleet;
    const [x, y] = [view.west + at.x / view.scale, view.north + at.y / view.scale];
    const away = (place: number) => Math.hypot((world[2 * place] as number) - x, (world[2 * place + 1] as number) - y);
    return places.sort((a, b) => away(a) - away(b));
  }

  #addCanvas(name: string): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.className = name;
    canvas.setAttribute("aria-hidden", "true");
    this.map.getContainer().append(canvas);
    return canvas;
  }

  #listen(): void {
    this.map.on("movestart moveend", ({ type }) => {
      this.#isMoving = type === "movestart";
    });
    this.map.on("zoom viewreset resize moveend", () => this.#paintAll());
    this.map.on("move", () => this.#follow());
    this.map.on("zoomend", () => this.onView(this.map.getZoom()));
    this.map.on("click", ({ containerPoint }) => this.onHit(this.hitAt(containerPoint), containerPoint));
    this.#stop.push(this.#store.subscribe((change) => this.#ask(change)));
    const sized = new ResizeObserver(() => this.map.invalidateSize({ animate: false }));
    sized.observe(this.map.getContainer());
    this.#stop.push(() => sized.disconnect());
    if (!this.#options.isStill) {
      const blinking = setInterval(() => this.#blink(), BLINK_MS);
      this.#stop.push(() => clearInterval(blinking));
    }
  }

  #blink(): void {
    if (this.#store.cases.some((one) => one.priority === 1 && !one.handled)) {
      this.#isLit = !this.#isLit;
      this.#ask("marks");
    }
  }

  /** Many changes come in a moment: they are painted once, with the next frame. */
  #ask(change: Change): void {
    this.#due[change] = true;
    this.#due.frame ||= requestAnimationFrame(() => this.#paintDue());
  }

  #paintDue(): void {
    const { lifts, marks } = this.#due;
    this.#due = { lifts: false, marks: false, frame: 0 };
    if (lifts) {
      this.#paintLifts();
    }
    const isClose = this.map.getZoom() >= BUILDING_ZOOM;
    if (!marks && !(lifts && isClose)) {
      return;
    }
    if (isClose && this.#mayWait()) {
      this.#ask("marks");
    } else {
      this.#paintMarks();
    }
  }

  #mayWait(): boolean {
    return this.#isMoving && this.#painted !== null && performance.now() - this.#paintedAt < NEWS_WAITS_MS;
  }

  /** Hundreds of plates take long to write: while they are dragged they are moved as they are. */
  #follow(): void {
    const [view, painted] = [this.view(), this.#painted];
    if (this.map.getZoom() < BUILDING_ZOOM || painted?.scale !== view.scale) {
      this.#paintAll();
      return;
    }
    const [x, y] = [(painted.west - view.west) * view.scale, (painted.north - view.north) * view.scale];
    if (Math.abs(x) > view.width * FARTHEST_DRAG || Math.abs(y) > view.height * FARTHEST_DRAG) {
      this.#paintAll();
      return;
    }
    this.#marks.style.transform = `translate(${x}px, ${y}px)`;
  }

  #paintAll(): void {
    cancelAnimationFrame(this.#due.frame);
    this.#due = { lifts: true, marks: true, frame: 0 };
    this.#painted = null;
    this.#paintDue();
  }

  #paintLifts(): void {
    const pen = this.#lifts.getContext("2d");
    const zoom = this.map.getZoom();
    this.#lifts.hidden = zoom >= BUILDING_ZOOM;
    if (!pen || this.#lifts.hidden) {
      return;
    }
    const density = Math.min(globalThis.devicePixelRatio || 1, MOST_DENSE);
    const view = this.view();
    const [width, height] = [
      Math.round(view.width * density) + 2 * MARGIN_PX,
      Math.round(view.height * density) + 2 * MARGIN_PX,
    ];
    const image = this.#imageOf(pen, width, height, density);
    const scale = view.scale * density;
    const wider = { west: view.west - MARGIN_PX / scale, north: view.north - MARGIN_PX / scale, scale, width, height };
    const { world, states } = this.#store.fleet;
    const picture = { pixels: new Uint32Array(image.data.buffer), width, height };
    paintLifts(
      picture,
      wider,
      { world, states },
      { palette: PALETTES[this.#theme], zoom, isStale: this.#isStale, density: density * magnified() },
    );
    pen.putImageData(image, 0, 0);
  }

  #imageOf(pen: CanvasRenderingContext2D, width: number, height: number, density: number): ImageData {
    if (this.#image?.width !== width || this.#image.height !== height) {
      Object.assign(this.#lifts, { width, height });
      place(this.#lifts, -MARGIN_PX / density, width / density, height / density);
      this.#image = pen.createImageData(width, height);
    }
    return this.#image;
  }

  #paintMarks(): void {
    const pen = this.#marks.getContext("2d");
    if (!pen) {
      return;
    }
    const density = globalThis.devicePixelRatio || 1;
    const view = this.view();
    const [width, height] = [Math.round(view.width * density), Math.round(view.height * density)];
    if (this.#marks.width !== width || this.#marks.height !== height) {
      Object.assign(this.#marks, { width, height });
      place(this.#marks, 0, view.width, view.height);
    }
    this.#painted = view;
    this.#paintedAt = performance.now();
    this.#marks.style.transform = "";
    const magnify = magnified();
    pen.setTransform(density * magnify, 0, 0, density * magnify, 0, 0);
    this.#scene.draw(pen, shrunk(view, magnify), this.#store, {
      palette: PALETTES[this.#theme],
      zoom: this.map.getZoom(),
      isStale: this.#isStale,
      chosen: this.#chosen,
      isLit: this.#isLit,
    });
  }
}

/** The same ground on a smaller screen: what is drawn there is magnified with it. */
function shrunk({ west, north, scale, width, height }: View, by: number): View {
  return { west, north, scale: scale / by, width: width / by, height: height / by };
}

function place(canvas: HTMLCanvasElement, corner: number, width: number, height: number): void {
  Object.assign(canvas.style, { left: `${corner}px`, top: `${corner}px`, width: `${width}px`, height: `${height}px` });
}

function makeMap(host: HTMLElement, { centre, zoom, isStill }: ScreenOptions): L.Map {
  const map = L.map(host, {
    center: [centre.lat, centre.lon],
    zoom,
    minZoom: FARTHEST_OUT,
    maxZoom: CLOSEST,
    zoomControl: false,
    attributionControl: false,
    zoomAnimation: false,
    fadeAnimation: false,
    markerZoomAnimation: false,
    inertia: !isStill,
    worldCopyJump: false,
  });
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  return map;
}

/** The rectangle that holds these places, as a view's centre and zoom; null without places. */
export function cityOf(world: Float64Array, width: number, height: number): { centre: Place; zoom: number } | null {
  const xs: number[] = [];
  const ys: number[] = [];
  for (let n = 0; n < world.length; n += 2) {
    if (!Number.isNaN(world[n])) {
      xs.push(world[n] as number);
      ys.push(world[n + 1] as number);
    }
  }
  if (!xs.length) {
    return null;
  }
  const [west, east] = middleMost(xs);
  const [north, south] = middleMost(ys);
  const scale = Math.min(width / Math.max(east - west, 1e-7), height / Math.max(south - north, 1e-7)) * 0.9;
  const zoom = Math.max(FARTHEST_OUT, Math.min(16, Math.floor(Math.log2(scale / scaleOf(0)))));
  return { centre: { lon: lonOf((west + east) / 2), lat: latOf((north + south) / 2) }, zoom };
}

/** All but a hundredth at either end: one lift with a wrong place must not shrink the city to a dot. */
function middleMost(values: number[]): [number, number] {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length / 100);
  return [sorted[cut] as number, sorted[sorted.length - 1 - cut] as number];
}

export function placeAt(view: View, { x, y }: Point): Place {
  return { lon: lonOf(view.west + x / view.scale), lat: latOf(view.north + y / view.scale) };
}
