// A crew's phone: what this crew is asked or has in hand, and one large button for each answer it can give now.
//
// The token is the company's, as for any program of theirs; it is forgotten when the tab is closed.

import { Refusal, change, read, speakFor } from "./client.js";
import { clock, element } from "./dom.js";

const LOOK_EVERY_MS = 5000;
const NEWEST = 50;
const ANSWERS = {
  offered: ["accept", "decline"],
  accepted: ["en_route", "on_scene", "released", "cannot_reach"],
  en_route: ["on_scene", "released", "cannot_reach"],
  on_scene: ["released", "cannot_reach"],
};
const WORDS = {
  accept: ["接单", "Accept"],
  decline: ["拒单", "Decline"],
  en_route: ["已出发", "Set out"],
  on_scene: ["已到场", "Arrived"],
  released: ["已解救", "Passengers are out"],
  cannot_reach: ["无法到达", "Cannot get there"],
  nothing: ["暂无任务", "Nothing to do"],
  away: ["连接不上，正在重试", "No connection, trying again"],
  address: ["地址", "Address"],
  entrance: ["入口", "Entrance"],
  people: ["被困人数", "People inside"],
  accept_by: ["请在此前答复", "Answer by"],
  reason: ["原因", "Why"],
};
const REFUSES = new Set(["decline", "cannot_reach"]);

const who = document.querySelector("#who");
const said = document.querySelector("#said");
const work = document.querySelector("#work");
let crew = "";
let shown = "";

function both(word) {
  const [zh, en] = WORDS[word];
  return [`${zh} `, element("span", { lang: "en" }, en)];
}

function tell(word) {
  said.replaceChildren(...(word ? both(word) : []));
}

async function look() {
  const { items } = await read("/assignments", { limit: NEWEST });
  const mine = items.filter((one) => one.crew_id === crew && one.status in ANSWERS);
  const cases = await Promise.all(mine.map((one) => read(`/incidents/${one.incident_id}`)));
  who.hidden = true;
  tell(mine.length === 0 && "nothing");
  const now = JSON.stringify([mine, cases.map((one) => one.version)]);
  if (now === shown) return;
  shown = now;
  work.replaceChildren(...mine.map((assignment, index) => card(assignment, cases[index])));
}

function card(assignment, incident) {
  const lift = incident.lift ?? {};
  const facts = [
    ["address", [lift.address, lift.building].filter(Boolean).join(" · ")],
    ["entrance", lift.entrance],
    ["people", incident.people],
    ["accept_by", assignment.status === "offered" && clock(assignment.accept_by)],
  ].filter(([, value]) => value || value === 0);
  return element(
    "article",
    { "data-assignment": assignment.id },
    element("h2", {}, `${incident.number} · ${lift.rescue_code ?? lift.lift_id ?? ""}`),
    element("dl", {}, ...facts.flatMap(([name, value]) => [element("dt", {}, both(name)), element("dd", {}, String(value))])),
    ...ANSWERS[assignment.status].map((answer) => choice(assignment, answer)),
  );
}

function choice(assignment, answer) {
  const kind = REFUSES.has(answer) ? "decline" : "accept";
  const give = () => answerWith(assignment, answer);
  return element("p", {}, element("button", { type: "button", class: kind, name: answer, onclick: give }, both(answer)));
}

async function answerWith(assignment, answer) {
  const reason = REFUSES.has(answer) ? window.prompt(WORDS.reason.join(" ")) : "";
  if (reason === null) return;
  const body = { attempt: assignment.attempt, ts: new Date().toISOString(), reason };
  await attempt(() => change(`/assignments/${assignment.id}/${answer}`, body));
  await attempt(look);
}

/** Whether it worked; a refusal is shown in the service's own words. */
async function attempt(work_) {
  try {
    await work_();
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 0 || error.status >= 500) tell("away");
    else said.textContent = error.message;
    return false;
  }
}

async function begin(token, name) {
  crew = name;
  speakFor(token);
  if (!(await attempt(look))) return;
  sessionStorage.setItem("crew", JSON.stringify([token, name]));
  setInterval(() => attempt(look), LOOK_EVERY_MS);
}

who.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(who);
  begin(form.get("token").trim(), form.get("crew").trim());
});

const kept = JSON.parse(sessionStorage.getItem("crew") ?? "null");
if (kept) begin(...kept);
