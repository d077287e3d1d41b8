// Our own roads as a layer of Leaflet: a canvas a tile, painted by protomaps-leaflet from a PMTiles file. Its own layer
// would bring its styles and fonts along, as much as all of the map.

import L from "leaflet";
import { Labelers, type LabelRule, type PaintRule, paint, sourcesToViews, type View } from "protomaps-leaflet";

export interface RoadsLook {
  readonly ground: string;
  readonly paintRules: PaintRule[];
  readonly labelRules: LabelRule[];
}

const TILE_PX = 256;
/** Around a tile: what reaches into it from there is painted too. */
const BORDER_PX = 16;
/** Tiles of the file whose names are remembered. */
const MOST_NAMED = 16;

type Drawn = (error?: Error, tile?: HTMLElement) => void;

export class Roads extends L.GridLayer {
  readonly #look: RoadsLook;
  readonly #views: ReadonlyMap<string, View>;
  readonly #names: Labelers;

  constructor(url: string, maxDataZoom: number, look: RoadsLook) {
    super({ updateWhenIdle: true }); // while the map is dragged nothing else is painted: rows of tiles around are there
    this.#look = look;
    this.#views = sourcesToViews({ url, maxDataZoom });
    const ruler = penOf(document.createElement("canvas"));
    this.#names = new Labelers(ruler, look.labelRules, MOST_NAMED, (changed) => this.#repaint(changed));
  }

  override createTile(coords: L.Coords, drawn: Drawn): HTMLElement {
    const canvas = document.createElement("canvas");
    this.#paint(coords, canvas).then(() => drawn(undefined, canvas), drawn);
    return canvas;
  }

  /** A name of one tile may reach into others that are there already. */
  #repaint(changed: ReadonlySet<string>): void {
    for (const { coords, el } of Object.values(this._tiles)) {
      if (el instanceof HTMLCanvasElement && changed.has(`${coords.x}:${coords.y}:${coords.z}`)) {
        this.#paint(coords, el).catch(() => undefined); // it stays as it is
      }
    }
  }

  async #paint({ x, y, z }: L.Coords, canvas: HTMLCanvasElement): Promise<void> {
    const view = this.#views.get("") as View;
    const tile = await view.getDisplayTile({ x, y, z });
    if (z !== this._tileZoom) {
      return; // it will not be shown any more
    }
    const tiles = new Map([["", [tile]]]);
    this.#names.add(z, tiles);
    const names = this.#names.getIndex(z) ?? null;
    const pen = this.#prepare(canvas);
    const [left, top] = [TILE_PX * x, TILE_PX * y];
    const around = {
      minX: left - BORDER_PX,
      minY: top - BORDER_PX,
      maxX: left + TILE_PX + BORDER_PX,
      maxY: top + TILE_PX + BORDER_PX,
    };
    paint(
      pen,
      z,
      tiles,
      names,
      this.#look.paintRules,
      around,
      Object.assign(tile.origin.clone(), { x: left, y: top }),
      false,
    );
  }

  #prepare(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const density = globalThis.devicePixelRatio || 1;
    canvas.width = canvas.height = Math.round(TILE_PX * density);
    const pen = penOf(canvas);
    pen.scale(canvas.width / TILE_PX, canvas.width / TILE_PX);
    pen.fillStyle = this.#look.ground;
    pen.fillRect(0, 0, TILE_PX, TILE_PX);
    return pen;
  }
}

function penOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  return canvas.getContext("2d") as CanvasRenderingContext2D;
}
