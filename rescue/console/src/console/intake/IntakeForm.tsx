// Taking a report: which lift, who calls, who is inside. The lift is found while the code is typed.

import type { JSX, TargetedInputEvent, TargetedSubmitEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Lift, Need, Report } from "../../shared/api/types";
import { say, type Word } from "../../shared/words/language";
import { NEEDS, SITUATIONS, SOURCES } from "../../shared/words/names";
import { statusOf, whatOf } from "../case/wording";
import { canCommand } from "../state/centre";
import { CASE, INTAKE } from "../words";
import {
  type Draft,
  discard,
  draft,
  goesToLevel3,
  isSearched,
  isSending,
  lift,
  openCase,
  refusal,
  send,
  suggestions,
  takeLift,
  write,
} from "./draft";

const HEARD_FROM: readonly Report["source"][] = ["phone", "qr", "staff", "119"];

export function IntakeForm(): JSX.Element {
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void send();
  };
  return (
    <form class="intake scroll" aria-labelledby="intake-title" onSubmit={onSubmit}>
      <h2 id="intake-title">{say(INTAKE.title)}</h2>
      <CodeField />
      <Suggestions />
      {lift.value && <FoundLift found={lift.value} />}
      <p class="script">{say(INTAKE.ask)}</p>
      <div class="fields">
        <Field name="people" word={INTAKE.people} isCount />
        <Field name="injured" word={INTAKE.injured} isCount />
        <Field name="caller" word={INTAKE.caller} />
        <Field name="phone" word={INTAKE.phone} />
      </div>
      <NeedsField chosen={draft.value.vulnerable} onChange={(vulnerable) => write({ vulnerable })} />
      {goesToLevel3.value && <p class="warn">{say(INTAKE.grave)}</p>}
      <label>
        {say(INTAKE.note)}
        <textarea
          name="note"
          rows={2}
          maxLength={2000}
          value={draft.value.note}
          onInput={(event) => write({ note: event.currentTarget.value })}
        />
      </label>
      <SourceField />
      <div class="buttons">
        <button type="submit" class="primary" disabled={lift.value === null || isSending.value || !canCommand.value}>
          {say(isSending.value ? INTAKE.sending : INTAKE.send)}
        </button>
        <button type="button" onClick={discard}>
          {say(INTAKE.discard)}
        </button>
      </div>
      <p class="refusal" role="status">
        {refusal.value}
      </p>
    </form>
  );
}

function CodeField(): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const { current } = field;
    current?.focus();
    // What was typed before the form was there is gone on with, not written over.
    current?.setSelectionRange(current.value.length, current.value.length);
  }, []);
  return (
    <label class="code">
      {say(INTAKE.code_or_word)}
      <input
        ref={field}
        name="rescue_code"
        autocomplete="off"
        required
        maxLength={100}
        value={draft.value.code}
        onInput={(event) => write({ code: event.currentTarget.value })}
      />
    </label>
  );
}

function Suggestions(): JSX.Element | null {
  if (lift.value !== null || !isSearched.value) return null;
  if (suggestions.value.length === 0)
    return (
      <p class="refusal" role="status">
        {say(INTAKE.no_lift)}
      </p>
    );
  return (
    <ul class="suggestions" aria-label={say(INTAKE.choose_lift)}>
      {suggestions.value.map((one) => (
        <li key={one.lift_id}>
          <button type="button" onClick={() => choose(one)}>
            <b>{one.rescue_code ?? one.lift_id}</b> {one.address} {one.building} {one.entrance}
          </button>
        </li>
      ))}
    </ul>
  );
}

function choose(found: Lift): void {
  takeLift(found);
  write({ code: found.rescue_code ?? found.lift_id });
}

function FoundLift({ found }: { found: Lift }): JSX.Element {
  const open = openCase.value;
  return (
    <section class="found">
      <p class="where">
        <b>{found.rescue_code ?? found.lift_id}</b> {found.address} {found.building} {found.entrance}
      </p>
      <p>
        {[found.user_unit, found.company_id, found.live && say(SITUATIONS[found.live.situation])]
          .filter(Boolean)
          .join(" · ")}
        {found.live && ` · ${say(CASE.floor, found.live.car_position)}`}
      </p>
      <p class={open ? "warn" : "hint"} role="status">
        {open ? say(INTAKE.joins, `#${open.number}`, `${whatOf(open)}, ${statusOf(open)}`) : say(INTAKE.opens)}
      </p>
    </section>
  );
}

type TextField = "people" | "injured" | "caller" | "phone";

function Field({ name, word, isCount = false }: { name: TextField; word: Word; isCount?: boolean }): JSX.Element {
  const said = {
    name,
    id: `intake-${name}`,
    autocomplete: "off" as const,
    value: draft.value[name],
    onInput: (event: TargetedInputEvent<HTMLInputElement>) =>
      write({ [name]: event.currentTarget.value } as Partial<Draft>),
  };
  return (
    <label for={`intake-${name}`}>
      {say(word)}
      {isCount ? <input {...said} type="number" min={0} max={1000} /> : <input {...said} maxLength={200} />}
    </label>
  );
}

export function NeedsField(props: { chosen: readonly Need[]; onChange: (chosen: Need[]) => void }): JSX.Element {
  const { chosen, onChange } = props;
  const toggle = (need: Need) =>
    onChange(chosen.includes(need) ? chosen.filter((one) => one !== need) : [...chosen, need]);
  return (
    <fieldset class="needs-field">
      <legend>{say(INTAKE.vulnerable)}</legend>
      {(Object.keys(NEEDS) as Need[]).map((need) => (
        <label key={need} class="tick">
          <input type="checkbox" name={need} checked={chosen.includes(need)} onChange={() => toggle(need)} />
          {say(NEEDS[need])}
        </label>
      ))}
    </fieldset>
  );
}

function SourceField(): JSX.Element {
  return (
    <fieldset class="needs-field">
      <legend>{say(INTAKE.source)}</legend>
      {HEARD_FROM.map((source) => (
        <label key={source} class="tick">
          <input
            type="radio"
            name="source"
            checked={draft.value.source === source}
            onChange={() => write({ source })}
          />
          {say(SOURCES[source])}
        </label>
      ))}
    </fieldset>
  );
}
