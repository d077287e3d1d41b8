// Where the map was last told to go: it goes there when it is shown.

import { signal } from "@preact/signals";
import type { GoTo, Level } from "../../map";

/** Each new object is gone to once. */
export const goTo = signal<GoTo | null>(null);

export function flyTo(lon: number, lat: number, level: Level): void {
  goTo.value = { lon, lat, level };
}
