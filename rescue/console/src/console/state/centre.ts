// The centre as it is told to us, as signals: what every room of the console reads.

import { batch, computed, effect, signal } from "@preact/signals";
import { whenSessionIsOver } from "../../shared/api/client";
import type { Entry, Heartbeat, Hello, Incident } from "../../shared/api/types";
import { differences, type Missed } from "../../shared/live/differences";
import { type Freshness, freshness } from "../../shared/live/freshness";
import { LiveSocket, type Told } from "../../shared/live/socket";
import { Gap, hear, isCurrent, type LiveState, NOTHING, type SceneMessage } from "../../shared/live/state";
import { now, serverClock, startTicking, tick } from "./clock";
import { askWho, isOver, who } from "./session";

const NEVER = Number.NEGATIVE_INFINITY;
const LOOK_EVERY_MS = 250;

export const live = signal<LiveState>(NOTHING);
export const incidents = computed(() => live.value.scene.incidents);
export const assignments = computed(() => live.value.scene.assignments);
export const crews = computed(() => live.value.scene.crews);
export const operators = computed(() => live.value.scene.operators);
/** Everything that happened so far is shown, or was when the line broke. */
export const isLoaded = computed(() => live.value.scene.seq !== null);

export const fresh = signal<Freshness>("fresh");
/** How long nothing was heard, in seconds. */
export const silentFor_s = signal(0);
/** Why the desk can decide nothing now, "" if it can. */
export const trouble = signal("");
/** What happened while the line was down, until somebody has read it. */
export const missed = signal<readonly Missed[]>([]);
/** The page is of another build than the service's: it must be loaded anew. */
export const isStaleBuild = signal(false);
export const liftsVersion = signal("");

/** Commands are taken: the line is good, somebody is logged in. */
export const canCommand = computed(() => fresh.value !== "lost" && !isOver.value);

type EntriesListener = (entries: readonly Entry[]) => void;
const entryListeners = new Set<EntriesListener>();
type FrameListener = (frame: ArrayBuffer) => void;
const frameListeners = new Set<FrameListener>();

let heardAt = NEVER;
let epoch = "";
let build: string | null = null;
/** The cases as they were when the line broke; null while it has not. */
let before: ReadonlyMap<string, Incident> | null = null;

const socket = new LiveSocket({
  onHello: (hello) => {
    heartbeat(hello);
    build ??= hello.build;
    isStaleBuild.value = build !== hello.build;
    epoch = hello.epoch;
    if (frameListeners.size > 0) queueMicrotask(() => socket.say({ type: "telemetry", on: true }));
    const { scene } = live.peek();
    return { epoch: scene.epoch, seq: scene.seq };
  },
  onMessages: take,
  onHeartbeat: (said) => {
    heartbeat(said);
    trouble.value = said.trouble;
    liftsVersion.value = said.lifts_version;
  },
  onFrame: (frame) => {
    for (const listen of frameListeners) listen(frame);
  },
  onBroken: () => {
    if (isLoaded.peek()) before ??= incidents.peek();
    // A snapshot that was cut off is worth nothing.
    live.value = { ...live.peek(), gathering: null, catchingUpTo: null };
  },
  onSessionOver: endSession,
  isWelcome: askWho,
});

function heartbeat({ now: said }: Heartbeat | Hello): void {
  heardAt = performance.now();
  if (serverClock.set(Date.parse(said))) tick();
  look();
}

function take(messages: readonly Told[]): void {
  for (const one of messages) if (one.type === "event") serverClock.advance(Date.parse(one.at));
  const ours = messages.filter((one): one is SceneMessage => one.type !== "wall_event" && one.type !== "wall_snapshot");
  try {
    batch(() => {
      live.value = hear(live.peek(), ours, epoch);
      if (isCurrent(live.peek())) tellMissed();
    });
  } catch (error) {
    if (!(error instanceof Gap)) throw error;
    // What we know is wrong: forget it, and be told everything.
    live.value = { ...NOTHING, scene: { ...live.peek().scene, epoch: null } };
    socket.restart();
    return;
  }
  const entries = ours.flatMap((one) => (one.type === "event" ? one.entries : []));
  if (entries.length > 0) for (const listen of entryListeners) listen(entries);
}

function tellMissed(): void {
  if (before === null) return;
  const news = differences(before, incidents.peek());
  before = null;
  if (news.length > 0) missed.value = [...missed.peek(), ...news];
}

function look(): void {
  const silent_ms = performance.now() - heardAt;
  fresh.value = heardAt === NEVER ? "fresh" : freshness(silent_ms);
  silentFor_s.value = heardAt === NEVER ? 0 : Math.floor(silent_ms / 1000);
}

function endSession(): void {
  if (who.peek() !== null) isOver.value = true;
}

/** Hear of new lines of timelines; the end of it is returned. */
export function onEntries(listen: EntriesListener): () => void {
  entryListeners.add(listen);
  return () => entryListeners.delete(listen);
}

/** Hear the telemetry of all lifts; the end of it is returned. */
export function onFrames(listen: FrameListener): () => void {
  frameListeners.add(listen);
  if (frameListeners.size === 1) socket.say({ type: "telemetry", on: true });
  return () => {
    frameListeners.delete(listen);
    if (frameListeners.size === 0) socket.say({ type: "telemetry", on: false });
  };
}

/** Ask for everything anew, from a first full frame on: for whoever begins to show lifts later than others. */
export function resendFrames(): void {
  socket.say({ type: "telemetry", on: false });
  socket.say({ type: "telemetry", on: true });
}

/** Begin: from now on there is a line whenever somebody is logged in. */
export function begin(): void {
  whenSessionIsOver(endSession);
  startTicking();
  setInterval(look, LOOK_EVERY_MS);
  effect(() => {
    if (who.value !== null && !isOver.value) socket.connect();
    else socket.close();
  });
  effect(() => {
    if (who.value === null) forget();
  });
}

function forget(): void {
  heardAt = NEVER;
  before = null;
  live.value = NOTHING;
  missed.value = [];
  trouble.value = "";
  now.value = serverClock.now();
}
