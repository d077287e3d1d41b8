// What must be said with a deed: who is inside, why it ends, which case goes on. What is typed outlasts news of the case.

import { useSignal } from "@preact/signals";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Actions, CauseGroup, Incident, Need } from "../../shared/api/types";
import { span, when } from "../../shared/time";
import { language, say, type Word } from "../../shared/words/language";
import { causes } from "../header/figures";
import { NeedsField } from "../intake/IntakeForm";
import { isEntrapment, isInside } from "../queue/priority";
import { canCommand, incidents } from "../state/centre";
import { now, serverClock } from "../state/clock";
import { ACTS } from "../words";
import { perform, working } from "./acting";
import { type FormName, send, shut } from "./form";
import { levelName, placeOf, plateOf } from "./wording";

type Form = Exclude<FormName, "dispatch">;
interface Said {
  readonly reason: string;
  readonly people: string;
  readonly injured: string;
  readonly vulnerable: readonly Need[];
  readonly into: string;
  readonly cause: string;
  readonly isConfirmed: boolean;
  /** For how many minutes it is put aside. */
  readonly minutes: string;
}

const count = (text: string) => (text.trim() === "" ? null : Number(text));
/** The body of each form; a reason that may be left out is sent empty. */
const BODY: { readonly [F in Form]: (said: Said) => Actions[F] } = {
  note: ({ reason }) => ({ note: reason }),
  escalate: ({ reason }) => ({ reason }),
  triage: ({ people, injured, vulnerable, reason }) => ({
    people: count(people),
    injured: count(injured),
    vulnerable: [...vulnerable],
    reason,
  }),
  confirm_release: ({ people, injured, reason }) => ({
    people_released: count(people),
    injured: count(injured),
    reason,
  }),
  close: ({ reason, cause }) =>
    cause ? { reason, cause_code: cause as NonNullable<Actions["close"]["cause_code"]> } : { reason },
  stand_down: ({ reason, isConfirmed }) => ({ reason, passengers_confirm: isConfirmed }),
  false_alarm: ({ reason }) => ({ reason }),
  merge: ({ into, reason }) => ({ into, reason }),
  reopen: ({ reason }) => ({ reason }),
  // As long as one may: whoever knows better escalates.
  hold_escalation: ({ reason }) => ({ reason }),
  shelve: ({ reason, minutes }) => ({
    reason,
    until: new Date(inMinutes(Number(minutes), serverClock.now())).toISOString(),
  }),
  leave: ({ reason }) => ({ note: reason }),
};
const MUST_SAY_WHY: ReadonlySet<Form> = new Set<Form>([
  "note",
  "stand_down",
  "false_alarm",
  "merge",
  "reopen",
  "hold_escalation",
  "shelve",
]);

const MINUTE_MS = 60_000;
/** So many minutes from `now`, on a full minute. */
const inMinutes = (minutes: number, now: number) => (Math.round(now / MINUTE_MS) + minutes) * MINUTE_MS;
const SHELVED_FOR_MINUTES = [30, 60, 120, 240, 480, 720, 1439];

export function DeedForm({ incident, form }: { incident: Incident; form: Form }): JSX.Element {
  const said = useSignal<Said>(asKnown(incident, form));
  const write = (changes: Partial<Said>) => (said.value = { ...said.value, ...changes });
  const box = useRef<HTMLFormElement>(null);
  // At once: the next key that is pressed is already meant for the form.
  useLayoutEffect(() => box.current?.querySelector<HTMLElement>("input, textarea, select")?.focus(), []);

  const onSubmit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await send(form, () => perform(incident, form, BODY[form](said.value) as Actions[Form]));
  };
  const asksPeople = form === "triage" || form === "confirm_release";
  return (
    <form class="deed" ref={box} onSubmit={onSubmit} aria-label={say(ACTS[form])}>
      {asksPeople && (
        <>
          <Count
            word={form === "triage" ? ACTS.people : ACTS.people_released}
            value={said.value.people}
            onChange={(people) => write({ people })}
          />
          <Count word={ACTS.injured} value={said.value.injured} onChange={(injured) => write({ injured })} />
        </>
      )}
      {form === "triage" && (
        <NeedsField chosen={said.value.vulnerable} onChange={(vulnerable) => write({ vulnerable })} />
      )}
      {form === "merge" && <Into incident={incident} chosen={said.value.into} onChange={(into) => write({ into })} />}
      {form === "shelve" && <Until chosen={said.value.minutes} onChange={(minutes) => write({ minutes })} />}
      {form === "close" && <Cause chosen={said.value.cause} onChange={(cause) => write({ cause })} />}
      <Reason
        form={form}
        mustBe={mustSayWhy(form, incident, said.value)}
        value={said.value.reason}
        onChange={(reason) => write({ reason })}
      />
      {form === "stand_down" && (
        <label class="tick">
          <input
            type="checkbox"
            checked={said.value.isConfirmed}
            onChange={() => write({ isConfirmed: !said.value.isConfirmed })}
          />
          {say(ACTS.passengers_confirm)}
        </label>
      )}
      <div class="buttons">
        <button type="submit" class="primary" disabled={!canCommand.value || working.value === form}>
          {say(form === "escalate" ? ACTS.escalate_to : ACTS[form], levelName(incident.level + 1))}
        </button>
        <button type="button" onClick={() => shut()}>
          {say(ACTS.cancel)}
        </button>
      </div>
    </form>
  );
}

function asKnown({ people, injured, vulnerable, cause_code }: Incident, form: Form): Said {
  const known = form === "triage" || form === "confirm_release";
  return {
    reason: "",
    people: known && people !== null ? String(people) : "",
    injured: known ? String(injured) : "",
    vulnerable: vulnerable as Need[],
    into: "",
    cause: cause_code ?? "",
    isConfirmed: false,
    minutes: "120",
  };
}

/** A case without people is closed with a reason, unless its cause says enough. */
function mustSayWhy(form: Form, incident: Incident, said: Said): boolean {
  return MUST_SAY_WHY.has(form) || (form === "close" && !isEntrapment(incident) && said.cause === "");
}

function Count({
  word,
  value,
  onChange,
}: {
  word: Word;
  value: string;
  onChange: (value: string) => void;
}): JSX.Element {
  return (
    <label>
      {say(word)}
      <input
        type="number"
        min={0}
        max={1000}
        inputMode="numeric"
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

interface ReasonProps {
  form: Form;
  mustBe: boolean;
  value: string;
  onChange: (value: string) => void;
}

function Reason({ form, mustBe, value, onChange }: ReasonProps): JSX.Element {
  const word = form === "note" || form === "leave" ? ACTS.note_text : mustBe ? ACTS.reason : ACTS.reason_optional;
  return (
    <label class="wide">
      {say(word)}
      <input
        name="reason"
        autocomplete="off"
        maxLength={500}
        required={mustBe}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

function Into(props: { incident: Incident; chosen: string; onChange: (id: string) => void }): JSX.Element {
  const { incident, chosen, onChange } = props;
  const others = [...incidents.value.values()].filter(
    (one) => one.id !== incident.id && isEntrapment(one) && isInside(one),
  );
  return (
    <label class="wide">
      {say(ACTS.into)}
      <select required value={chosen} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">—</option>
        {others.map((one) => (
          <option key={one.id} value={one.id}>
            #{one.number} {plateOf(one)} {placeOf(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Until when it is put aside: for so long, and when that is. */
function Until({ chosen, onChange }: { chosen: string; onChange: (minutes: string) => void }): JSX.Element {
  return (
    <label>
      {say(ACTS.until)}
      <select name="until" value={chosen} onChange={(event) => onChange(event.currentTarget.value)}>
        {SHELVED_FOR_MINUTES.map((minutes) => (
          <option key={minutes} value={minutes}>
            {span(minutes * 60)} · {when(inMinutes(minutes, now.value), now.value)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Cause({ chosen, onChange }: { chosen: string; onChange: (code: string) => void }): JSX.Element {
  const inWords = ({ zh, en }: { zh: string; en: string }) => (language.value === "zh" ? zh : en);
  return (
    <label class="wide">
      {say(ACTS.cause)}
      <select name="cause_code" value={chosen} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{say(ACTS.no_cause)}</option>
        {causes.value.map((group: CauseGroup) => (
          <optgroup key={group.group} label={`${group.group} ${inWords(group)}`}>
            {group.causes.map((cause) => (
              <option key={cause.code} value={cause.code}>
                {cause.code} {inWords(cause)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
