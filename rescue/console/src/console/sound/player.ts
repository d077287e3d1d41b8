// Tones through the browser's audio graph. A browser is silent until its user has clicked: "start shift" is that click.

import { signal } from "@preact/signals";
import { type Tone, TUNES, type Tune } from "./tones";

const RAMP_S = 0.01;

/** Tones are heard: the graph runs, and nobody has muted it. */
export const isAudible = signal(false);

let context: AudioContext | null = null;
let out: GainNode | null = null;

/** Begin a shift: from now on tones are heard, and one is played so that this is heard. */
export async function arm(): Promise<void> {
  if (context === null) {
    context = new AudioContext();
    out = context.createGain();
    out.connect(context.destination);
    context.onstatechange = look;
  }
  await context.resume();
  look();
  play("test");
}

export async function mute(): Promise<void> {
  await context?.suspend();
  look();
}

export function play(tune: Tune): void {
  if (context === null || out === null || context.state !== "running") return;
  for (const tone of TUNES[tune]) sound(context, out, tone);
}

function sound(graph: AudioContext, into: AudioNode, { hz, from_s, for_s, gain }: Tone): void {
  const [at, source, volume] = [graph.currentTime + from_s, graph.createOscillator(), graph.createGain()];
  source.frequency.value = hz;
  // A tone that begins or ends at once is a click.
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(gain, at + RAMP_S);
  volume.gain.setValueAtTime(gain, at + for_s - RAMP_S);
  volume.gain.linearRampToValueAtTime(0, at + for_s);
  source.connect(volume).connect(into);
  source.start(at);
  source.stop(at + for_s);
}

function look(): void {
  isAudible.value = context?.state === "running";
}
