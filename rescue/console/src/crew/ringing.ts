// The phone rings and shakes when its crew is asked. A browser lets a page sound only after somebody has touched it.

let audio: AudioContext | null = null;

/** Make the sound ready at the first touch. */
export function armRinging(): void {
  addEventListener(
    "pointerdown",
    () => {
      audio ??= new AudioContext();
      void audio.resume();
    },
    { once: true },
  );
}

const TONES = [
  [880, 0],
  [1175, 0.25],
  [880, 0.6],
  [1175, 0.85],
] as const;
const TONE_S = 0.2;
const SHAKE_MS = [400, 150, 400, 150, 400];

export function ring(): void {
  // A browser that was never touched refuses to shake, and says so as an error.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(SHAKE_MS);
  if (audio?.state !== "running") return;
  for (const [pitch, after_s] of TONES) {
    const tone = new OscillatorNode(audio, { frequency: pitch });
    tone.connect(audio.destination);
    tone.start(audio.currentTime + after_s);
    tone.stop(audio.currentTime + after_s + TONE_S);
  }
}
