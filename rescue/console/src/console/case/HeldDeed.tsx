// A deed that waits to be done, with the time that is left to think better of it.

import type { JSX } from "preact";
import type { Held, Incident } from "../../shared/api/types";
import { instant } from "../../shared/time";
import { say, type Word } from "../../shared/words/language";
import { canCommand } from "../state/centre";
import { now } from "../state/clock";
import { ACTS, HOLDS } from "../words";
import { perform, working } from "./acting";

export const DEEDS: Readonly<Record<Held["action"], Word>> = {
  assign: ACTS.dispatch,
  stand_down: ACTS.stand_down,
  false_alarm: ACTS.false_alarm,
  close: ACTS.close,
};

export function HeldDeed({ incident }: { incident: Incident }): JSX.Element | null {
  const { held } = incident;
  if (held === null) return null;
  const left_s = Math.max(0, Math.ceil((instant(held.until) - now.value) / 1000));
  return (
    <>
      <p>
        <b>
          {say(DEEDS[held.action])} {held.crew_id}
        </b>{" "}
        · {say(HOLDS.in_seconds, left_s)} · {held.by}
        {held.reason && ` · ${held.reason}`}
      </p>
      <button
        type="button"
        class="primary"
        disabled={!canCommand.value || working.value === "undo"}
        onClick={() => perform(incident, "undo", {})}
      >
        {say(HOLDS.undo)} <kbd>U</kbd>
      </button>
    </>
  );
}
