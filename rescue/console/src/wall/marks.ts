// The wall's cases and crews as marks of the map: no names, only where and how things stand. Pure.

import type { CaseMark, CrewMark } from "../map";
import { instant } from "../shared/time";
import { type Case, type Crew, isTrapped, waitsForCrew } from "./scene";

const STALE_AFTER_MS = 15 * 60_000;

export function caseMarks(cases: Iterable<Case>): CaseMark[] {
  return [...cases].flatMap((one) => {
    const { lon, lat } = one;
    if (lon === null || lat === null) return [];
    const label = one.rescue_code ?? one.lift_id ?? "";
    const priority = isTrapped(one) ? 1 : 4;
    return [{ lon, lat, id: one.id, priority, handled: !waitsForCrew(one), label, liftId: one.lift_id }];
  });
}

export function crewMarks(crews: Iterable<Crew>, now: number): CrewMark[] {
  return [...crews].flatMap((crew) => {
    const { lon, lat } = crew;
    if (lon === null || lat === null || !crew.on_duty) return [];
    const isStale = crew.positioned_at === null || now - instant(crew.positioned_at) > STALE_AFTER_MS;
    return [{ lon, lat, id: crew.crew_id, label: "", state: crew.busy ? "en_route" : "free", isStale, bound: null }];
  });
}
