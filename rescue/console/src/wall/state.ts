// The wall's line to the service: told everything anew whenever the line breaks, and loaded anew when that is not enough.

import { computed, signal } from "@preact/signals";
import type { components } from "../generated/api";
import { MapStore } from "../map";
import { logIn, whoAmI } from "../shared/api/calls";
import { ask, Refusal, read } from "../shared/api/client";
import { ServerClock } from "../shared/live/clock";
import { freshness } from "../shared/live/freshness";
import { LiveSocket, type Told } from "../shared/live/socket";
import { instant, timeZone } from "../shared/time";
import { countMarks, type MarkCounts } from "./counts";
import { caseMarks, crewMarks } from "./marks";
import { reloadSoon } from "./reloading";
import { Gap, hear, inOrder, isTrapped, isWhole, NOTHING, type WallState, waitsForCrew } from "./scene";

export type Figures = components["schemas"]["WallFiguresView"];
type Directory = Parameters<MapStore["setDirectory"]>[0];

const TICK_MS = 500;
const FIGURES_EVERY_MS = 15_000;
/** Without a word for so long the page itself may be at fault. */
const RELOAD_AFTER_S = 60;

export type Door = "asking" | "shut" | "wrong_role" | "open";
export const door = signal<Door>("asking");
export const trouble = signal("");
export const now = signal(Date.now());
export const silentFor_s = signal(0);
export const figures = signal<Figures | null>(null);
export const lifts = signal<MarkCounts | null>(null);
export const mapStore = new MapStore();

const state = signal<WallState>(NOTHING);
export const isLoaded = computed(() => isWhole(state.value));
export const cases = computed(() => inOrder(state.value.scene?.cases.values() ?? []));
export const trapped = computed(() => cases.value.filter(isTrapped));
export const withoutCrew = computed(() => cases.value.filter(waitsForCrew));
export const fresh = computed(() => freshness(silentFor_s.value * 1000));

export const clock = new ServerClock(() => performance.now());
let heardAt = performance.now();
let build: string | null = null;
let knownLifts = "";

const socket = new LiveSocket({
  onHello: (hello) => {
    build ??= hello.build;
    if (build !== hello.build) reloadSoon("another build");
    door.value = hello.lane === "wall" ? "open" : "wrong_role";
    beat(hello.now);
    queueMicrotask(() => socket.say({ type: "telemetry", on: true }));
    return { epoch: null, seq: null };
  },
  onMessages: take,
  onHeartbeat: (said) => {
    beat(said.now);
    trouble.value = said.trouble;
    if (said.lifts_version !== knownLifts) void readDirectory(said.lifts_version);
  },
  onFrame: (frame) => {
    if (mapStore.hearFrame(frame) === "outdated") void readDirectory("");
  },
  onBroken: () => undefined,
  onSessionOver: () => {
    door.value = "shut";
  },
  isWelcome: async () => (await whoAmI()).who !== null,
});

/** Come in by the link's token or by the session there is, and follow the centre. */
export async function begin(): Promise<void> {
  setInterval(tick, TICK_MS);
  setInterval(readFigures, FIGURES_EVERY_MS);
  addEventListener("hashchange", () => void comeIn());
  await comeIn();
}

async function comeIn(): Promise<void> {
  try {
    await useLink();
    const { who, timezone } = await whoAmI();
    timeZone.value = timezone;
    if (who === null) door.value = "shut";
    else if (who.role !== "wall") door.value = "wrong_role";
    else start();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.isSessionOver) door.value = "shut";
    else setTimeout(comeIn, FIGURES_EVERY_MS);
  }
}

/** A link brings its token behind the #; it is taken out of the address at once. */
async function useLink(): Promise<void> {
  const token = location.hash.slice(1);
  if (!token.startsWith("rescue_")) return;
  history.replaceState(null, "", location.pathname);
  await ask("POST", "/session/token", { token });
}

/** Raises Refusal. */
export async function enter(username: string, password: string): Promise<void> {
  await logIn(username, password);
  await comeIn();
}

function start(): void {
  door.value = "open";
  socket.connect();
  void readFigures();
}

function take(messages: readonly Told[]): void {
  try {
    state.value = messages.reduce(hear, state.peek());
  } catch (error) {
    if (!(error instanceof Gap)) throw error;
    state.value = NOTHING;
    socket.restart();
  }
  const { scene } = state.peek();
  if (scene === null) return;
  mapStore.setCases(caseMarks(scene.cases.values()));
  mapStore.setCrews(crewMarks(scene.crews.values(), clock.now()));
}

function beat(said: string): void {
  heardAt = performance.now();
  clock.set(instant(said));
  now.value = clock.now();
  mapStore.hearServer(clock.now() / 1000);
}

function tick(): void {
  now.value = clock.now();
  if (door.value !== "open") return;
  silentFor_s.value = Math.floor((performance.now() - heardAt) / 1000);
  if (mapStore.fleet.count > 0) lifts.value = countMarks(mapStore.fleet.states);
  if (silentFor_s.value > RELOAD_AFTER_S) reloadSoon("silence");
}

async function readFigures(): Promise<void> {
  if (door.value !== "open") return;
  figures.value = await read<Figures>("/wall/figures").catch(() => figures.peek());
}

async function readDirectory(version: string): Promise<void> {
  knownLifts = version;
  try {
    mapStore.setDirectory(await read<Directory>("/live/lifts"));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    knownLifts = "";
  }
}
