// Whether alarms are heard: a sign that cannot be overlooked when they are not.

import type { JSX } from "preact";
import { say } from "../../shared/words/language";
import { begin, onShiftSince } from "../shift/shift";
import { SOUND } from "../words";
import { arm, isAudible, mute, play } from "./player";

/** The click that begins a shift is also the one that a browser wants before it makes a sound. */
export function startShift(): void {
  void arm();
  void begin();
}

export function SoundSwitch(): JSX.Element {
  if (isAudible.value) {
    return (
      <div class="sound on">
        <span>♪ {say(SOUND.on)}</span>
        <button type="button" class="plain" onClick={() => play("test")}>
          {say(SOUND.test_tone)}
        </button>
        <button type="button" class="plain" onClick={mute}>
          {say(SOUND.mute)}
        </button>
      </div>
    );
  }
  return (
    <div class="sound off">
      <b class="chip" title={say(SOUND.off_long)}>
        ✕ {say(SOUND.off)}
      </b>
      <button type="button" class="primary" onClick={startShift}>
        {say(onShiftSince.value === null ? SOUND.start_shift : SOUND.switch_on)}
      </button>
    </div>
  );
}
