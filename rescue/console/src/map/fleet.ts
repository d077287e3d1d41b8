// Every lift in arrays: where it is, what it said last and when. Fed by the directory and the frames of docs/live.md.
//
// Knows nothing of how they came here. A frame that is not understood changes nothing.

import KDBush from "kdbush";
import { type BitField, Mark, markReader, type ReadMark, spell, type Words } from "./marks";
import { projectAll } from "./mercator";

/** `GET /api/v1/live/lifts`, as far as a map needs it. */
export interface Directory {
  readonly version: string;
  readonly bits: readonly BitField[];
  readonly lift_id: readonly string[];
  readonly rescue_code: readonly (string | null)[];
  readonly lon: readonly (number | null)[];
  readonly lat: readonly (number | null)[];
  readonly areas: readonly string[];
  readonly area: readonly number[];
  readonly buildings: readonly string[];
  readonly building: readonly number[];
  readonly addresses: readonly string[];
  readonly address: readonly number[];
  readonly gone: readonly number[];
}

/** What became of a frame; `outdated`: it speaks of lifts that the directory does not have, so read that again. */
export type Heard = "heard" | "outdated" | "not_understood";

export interface LiftCard {
  readonly place: number;
  readonly liftId: string;
  readonly rescueCode: string | null;
  readonly building: string;
  readonly address: string;
  readonly area: string;
  readonly mark: Mark;
  readonly words: Words;
  readonly floor: number | null;
  /** POSIX seconds of the server's clock, null if it never was heard. */
  readonly heardAt: number | null;
}

export const LAYOUT = 1;
export const HEADER_BYTES = 32;
export const RECORD_BYTES = 12;
export const NO_FLOOR = -32_768;
const OLDEST_S = 65_534;

const EMPTY: Directory = {
  version: "",
  bits: [],
  lift_id: [],
  rescue_code: [],
  lon: [],
  lat: [],
  areas: [],
  area: [],
  buildings: [],
  building: [],
  addresses: [],
  address: [],
  gone: [],
};

export class Fleet {
  directory = EMPTY;
  /** Lifts in the directory. */
  count = 0;
  /** Where they are on the unit square, x and y by turns. */
  world: Float64Array = new Float64Array(0);
  /** What is shown of each: a Mark. */
  states = new Uint8Array(0);
  bits = new Uint32Array(0);
  floors = new Int16Array(0);
  heardAt = new Float64Array(0);
  /** When the newest frame was made, by the server's clock. */
  framedAt = 0;
  #read: ReadMark = markReader([]);
  #index: KDBush | null = null;
  #located = new Uint32Array(0);
  #gone = new Set<number>();

  /** Places are kept for as long as the server runs, so what was heard of them still holds. */
  know(directory: Directory): void {
    const before = { bits: this.bits, floors: this.floors, heardAt: this.heardAt };
    this.directory = directory;
    this.count = directory.lift_id.length;
    this.world = projectAll(directory.lon, directory.lat);
    this.bits = grown(new Uint32Array(this.count), before.bits);
    this.floors = grown(new Int16Array(this.count).fill(NO_FLOOR), before.floors);
    this.heardAt = grown(new Float64Array(this.count), before.heardAt);
    this.states = new Uint8Array(this.count).fill(Mark.Unheard);
    this.#read = markReader(directory.bits);
    this.#gone = new Set(directory.gone);
    for (let place = 0; place < this.count; place++) {
      this.#show(place);
    }
    this.#index = null;
  }

  hear(frame: ArrayBuffer): Heard {
    const header = new DataView(frame);
    if (
      frame.byteLength < HEADER_BYTES ||
      header.getUint8(0) !== LAYOUT ||
      header.getUint16(2, true) !== RECORD_BYTES
    ) {
      return "not_understood";
    }
    const records = header.getUint32(4, true);
    if (frame.byteLength < HEADER_BYTES + records * RECORD_BYTES) {
      return "not_understood";
    }
    if (header.getUint8(1)) {
      this.#forget();
    }
    this.framedAt = header.getFloat64(8, true);
    const isKnown = this.#take(new Uint32Array(frame, HEADER_BYTES, records * 3), records);
    return isKnown && header.getUint32(20, true) <= this.count ? "heard" : "outdated";
  }

  /** The lifts within so far of a point of the unit square. */
  within(x: number, y: number, reach: number): number[] {
    return this.#places(this.#indexed().within(x, y, reach));
  }

  inside(west: number, north: number, east: number, south: number): number[] {
    return this.#places(this.#indexed().range(west, north, east, south));
  }

  card(place: number): LiftCard {
    const { directory } = this;
    const heardAt = this.heardAt[place] as number;
    const floor = this.floors[place] as number;
    return {
      place,
      liftId: directory.lift_id[place] ?? "",
      rescueCode: directory.rescue_code[place] ?? null,
      building: directory.buildings[directory.building[place] ?? -1] ?? "",
      address: directory.addresses[directory.address[place] ?? -1] ?? "",
      area: directory.areas[directory.area[place] ?? -1] ?? "",
      mark: this.states[place] as Mark,
      words: heardAt ? spell(this.bits[place] as number, directory.bits) : {},
      floor: floor === NO_FLOOR ? null : floor,
      heardAt: heardAt || null,
    };
  }

  #take(words: Uint32Array, records: number): boolean {
    let isKnown = true;
    for (let n = 0; n < records; n++) {
      const place = words[3 * n] as number;
      if (place >= this.count) {
        isKnown = false;
        continue;
      }
      const last = words[3 * n + 2] as number;
      this.bits[place] = words[3 * n + 1] as number;
      this.floors[place] = last & 0xffff;
      // Zero seconds after 1970 stands for never; so long ago as can be said may be so.
      const ageS = last >>> 16;
      this.heardAt[place] = ageS >= OLDEST_S ? 0 : this.framedAt - ageS;
      this.#show(place);
    }
    return isKnown;
  }

  #show(place: number): void {
    const mark = this.#gone.has(place) ? Mark.None : this.#read(this.bits[place] as number);
    this.states[place] = mark;
  }

  #forget(): void {
    this.bits.fill(0);
    this.floors.fill(NO_FLOOR);
    this.heardAt.fill(0);
    this.states.fill(Mark.Unheard);
  }

  #indexed(): KDBush {
    this.#index ??= this.#build();
    return this.#index;
  }

  #build(): KDBush {
    const located: number[] = [];
    for (let place = 0; place < this.count; place++) {
      if (!Number.isNaN(this.world[2 * place]) && !Number.isNaN(this.world[2 * place + 1]) && !this.#gone.has(place)) {
        located.push(place);
      }
    }
    this.#located = Uint32Array.from(located);
    const index = new KDBush(located.length);
    for (const place of located) {
      index.add(this.world[2 * place] as number, this.world[2 * place + 1] as number);
    }
    return index.finish();
  }

  #places(found: number[]): number[] {
    return found.map((n) => this.#located[n] as number);
  }
}

function grown<Numbers extends Uint32Array | Int16Array | Float64Array>(bigger: Numbers, before: Numbers): Numbers {
  bigger.set(before.subarray(0, bigger.length));
  return bigger;
}
