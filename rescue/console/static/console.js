// The page at work: asks the service each second while somebody looks, shows what it says, and says how old that is.

import { Refusal, change, logIn, logOut, read, readAll, readHealth, whoAmI } from "./client.js";
import { byUrgency, caseTitle, fillCase, isEntrapment, showCase, showDeadlines } from "./cases.js";
import { element, fillCells, fillRows, span } from "./dom.js";
import { inLanguage, say, speak, switchLanguage } from "./words.js";

const POLL_EVERY_MS = 1000;
const STALE_AFTER_MS = 3000;
const SELDOM = 5; // polls
const TRAPPED = new Set(["open", "dispatched", "en_route", "on_scene"]);
const DONE_IN_ANY_CASE = new Set(["comfort", "hand_over"]); // it was done, whatever has become of the case since
const STAFF = new Set(["operator", "supervisor", "admin"]);

const place = (id) => document.getElementById(id);
const state = {
  who: null,
  incidents: [],
  numbers: new Map(), // of the open cases, by id
  crews: [],
  causes: [], // by group
  health: {},
  figures: null,
  selected: null, // the id of a case
  shown: null, // that case in full: { incident, entries, firstBreak }
  heardAt: performance.now(),
  ahead: 0, // the service's clock less ours, in milliseconds
  polls: 0,
  isActing: false, // something was asked for, and its answer is not here yet
  refusal: "",
};

const now = () => Date.now() + state.ahead;
const mayAct = () => STAFF.has(state.who?.role);
const mayReadHistory = () => mayAct() || state.who?.role === "auditor";

// --- asking

async function poll() {
  if (state.who && document.visibilityState === "visible") {
    try {
      await refresh();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 401) enter(null);
    }
  }
  draw();
  setTimeout(poll, POLL_EVERY_MS);
}

async function refresh() {
  const selected = state.selected;
  const isDue = state.polls % SELDOM === 0;
  const [incidents, figures, shown, crews, health, causes] = await Promise.all([
    readAll("/incidents", { status: "open", limit: 200 }),
    read("/figures", { since: midnight().toISOString() }),
    selected ? readCase(selected) : null,
    isDue ? readAll("/crews", { limit: 1000 }) : state.crews,
    isDue ? readHealth() : state.health,
    state.causes.length > 0 ? state.causes : readAll("/causes"),
  ]);
  const numbers = new Map(incidents.map(({ id, number }) => [id, String(number)]));
  Object.assign(state, { figures, crews, health, causes, numbers, incidents: incidents.sort(byUrgency) });
  show(selected, shown);
  state.ahead = Date.parse(figures.now) - Date.now();
  state.heardAt = performance.now();
  state.polls += 1;
}

/** Show a case, if it is still the one selected and this is no older than what is shown. */
function show(id, shown) {
  const isOlder = state.shown && shown?.incident.version < state.shown.incident.version;
  if (id === state.selected && !isOlder) state.shown = shown;
}

async function readCase(id) {
  const [incident, timeline] = await Promise.all([
    read(`/incidents/${encodeURIComponent(id)}`),
    mayReadHistory() ? read(`/incidents/${encodeURIComponent(id)}/timeline`) : { items: null, first_break: null },
  ]);
  return { incident, entries: timeline.items, firstBreak: timeline.first_break };
}

function midnight() {
  return new Date(new Date(now()).setHours(0, 0, 0, 0));
}

// --- drawing

function draw() {
  const age_ms = performance.now() - state.heardAt;
  const isStale = Boolean(state.who) && age_ms > STALE_AFTER_MS;
  document.body.classList.toggle("stale", isStale);
  place("freshness").textContent = !state.who ? "" : isStale ? say("stale", span(age_ms / 1000)) : say("live");
  place("door").hidden = state.who !== null;
  place("desk").hidden = state.who === null;
  place("who").hidden = place("log-out").hidden = state.who === null;
  place("who").textContent = state.who?.name ?? "";
  place("language").textContent = say("other_language");
  drawHealth();
  if (!state.who) return;
  drawFigures();
  drawCases();
  drawCrews();
  drawCase(isStale);
}

/** What a person should see to; calm, for no case waits in vain for it. */
function drawHealth() {
  const { reasons = [], warnings = [] } = state.who ? state.health : {};
  const said = [reasons.length > 0 && say("not_ready", reasons.join("; ")), ...warnings.map((one) => say("see_to", one))];
  const line = said.filter(Boolean).join(" · ");
  if (place("health").textContent !== line) place("health").textContent = line;
}

function drawFigures() {
  const figures = state.figures;
  if (!figures) return;
  const pairs = [
    ["today", figures.opened],
    ["closed_today", (figures.by_status.closed ?? 0) + (figures.by_status.stood_down ?? 0)],
    ["false_alarms_today", figures.by_status.false_alarm ?? 0],
    ["mean_arrival", figures.mean_arrival_s === null ? "—" : span(figures.mean_arrival_s)],
    ["lifts_online", `${figures.lifts_online} / ${figures.lifts}`],
  ];
  place("figures").replaceChildren(
    ...pairs.map(([word, value]) => element("div", {}, element("dt", {}, say(word)), element("dd", {}, String(value)))),
  );
}

function drawCases() {
  const body = document.querySelector("#cases tbody");
  const mayMove = !body.matches(":hover");
  fillRows(body, state.incidents, (incident) => incident.id, makeCaseRow, drawCaseRow, mayMove);
  const trapped = state.incidents.filter(isEntrapment).length;
  place("cases-count").textContent =
    `${say("kind.entrapment")} ${trapped} · ${say("others")} ${state.incidents.length - trapped}`;
  document.querySelector("#cases .empty").hidden = state.incidents.length > 0;
}

function makeCaseRow(id) {
  return element("tr", { "data-key": id, tabindex: "0", onclick: () => select(id) });
}

function drawCaseRow(row, incident) {
  fillCase(row, incident, now(), state.numbers.get(incident.parent_id));
  row.setAttribute("aria-current", String(incident.id === state.selected));
}

function drawCrews() {
  const body = document.querySelector("#crews tbody");
  // They come in the order of their ids, and sorting keeps that within a rank.
  const crews = [...state.crews].sort((one, other) => crewRank(one) - crewRank(other));
  fillRows(body, crews, (crew) => crew.crew_id, (id) => element("tr", { "data-key": id }), drawCrewRow, true);
  const count = (rank) => crews.filter((crew) => crewRank(crew) === rank).length;
  place("crews-count").textContent =
    `${say("busy")} ${count(0)} · ${say("free")} ${count(1)} · ${say("off_duty")} ${count(2)}`;
}

function crewRank(crew) {
  if (crew.busy) return 0;
  return crew.on_duty ? 1 : 2;
}

function drawCrewRow(row, crew) {
  const rank = crewRank(crew);
  const is = [crew.busy && assignmentOf(crew), say("free"), say("off_duty")][rank];
  fillCells(row, [`${crew.crew_id} ${crew.name}`, crew.company_id, is, crew.phone]);
  row.className = ["busy", "free", "off-duty"][rank];
}

function assignmentOf(crew) {
  const incident = state.incidents.find((one) => one.assignment?.crew_id === crew.crew_id);
  return incident ? `${say(`assignment.${incident.assignment.status}`)} · ${incident.number}` : say("busy");
}

function drawCase(isStale) {
  const panel = document.querySelector("#case .scroll");
  const shown = state.shown;
  place("case-title").textContent = shown ? caseTitle(shown.incident) : say("none_selected");
  // Drawn anew only when something else is to be said, so that nobody's typing or selection is lost.
  const { id, version, assignment, parent_id } = shown?.incident ?? {};
  const said = [version, assignment?.status, shown?.entries?.length, state.refusal, numberOf(parent_id)];
  const key = [document.documentElement.lang, id, ...said].join(" ");
  if (panel.dataset.key !== key) {
    const typed = panel.dataset.of === id ? typedIn(panel) : [];
    Object.assign(panel.dataset, { key, of: id });
    panel.replaceChildren(...(shown ? showCase(shown, about(shown.incident)) : []));
    typeAgain(panel, typed);
  }
  panel.querySelector(".deadlines")?.replaceWith(showDeadlines(shown.incident, now()));
  for (const button of panel.querySelectorAll("button")) button.disabled = isStale || state.isActing;
}

function numberOf(id) {
  return state.numbers.get(id);
}

function about(incident) {
  const confirming = mayAct() ? callForm(incident) : null;
  return { numberOf, cause: causeWords(incident.cause_code), actions: actionsOf(incident), confirming };
}

/** News of a case comes at any moment; what somebody is typing about it outlasts that, and stays under the cursor. */
function typedIn(panel) {
  const changed = [...panel.querySelectorAll("input, select")].filter(isChanged);
  return changed.map(({ name, value }) => ({ name, value, isFocused: document.activeElement?.name === name }));
}

function isChanged(field) {
  if (field.options) return [...field.options].some(({ selected, defaultSelected }) => selected !== defaultSelected);
  return field.value !== field.defaultValue;
}

function typeAgain(panel, typed) {
  for (const { name, value, isFocused } of typed) {
    const field = panel.querySelector(`[name="${name}"]`);
    if (!field) continue;
    field.value = value;
    if (isFocused) field.focus();
  }
}

// --- acting

function actionsOf(incident) {
  if (!mayAct()) return null;
  const isOpen = !incident.closed_at;
  return element(
    "form",
    { class: "actions", onsubmit: (event) => event.preventDefault() },
    isOpen && !incident.claimed_by && button("claim", () => act(incident, "claim")),
    isEntrapment(incident) && TRAPPED.has(incident.status) && button("comfort", () => act(incident, "comfort")),
    isOpen && (isEntrapment(incident) ? releaseActions(incident) : settleActions(incident)),
    element("p", { class: "refusal", role: "alert" }, state.refusal),
  );
}

/** After release, the call-back; after that, the end with its cause. */
function releaseActions(incident) {
  if (incident.status !== "released") return [];
  if (!incident.called_back_at) return [button("call_back", () => act(incident, "confirm_release"))];
  const cause = causeInput(incident);
  return [cause, button("close", () => act(incident, "close", filled(cause)))];
}

/** Where nobody is inside there is no call-back: the case ends with a reason or a cause. */
function settleActions(incident) {
  const [reason, cause] = [input("reason", { maxlength: "500" }), causeInput(incident)];
  const close = () => {
    reason.required = !cause.value;
    if (reason.reportValidity()) act(incident, "close", filled(reason, cause));
  };
  return [reason, cause, button("close", close)];
}

/** Whom was called, or why nobody was; one of the two. */
function callForm(incident) {
  const spokeTo = input("spoke_to", { maxlength: "500" });
  const reason = input("reason", { maxlength: "500", "aria-label": say("why_no_call"), placeholder: say("why_no_call") });
  const confirm = () => {
    spokeTo.required = !reason.value;
    if (spokeTo.reportValidity()) act(incident, "hand_over", filled(spokeTo, reason));
  };
  return element(
    "form",
    { class: "actions", onsubmit: (event) => event.preventDefault() },
    spokeTo,
    reason,
    button("hand_over", confirm),
  );
}

function causeInput(incident) {
  const option = (value, text) => element("option", { value, selected: value === (incident.cause_code ?? "") }, text);
  const groups = state.causes.map((group) =>
    element(
      "optgroup",
      { label: `${group.group} ${wordsOf(group)}` },
      group.causes.map((cause) => option(cause.code, `${cause.code} ${wordsOf(cause)}`)),
    ),
  );
  return element("select", { name: "cause_code", "aria-label": say("cause_code") }, option("", say("no_cause")), groups);
}

function causeWords(code) {
  const cause = state.causes.flatMap((group) => group.causes).find((one) => one.code === code);
  return cause ? `${code} ${wordsOf(cause)}` : code;
}

function wordsOf({ zh, en }) {
  return inLanguage(zh, en)[0];
}

function input(name, attributes) {
  return element("input", { name, "aria-label": say(name), placeholder: say(name), ...attributes });
}

function filled(...inputs) {
  return Object.fromEntries(inputs.filter(({ value }) => value).map(({ name, value }) => [name, value]));
}

function button(word, onclick) {
  return element("button", { type: "button", onclick }, say(word));
}

async function act(incident, action, said = {}) {
  const body = DONE_IN_ANY_CASE.has(action) ? said : { ...said, version: incident.version };
  state.isActing = true;
  draw();
  try {
    await change(`/incidents/${encodeURIComponent(incident.id)}/${action}`, body);
    state.refusal = "";
    await refresh();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    state.refusal = error.message;
  } finally {
    state.isActing = false;
    draw();
  }
}

async function select(id) {
  Object.assign(state, { selected: id, shown: null, refusal: "" });
  draw();
  try {
    show(id, await readCase(id));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    state.refusal = error.message;
  }
  draw();
}

// --- coming and going

function enter(who) {
  Object.assign(state, { who, incidents: [], crews: [], health: {}, figures: null, selected: null, shown: null, polls: 0 });
  state.heardAt = performance.now();
  draw();
  if (!who) place("log-in").elements.username.focus();
}

async function tryLogIn(event) {
  event.preventDefault();
  const form = event.target;
  const refusal = form.querySelector(".refusal");
  refusal.textContent = "";
  try {
    enter(await logIn(form.elements.username.value, form.elements.password.value));
    form.reset();
    await refresh();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal.textContent = error.message;
  }
  draw();
}

async function leave() {
  await logOut().catch(() => null);
  enter(null);
}

function onRowKey(event) {
  const row = event.target.closest("tr[data-key]");
  const move = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (move && row?.[move]) row[move].focus();
  else if (row && (event.key === "Enter" || event.key === " ")) select(row.dataset.key);
  else return;
  event.preventDefault();
}

place("log-in").addEventListener("submit", tryLogIn);
place("log-out").addEventListener("click", leave);
place("language").addEventListener("click", () => {
  switchLanguage();
  speak();
  draw();
});
document.querySelector("#cases tbody").addEventListener("keydown", onRowKey);

speak();
const who = await whoAmI().catch(() => null);
enter(who?.kind === "nobody" ? null : who);
await poll();
