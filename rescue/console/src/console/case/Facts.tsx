// What is known: the lift, the people, who called, who handles it.

import type { JSX } from "preact";
import type { Caller, CauseGroup, Incident, Lift } from "../../shared/api/types";
import { instant, span, timeOfDay } from "../../shared/time";
import { language, say, type Word } from "../../shared/words/language";
import { SIGNS, SITUATIONS, SOURCES } from "../../shared/words/names";
import { causes, companyName } from "../header/figures";
import { isEntrapment } from "../queue/priority";
import { incidents } from "../state/centre";
import { now } from "../state/clock";
import { CASE } from "../words";
import { crewOf, levelOf, needsOf, numberOf } from "./wording";

type Fact = readonly [Word, string | null | false | undefined];

export function Facts({ incident }: { incident: Incident }): JSX.Element {
  const cases = incidents.value;
  const facts: readonly Fact[] = [
    [CASE.part_of_case, incident.parent_id && numberOf(incident.parent_id, cases)],
    [CASE.follows, incident.follows_id && numberOf(incident.follows_id, cases)],
    [CASE.merged_into, incident.merged_into_id && numberOf(incident.merged_into_id, cases)],
    ...(incident.lift ? factsOfLift(incident.lift) : factsOfMany(incident)),
    [CASE.people, isEntrapment(incident) && [incident.people ?? say(CASE.unknown), ...needsOf(incident)].join(" · ")],
    [CASE.level, isEntrapment(incident) && levelOf(incident)],
    [CASE.crew, crewOf(incident)],
    [CASE.expected, incident.expected && expectedOf(incident.expected)],
    [CASE.signs, incident.signs.map((sign) => say(SIGNS[sign])).join(" · ")],
    [CASE.source, say(SOURCES[incident.source])],
    [CASE.caller, incident.caller && named(incident.caller)],
    [CASE.other_callers, incident.other_callers.map(named).join(", ")],
    [CASE.comforted_at, incident.comforted_at && timeOfDay(incident.comforted_at)],
    [CASE.claimed_by, incident.claimed_by],
    [CASE.cause_code, incident.cause_code && causeOf(incident.cause_code, causes.value)],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value)
        .flatMap(([word, value]) => [<dt key={`t ${word[1]}`}>{say(word)}</dt>, <dd key={`d ${word[1]}`}>{value}</dd>])}
    </dl>
  );
}

function factsOfLift(lift: Lift): Fact[] {
  return [
    [CASE.rescue_code, lift.rescue_code],
    [CASE.address, lift.address],
    [CASE.building, [lift.building, lift.entrance].filter(Boolean).join(" ")],
    [CASE.car, carOf(lift)],
    [CASE.user_unit, lift.user_unit],
    [CASE.safety_officer, `${lift.safety_officer} ${lift.safety_officer_phone}`.trim()],
    [CASE.company, lift.company_id && companyName(lift.company_id)],
    [CASE.floors, lift.floors === null ? null : String(lift.floors)],
    [CASE.machine_room, lift.machine_room === null ? null : say(lift.machine_room ? CASE.yes : CASE.no)],
  ];
}

/** Where the car is as it said last, and how long ago that was. */
function carOf({ live }: Lift): string | null {
  if (!live) return null;
  const heard = live.heard_at ?? live.seen_at;
  const ago = say(CASE.heard_ago, span((now.value - instant(heard)) / 1000));
  return [say(SITUATIONS[live.situation]), live.car_position && say(CASE.floor, live.car_position), ago]
    .filter(Boolean)
    .join(" · ");
}

function factsOfMany(incident: Incident): Fact[] {
  return [
    [CASE.area, incident.area],
    [CASE.building, incident.building],
    [CASE.affected, String(incident.affected)],
    [CASE.recovered, String(incident.recovered)],
    [CASE.children, String(incident.children)],
  ];
}

/** Who is to come by the plan in force, while nobody could be asked yet. */
function expectedOf({ crew_id, place, at }: NonNullable<Incident["expected"]>): string {
  const after = place === 1 ? say(CASE.expected_next) : say(CASE.expected_after, place - 1);
  return `${crew_id} · ${timeOfDay(at)} · ${after}`;
}

function named({ name, phone }: Caller): string {
  return `${name} ${phone}`.trim();
}

/** A cause by its code, in words. */
export function causeOf(code: string, groups: readonly CauseGroup[]): string {
  const cause = groups.flatMap((group) => group.causes).find((one) => one.code === code);
  return cause ? `${code} ${language.value === "zh" ? cause.zh : cause.en}` : code;
}
