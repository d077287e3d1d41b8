// The page at work: asks the service each second while somebody looks, shows what it says, and says how old that is.

import { Refusal, change, logIn, logOut, read, readAll, whoAmI } from "./client.js";
import { byUrgency, caseTitle, fillCase, isEntrapment, showCase, showDeadlines } from "./cases.js";
import { element, fillCells, fillRows, span } from "./dom.js";
import { say, speak, switchLanguage } from "./words.js";

const POLL_EVERY_MS = 1000;
const STALE_AFTER_MS = 3000;
const CREWS_EVERY = 5; // polls
const STAFF = new Set(["operator", "supervisor", "admin"]);

const place = (id) => document.getElementById(id);
const state = {
  who: null,
  incidents: [],
  numbers: new Map(), // of the open cases, by id
  crews: [],
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
  const wantsCrews = state.polls % CREWS_EVERY === 0;
  const [incidents, figures, shown, crews] = await Promise.all([
    readAll("/incidents", { status: "open", limit: 200 }),
    read("/figures", { since: midnight().toISOString() }),
    selected ? readCase(selected) : null,
    wantsCrews ? readAll("/crews", { limit: 1000 }) : state.crews,
  ]);
  const numbers = new Map(incidents.map(({ id, number }) => [id, String(number)]));
  Object.assign(state, { figures, crews, numbers, incidents: incidents.sort(byUrgency) });
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
  if (!state.who) return;
  drawFigures();
  drawCases();
  drawCrews();
  drawCase(isStale);
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
  const parent = state.numbers.get(parent_id);
  const said = [version, assignment?.status, shown?.entries?.length, state.refusal, parent];
  const key = [document.documentElement.lang, id, ...said].join(" ");
  if (panel.dataset.key !== key) {
    const typed = panel.dataset.of === id ? typedIn(panel) : [];
    Object.assign(panel.dataset, { key, of: id });
    panel.replaceChildren(...(shown ? showCase(shown, parent, actionsOf(shown.incident)) : []));
    typeAgain(panel, typed);
  }
  panel.querySelector(".deadlines")?.replaceWith(showDeadlines(shown.incident, now()));
  for (const button of panel.querySelectorAll("button")) button.disabled = isStale || state.isActing;
}

/** News of a case comes at any moment; what somebody is typing about it outlasts that, and stays under the cursor. */
function typedIn(panel) {
  const changed = [...panel.querySelectorAll("input")].filter((one) => one.value !== one.defaultValue);
  return changed.map(({ name, value }) => ({ name, value, isFocused: document.activeElement?.name === name }));
}

function typeAgain(panel, typed) {
  for (const { name, value, isFocused } of typed) {
    const input = panel.querySelector(`input[name="${name}"]`);
    if (!input) continue;
    input.value = value;
    if (isFocused) input.focus();
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
    isOpen && (isEntrapment(incident) ? releaseActions(incident) : settleActions(incident)),
    element("p", { class: "refusal", role: "alert" }, state.refusal),
  );
}

/** After release, the call-back; after that, the end with its cause. */
function releaseActions(incident) {
  if (incident.status !== "released") return [];
  if (!incident.called_back_at) return [button("call_back", () => act(incident, "confirm_release"))];
  const cause = causeInput(incident);
  return [cause, button("close", () => cause.reportValidity() && act(incident, "close", filled(cause)))];
}

/** Where nobody is inside there is no call-back: the case ends with a reason or a cause. */
function settleActions(incident) {
  const [reason, cause] = [input("reason", { class: "reason", maxlength: "500" }), causeInput(incident)];
  const close = () => {
    reason.required = !cause.value;
    if (reason.reportValidity() && cause.reportValidity()) act(incident, "close", filled(reason, cause));
  };
  return [reason, cause, button("close", close)];
}

function causeInput(incident) {
  const value = incident.cause_code ?? "";
  return input("cause_code", { inputmode: "numeric", pattern: "[1-7][0-9]{2}", maxlength: "3", size: "10", value });
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

async function act(incident, action, body = {}) {
  state.isActing = true;
  draw();
  try {
    await change(`/incidents/${encodeURIComponent(incident.id)}/${action}`, { ...body, version: incident.version });
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
  Object.assign(state, { who, incidents: [], crews: [], figures: null, selected: null, shown: null, polls: 0 });
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
