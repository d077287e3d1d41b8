// How a case looks: as a row of the list, and in full. Decides what is urgent; asks nothing of the service.

import { clock, element, fillCells, span } from "./dom.js";
import { say } from "./words.js";

const ACCEPTED = new Set(["accepted", "en_route", "on_scene", "released"]);
const GRAVE = new Set(["medical", "water", "fire", "child_alone"]);
const SOON_S = 60;
const STAGES = [
  ["opened", (incident) => incident.opened_at],
  ["dispatched", (incident, entries) => incident.assignment?.offered_at ?? last(entries, "offered")],
  ["accepted", (incident) => incident.assignment?.accepted_at ?? incident.dispatched_at],
  ["en_route", (incident, entries) => incident.assignment?.en_route_at ?? last(entries, "en_route")],
  ["on_scene", (incident) => incident.arrived_at],
  ["released", (incident) => incident.released_at],
  ["called_back", (incident) => incident.called_back_at],
  ["closed", (incident) => incident.closed_at],
];

/** The most urgent first: people inside, in grave need, with nobody on the way, trapped the longest. */
export function byUrgency(one, other) {
  return compare(urgency(one), urgency(other));
}

function urgency(incident) {
  return [
    incident.status === "released" ? 1 : 0,
    incident.injured > 0 || incident.vulnerable.some((need) => GRAVE.has(need)) ? 0 : 1,
    hasCrew(incident) ? 1 : 0,
    incident.clock.trapped_since,
    incident.number,
  ];
}

function compare(one, other) {
  const index = one.findIndex((part, at) => part !== other[at]);
  return index < 0 ? 0 : one[index] < other[index] ? -1 : 1;
}

function hasCrew(incident) {
  return ACCEPTED.has(incident.assignment?.status);
}

/** Fill a row of the list; `now` is the service's time in milliseconds. */
export function fillCase(row, incident, now) {
  const [deadline] = inOrder(incident);
  fillCells(row, [
    String(incident.number),
    say(`status.${incident.status}`),
    say(`confidence.${incident.evidence.confidence}`),
    incident.lift.rescue_code ?? incident.lift.lift_id,
    place(incident.lift),
    inside(incident),
    say(`level.${incident.level}`),
    crew(incident),
    deadline ? `${say(`deadline.${deadline.name}`)} ${countdown(deadline.at, now)}` : "",
    incident.released_at ? "" : span((now - Date.parse(incident.clock.trapped_since)) / 1000),
  ]);
  row.className = `${incident.status} ${hasCrew(incident) ? "in-hand" : "waiting"}`;
  row.cells[8].className = deadline ? pressure(deadline.at, now) : "";
}

function inOrder(incident) {
  return Object.entries(incident.deadlines)
    .map(([name, at]) => ({ name, at: Date.parse(at) }))
    .sort((one, other) => one.at - other.at);
}

function countdown(at, now) {
  return at >= now ? span((at - now) / 1000) : say("late", span((now - at) / 1000));
}

function pressure(at, now) {
  if (at < now) return "breached";
  return at - now < SOON_S * 1000 ? "soon" : "";
}

function place(lift) {
  return [lift.address, lift.building, lift.entrance].filter(Boolean).join(" ") || lift.lift_id;
}

function inside(incident) {
  const people = incident.people === null ? "?" : String(incident.people);
  const needs = incident.vulnerable.map((need) => say(`need.${need}`));
  const injured = incident.injured ? [say("injured", incident.injured)] : [];
  return [people, ...injured, ...needs].join(" · ");
}

function crew(incident) {
  const assignment = incident.assignment;
  if (!assignment) return incident.status === "released" ? "" : say("nobody_asked");
  return `${assignment.crew_id} ${say(`assignment.${assignment.status}`)}`;
}

/** The case in full, but for its deadlines, which have a place where they are shown anew each second. */
export function showCase({ incident, entries, firstBreak }, actions) {
  return [
    stageBar(incident, entries ?? []),
    facts(incident),
    actions,
    list("evidence", incident.evidence.reasons),
    element("section", { class: "deadlines" }),
    entries && timeline(entries, firstBreak),
  ].filter(Boolean);
}

/** What must happen next, and by when. */
export function showDeadlines(incident, now) {
  const lines = inOrder(incident).map(({ name, at }) => `${say(`deadline.${name}`)} ${clock(at)} (${countdown(at, now)})`);
  return list("deadlines", lines);
}

/** The heading of the case in full. */
export function caseTitle(incident) {
  return `${incident.number} · ${say(`status.${incident.status}`)} · ${incident.lift.rescue_code ?? incident.lift.lift_id}`;
}

function stageBar(incident, entries) {
  const times = STAGES.map(([, at]) => at(incident, entries));
  const reached = times.findLastIndex(Boolean);
  const stages = STAGES.map(([name], index) =>
    element(
      "li",
      { class: index <= reached ? "done" : "ahead", "aria-current": index === reached ? "step" : null },
      element("span", {}, say(`stage.${name}`)),
      element("time", {}, times[index] ? clock(times[index]) : "—"),
    ),
  );
  return element("ol", { class: "stages" }, stages);
}

/** When something last happened: an assignment that is over is no longer the case's own, its history is. */
function last(entries, what) {
  return entries.findLast((entry) => entry.what === what)?.at;
}

function facts(incident) {
  const { lift, caller } = incident;
  const rows = [
    ["address", lift.address],
    ["building", [lift.building, lift.entrance].filter(Boolean).join(" ")],
    ["people", inside(incident)],
    ["level", say(`level.${incident.level}`)],
    ["crew", crew(incident)],
    ["source", say(`source.${incident.source}`)],
    ["caller", caller ? `${caller.name} ${caller.phone}`.trim() : ""],
    ["user_unit", lift.user_unit],
    ["safety_officer", `${lift.safety_officer} ${lift.safety_officer_phone}`.trim()],
    ["claimed_by", incident.claimed_by],
    ["cause_code", incident.cause_code],
  ].filter(([, value]) => value);
  const cells = rows.flatMap(([word, value]) => [element("dt", {}, say(word)), element("dd", {}, value)]);
  return element("dl", { class: "facts" }, cells);
}

function list(word, lines) {
  const items = lines.map((line) => element("li", {}, line));
  return element("section", { class: word }, lines.length > 0 && element("h3", {}, say(word)), element("ul", {}, items));
}

function actor({ kind, name }) {
  return kind === "machine" ? say("actor.machine") : `${say(`actor.${kind}`)} ${name}`;
}

function timeline(entries, firstBreak) {
  const broken = firstBreak ? element("p", { class: "breached", role: "alert" }, say("chain_broken", firstBreak)) : null;
  const lines = [...entries].reverse().map((entry) =>
    element(
      "li",
      { class: entry.actor.kind },
      element("time", { datetime: entry.at }, clock(entry.at)),
      element("b", {}, actor(entry.actor)),
      element("span", {}, entry.said),
    ),
  );
  return element("section", { class: "timeline" }, element("h3", {}, say("timeline")), broken, element("ol", {}, lines));
}
