// What a map shows: lifts, open cases, crews, districts. Whoever hears of changes puts them in; maps listen.
//
// Several maps may show one store. Nothing here draws, and nothing here knows where the news came from.

import { type Directory, Fleet, type Heard } from "./fleet";
import type { Place } from "./mercator";

/** 1 to 3 are urgent and coloured as long as nobody has taken them; 4 is the rest. */
export type Priority = 1 | 2 | 3 | 4;

export interface CaseMark extends Place {
  readonly id: string;
  readonly priority: Priority;
  /** Somebody at the centre has taken it: no colour any more, and no blinking. */
  readonly handled: boolean;
  /** What stands beside it: the rescue code. */
  readonly label: string;
  readonly liftId: string | null;
}

export type CrewState = "free" | "asked" | "en_route" | "on_scene" | "off_duty";

export interface CrewMark extends Place {
  readonly id: string;
  readonly label: string;
  readonly state: CrewState;
  /** Its position is so old that it may be anywhere by now. */
  readonly isStale: boolean;
  /** Where it was sent, with what remains of the way if that is known. */
  readonly bound: Bound | null;
}

export interface Bound extends Place {
  readonly caseId: string;
  readonly etaS: number | null;
  /** The way, without both ends; straight if it is not known. */
  readonly way?: readonly Place[];
}

export interface District {
  readonly code: string;
  readonly name: string;
  readonly rings: readonly (readonly Place[])[];
  readonly label: Place;
}

/** Which layer is to be painted anew: the lifts' pixels, or the few marks above them. */
export type Change = "lifts" | "marks";
type Listener = (change: Change) => void;

export class MapStore {
  readonly fleet = new Fleet();
  cases: readonly CaseMark[] = [];
  crews: readonly CrewMark[] = [];
  districts: readonly District[] = [];
  /** When the server was last heard, by its clock: a heartbeat or a frame; 0 for never. */
  heardAt = 0;
  readonly #listeners = new Set<Listener>();

  /** The list of lifts, at first and whenever it is another. */
  setDirectory(directory: Directory): void {
    this.fleet.know(directory);
    this.#tell("lifts");
  }

  /** A binary frame of the socket. `outdated` asks for the directory to be read again. */
  hearFrame(frame: ArrayBuffer): Heard {
    const heard = this.fleet.hear(frame);
    if (heard !== "not_understood") {
      this.heardAt = Math.max(this.heardAt, this.fleet.framedAt);
      this.#tell("lifts");
    }
    return heard;
  }

  /** A heartbeat: the server lives, and had nothing newer to say of lifts. */
  hearServer(at: number): void {
    this.heardAt = Math.max(this.heardAt, at);
  }

  setCases(cases: readonly CaseMark[]): void {
    this.cases = cases;
    this.#tell("marks");
  }

  setCrews(crews: readonly CrewMark[]): void {
    this.crews = crews;
    this.#tell("marks");
  }

  setDistricts(districts: readonly District[]): void {
    this.districts = districts;
    this.#tell("marks");
  }

  /** Returns what ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) {
      listener(change);
    }
  }
}
