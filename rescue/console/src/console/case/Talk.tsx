// What must be said, and to whom: the passengers again and again, the fire brigade when its level is reached.

import { useSignal } from "@preact/signals";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useRef } from "preact/hooks";
import type { Handover, Incident } from "../../shared/api/types";
import { instant, span, timeOfDay } from "../../shared/time";
import { language, say } from "../../shared/words/language";
import { canCommand } from "../state/centre";
import { now } from "../state/clock";
import { mayAct } from "../state/session";
import { ACTS, TALK } from "../words";
import { perform, working } from "./acting";
import { undertake } from "./deeds";

export function Comfort({ incident }: { incident: Incident }): JSX.Element {
  const by = incident.deadlines.comfort_by;
  const left_s = by === undefined ? null : (instant(by) - now.value) / 1000;
  return (
    <section class={left_s !== null && left_s < 0 ? "comfort late" : "comfort"} aria-labelledby="comfort-title">
      <h3 id="comfort-title">
        {left_s === null
          ? say(TALK.title)
          : left_s >= 0
            ? say(TALK.due, span(left_s))
            : say(TALK.overdue, span(-left_s))}
      </h3>
      <blockquote>
        {say(TALK.script_first)} {scriptOf(incident)}
      </blockquote>
      <button
        type="button"
        disabled={!canCommand.value || working.value === "comfort"}
        onClick={() => undertake("comfort", incident)}
      >
        {say(ACTS.comfort)} <kbd>C</kbd>
      </button>
    </section>
  );
}

/** What can be said of the crew. */
function scriptOf({ assignment }: Incident): string {
  if (assignment?.status === "on_scene") return say(TALK.script_here);
  const started = assignment?.en_route_at ?? assignment?.accepted_at;
  if (!assignment || !started || assignment.eta_s === null) return say(TALK.script_asked);
  const left_s = (instant(started) - now.value) / 1000 + assignment.eta_s;
  return say(TALK.script_eta, minutes(left_s));
}

function minutes(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds / 60));
  return language.value === "zh" ? `${whole} 分钟` : `${whole} min`;
}

/** The call to the last level: whom to call and what to say, until somebody confirms that it was made. */
export function CallNow({ incident }: { incident: Incident }): JSX.Element | null {
  const call = incident.handover;
  if (!call) return null;
  if (!call.waits) return call.confirmed_at ? <CallMade call={call} /> : null;
  const first =
    language.value === "zh"
      ? ([
          ["zh", call.say_zh],
          ["en", call.say],
        ] as const)
      : ([
          ["en", call.say],
          ["zh", call.say_zh],
        ] as const);
  return (
    <section class="handover" aria-labelledby="handover-title">
      <h3 id="handover-title">{say(TALK.call_now, nameOf(call))}</h3>
      <p>
        {say(TALK.waits_since, timeOfDay(call.asked_at))}
        {call.car_position !== null && ` · ${say(TALK.car_is_at, call.car_position)}`}
      </p>
      <h4>{say(TALK.say_this)}</h4>
      {first.map(([lang, text]) => (
        <blockquote key={lang} lang={lang}>
          {text}
        </blockquote>
      ))}
      {mayAct.value && <CallForm incident={incident} />}
    </section>
  );
}

function nameOf({ name, name_zh, call }: Handover): string {
  return `${language.value === "zh" ? name_zh : name} ${call}`;
}

function CallMade({ call }: { call: Handover }): JSX.Element {
  const whom = [nameOf(call), call.spoke_to, call.note].filter(Boolean).join(" · ");
  return (
    <p class="called">
      {call.confirmed_at && timeOfDay(call.confirmed_at)} {say(TALK.call_made, call.confirmed_by)} {whom}
    </p>
  );
}

/** Whom was called, or why nobody was; one of the two. */
function CallForm({ incident }: { incident: Incident }): JSX.Element {
  const [spokeTo, reason] = [useSignal(""), useSignal("")];
  const field = useRef<HTMLInputElement>(null);
  const onSubmit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await perform(incident, "hand_over", { spoke_to: spokeTo.value, reason: reason.value });
  };
  return (
    <form class="buttons" onSubmit={onSubmit}>
      <input
        ref={field}
        name="spoke_to"
        aria-label={say(TALK.spoke_to)}
        placeholder={say(TALK.spoke_to)}
        maxLength={500}
        required={reason.value === ""}
        value={spokeTo.value}
        onInput={(event) => (spokeTo.value = event.currentTarget.value)}
      />
      <input
        name="reason"
        aria-label={say(TALK.why_no_call)}
        placeholder={say(TALK.why_no_call)}
        maxLength={500}
        value={reason.value}
        onInput={(event) => (reason.value = event.currentTarget.value)}
      />
      <button type="submit" class="primary" disabled={!canCommand.value || working.value === "hand_over"}>
        {say(ACTS.hand_over)}
      </button>
    </form>
  );
}
