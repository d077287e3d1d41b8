// How a case looks: as a row of the list, and in full. Decides what is urgent; asks nothing of the service.

import { clock, element, fillCells, span } from "./dom.js";
import { inLanguage, say } from "./words.js";

const ACCEPTED = new Set(["accepted", "en_route", "on_scene", "released"]);
const GRAVE = new Set(["medical", "water", "fire", "child_alone"]);
const KINDS = ["entrapment", "power_outage", "fault", "link_lost", "test_overdue", "enquiry"]; // the gravest first
const SAID_BY_KIND = { power_outage: "mains_lost", link_lost: "link_lost", test_overdue: "test_overdue" };
const WITHOUT_PEOPLE = { open: "status.to_do", released: "status.work_done" };
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

const ENDS = new Set(["opened", "closed"]); // the stages of every case; the others are shown where people are inside

/** The most urgent first: people inside, for whom a call is to be made, in grave need, with nobody on the way, trapped
 *  the longest; then what else is wrong, the gravest kind first, and of a kind what many lifts suffer from. */
export function byUrgency(one, other) {
  return compare(urgency(one), urgency(other));
}

function urgency(incident) {
  return [
    KINDS.includes(incident.kind) ? KINDS.indexOf(incident.kind) : KINDS.length,
    incident.lift ? 1 : 0,
    incident.status === "released" ? 1 : 0,
    waitsForCall(incident) ? 0 : 1,
    incident.injured > 0 || incident.vulnerable.some((need) => GRAVE.has(need)) ? 0 : 1,
    hasCrew(incident) ? 1 : 0,
    since(incident),
    incident.number,
  ];
}

function compare(one, other) {
  const index = one.findIndex((part, at) => part !== other[at]);
  return index < 0 ? 0 : one[index] < other[index] ? -1 : 1;
}

/** Whether people are, or may be, inside. */
export function isEntrapment(incident) {
  return incident.kind === "entrapment";
}

function waitsForCall({ handover }) {
  return Boolean(handover?.waits);
}

function since(incident) {
  return incident.clock.trapped_since ?? incident.opened_at;
}

function hasCrew(incident) {
  return ACCEPTED.has(incident.assignment?.status);
}

/** Fill a row of the list; `now` is the service's time in milliseconds, `parent` the number of its parent case. */
export function fillCase(row, incident, now, parent) {
  const [deadline] = inOrder(incident);
  fillCells(row, [
    String(incident.number),
    status(incident),
    [what(incident), parent && say("part_of", parent)].filter(Boolean).join(" · "),
    plate(incident),
    place(incident),
    isEntrapment(incident) ? inside(incident) : "",
    isEntrapment(incident) ? level(incident) : "",
    crew(incident),
    deadline ? `${say(`deadline.${deadline.name}`)} ${countdown(deadline.at, now)}` : "",
    incident.released_at ? "" : span((now - Date.parse(since(incident))) / 1000),
  ]);
  row.className = `${incident.kind} ${incident.status} ${hasCrew(incident) ? "in-hand" : "waiting"}`;
  row.cells[6].className = waitsForCall(incident) ? "breached" : "";
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

function status(incident) {
  return say((!isEntrapment(incident) && WITHOUT_PEOPLE[incident.status]) || `status.${incident.status}`);
}

/** What the case is about, in a few words. */
function what(incident) {
  if (isEntrapment(incident)) return certainty(incident);
  const known = Object.keys(incident.conditions).filter((name) => name !== SAID_BY_KIND[incident.kind]);
  const faults = known.length > 0 || incident.kind !== "fault" ? known : [incident.fault];
  const words = faults.filter(Boolean).map((name) => say(`condition.${name}`));
  const many = incident.lift ? [] : [say("lifts_affected", incident.affected)];
  return [say(`kind.${incident.kind}`), ...words, ...many].join(" · ");
}

function certainty({ evidence }) {
  return `${say("kind.entrapment")} · ${say(`confidence.${evidence.confidence}`)}`;
}

function plate({ lift }) {
  return lift ? (lift.rescue_code ?? lift.lift_id) : "";
}

function place({ lift, area, building }) {
  if (!lift) return [say("area_of", area), building].filter(Boolean).join(" ");
  return [lift.address, lift.building, lift.entrance].filter(Boolean).join(" ") || lift.lift_id;
}

function inside(incident) {
  const people = incident.people === null ? "?" : String(incident.people);
  const needs = incident.vulnerable.map((need) => say(`need.${need}`));
  const injured = incident.injured ? [say("injured", incident.injured)] : [];
  return [people, ...injured, ...needs].join(" · ");
}

function level(incident) {
  const number = say(`level.${incident.level}`);
  return waitsForCall(incident) ? `${number} ☎ ${incident.handover.call}` : number;
}

function crew(incident) {
  const assignment = incident.assignment;
  if (!assignment) return isEntrapment(incident) && incident.status !== "released" ? say("nobody_asked") : "";
  const is = `${assignment.crew_id} ${say(`assignment.${assignment.status}`)}`;
  return incident.relief_id ? `${is} · ${say("relief")}` : is;
}

/** The case in full, but for its deadlines, which have a place where they are shown anew each second. `about` holds the
 *  words of its cause, the number of a case by its id, and what the reader may do: `actions`, and `confirming` a call. */
export function showCase({ incident, entries, firstBreak }, about) {
  return [
    stageBar(incident, entries ?? []),
    handover(incident, about.confirming),
    facts(incident, about),
    about.actions,
    ...[["conditions", conditions(incident)], ["evidence", incident.evidence.reasons]]
      .filter(([, lines]) => lines.length > 0)
      .map(([word, lines]) => list(word, lines)),
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
  return [incident.number, what(incident), status(incident), plate(incident)].filter(Boolean).join(" · ");
}

function stageBar(incident, entries) {
  const stages = STAGES.map(([name, at]) => ({ name, at: at(incident, entries) })).filter(
    ({ name, at }) => isEntrapment(incident) || at || ENDS.has(name),
  );
  const reached = stages.findLastIndex(({ at }) => at);
  const items = stages.map(({ name, at }, index) =>
    element(
      "li",
      { class: index <= reached ? "done" : "ahead", "aria-current": index === reached ? "step" : null },
      element("span", {}, stageWord(incident, name)),
      element("time", {}, at ? clock(at) : "—"),
    ),
  );
  return element("ol", { class: "stages" }, items);
}

function stageWord(incident, name) {
  return name === "released" && !isEntrapment(incident) ? say("status.work_done") : say(`stage.${name}`);
}

/** When something last happened: an assignment that is over is no longer the case's own, its history is. */
function last(entries, what) {
  return entries.findLast((entry) => entry.what === what)?.at;
}

function conditions(incident) {
  return Object.entries(incident.conditions).map(([name, at]) => `${say(`condition.${name}`)} ${clock(at)}`);
}

/** The call to the last level: whom to call and what to say, until somebody confirms that it was made. */
function handover({ handover: call }, confirming) {
  if (!call?.waits) return call?.confirmed_at ? callMade(call) : null;
  const [name] = inLanguage(call.name_zh, call.name);
  return element(
    "section",
    { class: "handover", "aria-labelledby": "handover-title" },
    element("h3", { id: "handover-title" }, say("call_now", `${name} ${call.call}`)),
    element("p", {}, [say("no_answer_yet", clock(call.asked_at)), whereTheCarIs(call)].filter(Boolean).join(" · ")),
    element("h4", {}, say("say_this")),
    inLanguage(spoken("zh", call.say_zh), spoken("en", call.say)),
    confirming,
  );
}

function spoken(language, text) {
  return element("blockquote", { lang: language }, text);
}

function whereTheCarIs({ car_position: position }) {
  return position === null ? "" : say("car_is_at", position);
}

function callMade(call) {
  const [name] = inLanguage(call.name_zh, call.name);
  const whom = [`${name} ${call.call}`, call.spoke_to, call.note].filter(Boolean).join(" · ");
  return element("p", { class: "called" }, `${clock(call.confirmed_at)} ${say("call_made", call.confirmed_by)} ${whom}`);
}

function facts(incident, { numberOf, cause }) {
  const rows = [
    ["part_of_case", numberOf(incident.parent_id)],
    ["follows", incident.follows_id && (numberOf(incident.follows_id) ?? say("a_case"))],
    ["merged_into", incident.merged_into_id && (numberOf(incident.merged_into_id) ?? say("a_case"))],
    ...(incident.lift ? factsOfLift(incident.lift) : factsOfMany(incident)),
    ["people", isEntrapment(incident) && inside(incident)],
    ["level", isEntrapment(incident) && level(incident)],
    ["crew", crew(incident)],
    ["source", say(`source.${incident.source}`)],
    ["caller", incident.caller && named(incident.caller)],
    ["other_callers", incident.other_callers.map(named).join(", ")],
    ["comforted_at", incident.comforted_at && clock(incident.comforted_at)],
    ["claimed_by", incident.claimed_by],
    ["cause_code", cause],
  ].filter(([, value]) => value);
  const cells = rows.flatMap(([word, value]) => [element("dt", {}, say(word)), element("dd", {}, value)]);
  return element("dl", { class: "facts" }, cells);
}

function named({ name, phone }) {
  return `${name} ${phone}`.trim();
}

function factsOfLift(lift) {
  return [
    ["address", lift.address],
    ["building", [lift.building, lift.entrance].filter(Boolean).join(" ")],
    ["user_unit", lift.user_unit],
    ["safety_officer", `${lift.safety_officer} ${lift.safety_officer_phone}`.trim()],
  ];
}

function factsOfMany(incident) {
  return [
    ["area", incident.area],
    ["building", incident.building],
    ["affected", String(incident.affected)],
    ["recovered", String(incident.recovered)],
    ["children", String(incident.children)],
  ];
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
      element("b", {}, `${say(`entry.${entry.what}`)} · ${actor(entry.actor)}`),
      element("span", {}, entry.said),
    ),
  );
  return element("section", { class: "timeline" }, element("h3", {}, say("timeline")), broken, element("ol", {}, lines));
}
