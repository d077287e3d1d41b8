// Cases and crews as marks of the map. Pure.

import type { CaseMark, CrewMark, CrewState } from "../../map";
import type { AssignmentStatus, Crew, Incident } from "../../shared/api/types";
import { instant } from "../../shared/time";
import { isUnhandled, priorityOf } from "../queue/priority";

const STALE_AFTER_MS = 15 * 60_000;
const STATES: Partial<Record<AssignmentStatus, CrewState>> = {
  offered: "asked",
  accepted: "en_route",
  en_route: "en_route",
  on_scene: "on_scene",
};

export function caseMarks(cases: Iterable<Incident>): CaseMark[] {
  return [...cases].flatMap((one) => {
    const { lift } = one;
    if (lift === null || lift.lon === null || lift.lat === null) return [];
    const label = lift.rescue_code ?? lift.lift_id;
    const place = { lon: lift.lon, lat: lift.lat };
    return [
      { ...place, id: one.id, priority: priorityOf(one), handled: !isUnhandled(one), label, liftId: lift.lift_id },
    ];
  });
}

export function crewMarks(crews: Iterable<Crew>, cases: ReadonlyMap<string, Incident>, now: number): CrewMark[] {
  const atWork = new Map<string, Incident>();
  for (const one of cases.values()) if (one.assignment) atWork.set(one.assignment.crew_id, one);
  return [...crews].flatMap((crew) => {
    if (crew.lon === null || crew.lat === null) return [];
    const incident = atWork.get(crew.crew_id);
    const isStale = crew.positioned_at === null || now - instant(crew.positioned_at) > STALE_AFTER_MS;
    const place = { lon: crew.lon, lat: crew.lat };
    return [
      {
        ...place,
        id: crew.crew_id,
        label: crew.crew_id,
        state: stateOf(crew, incident),
        isStale,
        bound: boundOf(incident),
      },
    ];
  });
}

function stateOf(crew: Crew, incident: Incident | undefined): CrewState {
  const state = incident?.assignment && STATES[incident.assignment.status];
  if (state) return state;
  return crew.on_duty ? (crew.busy ? "on_scene" : "free") : "off_duty";
}

function boundOf(incident: Incident | undefined): CrewMark["bound"] {
  const lift = incident?.lift;
  const isBound = incident?.assignment?.status === "accepted" || incident?.assignment?.status === "en_route";
  if (!incident || !isBound || !lift || lift.lon === null || lift.lat === null) return null;
  return { lon: lift.lon, lat: lift.lat, caseId: incident.id, etaS: incident.assignment?.eta_s ?? null };
}
