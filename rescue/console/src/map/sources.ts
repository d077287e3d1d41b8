// Whence the map has its ground: what the server says of the base map, and the districts, asked for again now and then.

import { useEffect, useState } from "preact/hooks";
import type { BaseMap } from "./base_map";
import type { Place } from "./mercator";
import type { District, MapStore } from "./store";

const ASK_EVERY_MS = 60_000;

/** What lies below the marks; undefined while it is being asked for, null if it cannot be had. Fills in the districts. */
export function useBaseMap(store: MapStore): BaseMap | null | undefined {
  const [base, setBase] = useState<BaseMap | null | undefined>(undefined);
  useEffect(() => {
    let known = "";
    const ask = async () => {
      const said = await askFor("/api/v1/base-map");
      const text = JSON.stringify(said);
      if (said !== null && text !== known) {
        known = text;
        setBase(said as BaseMap);
        store.setDistricts((said as { districts: string | null }).districts ? await askForDistricts() : []);
      } else if (!known) {
        setBase(null);
      }
    };
    ask();
    const asking = setInterval(ask, ASK_EVERY_MS);
    return () => clearInterval(asking);
  }, [store]);
  return base;
}

async function askForDistricts(): Promise<District[]> {
  const said = (await askFor("/districts.json")) as Outlines | null;
  return said ? readDistricts(said) : [];
}

/** Null if the server cannot say: the map is shown without. */
async function askFor(path: string): Promise<unknown> {
  try {
    const answer = await fetch(path);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

type Position = readonly [lon: number, lat: number];

/** `GET /districts.json`. */
export interface Outlines {
  readonly features: readonly {
    readonly properties: { readonly code: string; readonly name: string; readonly label: Position };
    readonly geometry: { readonly coordinates: readonly (readonly (readonly Position[])[])[] };
  }[];
}

export function readDistricts({ features }: Outlines): District[] {
  return features.map(({ properties, geometry }) => ({
    code: properties.code,
    name: properties.name,
    rings: geometry.coordinates.flat().map((ring) => ring.map(toPlace)),
    label: toPlace(properties.label),
  }));
}

function toPlace([lon, lat]: Position): Place {
  return { lon, lat };
}
