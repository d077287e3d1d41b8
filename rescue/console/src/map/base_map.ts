// What lies below the marks: our own roads from a PMTiles file, or tiles of a server that the centre has configured.
//
// protomaps-leaflet paints our file with the grey rules below and asks no other host for anything. A base map in GCJ-02
// is moved as a whole, by what its datum is off at the middle of the view: our data stays where it is.

import L from "leaflet";
import {
  CenteredTextSymbolizer,
  type Feature,
  type LabelRule,
  LineLabelSymbolizer,
  LineSymbolizer,
  linear,
  type PaintRule,
  PolygonSymbolizer,
} from "protomaps-leaflet";
import { baseMapShiftPx, type Datum } from "./datum";
import { PALETTES, type Palette, type Theme } from "./palette";
import { Roads } from "./roads";
import { FONT } from "./symbols";

/** `GET /api/v1/base-map`, as far as the map needs it. */
export interface BaseMap {
  /** Another one means another file. */
  readonly version: string;
  /** Of the file of our own roads; null if there is none. */
  readonly url: string | null;
  readonly max_zoom: number;
  readonly attribution: string;
  /** Tiles of the centre's own choice, which go before our roads. */
  readonly tiles: { readonly url: string; readonly datum: Datum; readonly attribution: string } | null;
}

export function showBaseMap(map: L.Map, base: BaseMap, theme: Theme): L.Layer | null {
  const layer = base.tiles ? new ShiftedTiles(base.tiles.url, base.tiles.datum) : ourRoads(base, theme);
  return layer?.addTo(map) ?? null;
}

function ourRoads(base: BaseMap, theme: Theme): L.Layer | null {
  if (!base.url) {
    return null;
  }
  const palette = PALETTES[theme];
  return new Roads(`${base.url}?v=${encodeURIComponent(base.version)}`, base.max_zoom, {
    ground: palette.ground,
    paintRules: paintRules(palette),
    labelRules: labelRules(palette),
  });
}

/** The classes of `rescue/base_map`, the least first. */
const WIDTHS: readonly (readonly [string, keyof Palette & ("minorRoad" | "road" | "majorRoad"), number, number[][]])[] =
  [
    [
      "service",
      "minorRoad",
      14,
      [
        [14, 0.5],
        [17, 4],
        [19, 10],
      ],
    ],
    [
      "street",
      "minorRoad",
      11,
      [
        [11, 0.4],
        [14, 1.5],
        [17, 8],
        [19, 20],
      ],
    ],
    [
      "avenue",
      "road",
      9,
      [
        [9, 0.4],
        [12, 1.2],
        [14, 3],
        [17, 12],
        [19, 28],
      ],
    ],
    [
      "main",
      "road",
      7,
      [
        [7, 0.5],
        [12, 2],
        [14, 4],
        [17, 15],
        [19, 32],
      ],
    ],
    [
      "fast",
      "majorRoad",
      0,
      [
        [6, 0.6],
        [12, 2.6],
        [14, 5],
        [17, 18],
        [19, 36],
      ],
    ],
  ];

function paintRules(palette: Palette): PaintRule[] {
  const is =
    (kind: string) =>
    (_zoom: number, { props }: Feature) =>
      props.class === kind;
  return [
    { dataLayer: "water", symbolizer: new PolygonSymbolizer({ fill: palette.water }), filter: is("area") },
    {
      dataLayer: "water",
      symbolizer: new LineSymbolizer({
        color: palette.water,
        width: linear([
          [9, 1.5],
          [14, 8],
          [17, 40],
          [19, 120],
        ]),
      }),
      filter: is("river"),
    },
    {
      dataLayer: "water",
      symbolizer: new LineSymbolizer({
        color: palette.water,
        width: linear([
          [11, 0.5],
          [14, 2],
          [19, 16],
        ]),
      }),
      filter: is("stream"),
    },
    ...WIDTHS.map(([kind, colour, minzoom, stops]) => ({
      dataLayer: "roads",
      minzoom,
      symbolizer: new LineSymbolizer({
        color: palette[colour],
        width: linear(stops),
        lineCap: "round",
        lineJoin: "round",
      }),
      filter: is(kind),
    })),
  ];
}

function labelRules(palette: Palette): LabelRule[] {
  const ink = { fill: palette.faint, stroke: palette.halo, width: 3, labelProps: ["name"] };
  const classed =
    (...kinds: string[]) =>
    (_zoom: number, { props }: Feature) =>
      kinds.includes(String(props.class));
  return [
    {
      dataLayer: "places",
      symbolizer: new CenteredTextSymbolizer({ ...ink, font: `500 13px ${FONT}` }),
      sort: (a, b) => Number(b.rank ?? 0) - Number(a.rank ?? 0),
    },
    {
      dataLayer: "roads",
      minzoom: 13,
      symbolizer: new LineLabelSymbolizer({ ...ink, font: `500 12px ${FONT}`, repeatDistance: 400 }),
      filter: classed("fast", "main", "avenue"),
    },
    {
      dataLayer: "roads",
      minzoom: 15,
      symbolizer: new LineLabelSymbolizer({ ...ink, font: `400 11px ${FONT}`, repeatDistance: 400 }),
      filter: classed("street"),
    },
  ];
}

/** What of Leaflet's own a moved grid of tiles has to say differently; it is not in its published types. */
interface Grid {
  _getTiledPixelBounds(centre: L.LatLng): L.Bounds;
}

/** Tiles of another datum: other ones are fetched, and they are drawn beside where they would be. */
class ShiftedTiles extends L.TileLayer {
  readonly #datum: Datum;

  constructor(url: string, datum: Datum) {
    super(url, { maxZoom: 19, maxNativeZoom: 18, pane: "tilePane" });
    this.#datum = datum;
  }

  override onAdd(map: L.Map): this {
    super.onAdd(map);
    map.on("move zoom viewreset", this.#shift, this);
    this.#shift();
    return this;
  }

  override onRemove(map: L.Map): this {
    map.off("move zoom viewreset", this.#shift, this);
    return super.onRemove(map);
  }

  _getTiledPixelBounds(centre: L.LatLng): L.Bounds {
    const bounds = (L.TileLayer.prototype as unknown as Grid)._getTiledPixelBounds.call(this, centre);
    const [x, y] = this.#shiftPx(centre);
    const by = L.point(x, y);
    return L.bounds(bounds.getTopLeft().subtract(by), bounds.getBottomRight().subtract(by));
  }

  #shift(): void {
    const container = this.getContainer();
    if (container && this._map) {
      const [x, y] = this.#shiftPx(this._map.getCenter());
      container.style.transform = `translate3d(${Math.round(x)}px, ${Math.round(y)}px, 0)`;
    }
  }

  #shiftPx({ lng, lat }: L.LatLng): [number, number] {
    return baseMapShiftPx({ lon: lng, lat }, this._map.getZoom(), this.#datum);
  }
}
