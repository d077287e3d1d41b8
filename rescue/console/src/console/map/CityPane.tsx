// The map's place in the console: told of cases and crews by the same state as the queue, of lifts by the telemetry.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type BaseMap, CityMap, type Directory, MapStore } from "../../map";
import { readLift } from "../../shared/api/calls";
import { ask, Refusal, read } from "../../shared/api/client";
import { theme } from "../../shared/theme";
import { language } from "../../shared/words/language";
import { startIntakeFor } from "../intake/draft";
import { crews, incidents, liftsVersion, onFrames, resendFrames } from "../state/centre";
import { now, serverClock } from "../state/clock";
import { choose, chosenId } from "../state/view";
import { goTo } from "./flight";
import { caseMarks, crewMarks } from "./marks";

const store = new MapStore();
const base = signal<BaseMap | null | undefined>(undefined);
let knownVersion = "";

async function readDirectory(): Promise<void> {
  try {
    const directory = await read<Directory>("/live/lifts");
    knownVersion = directory.version;
    store.setDirectory(directory);
  } catch (error) {
    // The next heartbeat names the version again.
    if (!(error instanceof Refusal)) throw error;
  }
}

async function readBase(): Promise<void> {
  base.value = await ask<BaseMap>("GET", "/base-map").catch(() => null);
}

/** Follow the centre for as long as the map is shown. */
function follow(): () => void {
  const ends = [
    onFrames((frame) => {
      if (store.hearFrame(frame) === "outdated") void readDirectory();
    }),
    effect(() => {
      if (liftsVersion.value !== "" && liftsVersion.value !== knownVersion) void readDirectory();
    }),
    effect(() => store.setCases(caseMarks(incidents.value.values()))),
    effect(() => store.setCrews(crewMarks(crews.value.values(), incidents.value, now.peek()))),
    effect(() => store.hearServer(now.value / 1000)),
  ];
  // A map that is shown again was not told what it missed.
  resendFrames();
  if (base.peek() === undefined) void readBase();
  return () => {
    for (const end of ends) end();
  };
}

export default function CityPane(): JSX.Element {
  useEffect(follow, []);
  return (
    <CityMap
      store={store}
      language={language.value}
      theme={theme.value}
      base={base.value}
      now={() => serverClock.now() / 1000}
      chosen={chosenId.value}
      goTo={goTo.value}
      onCase={choose}
      onLift={(id) => void pickLift(id)}
    />
  );
}

/** A lift that has a case opens it; any other begins a report of it. */
async function pickLift(id: string): Promise<void> {
  const open = [...incidents.peek().values()].find((one) => one.lift?.lift_id === id);
  if (open) choose(open.id);
  else {
    const found = await readLift(id).catch(() => null);
    if (found) startIntakeFor(found);
  }
}
