// The release report: how many came out and how, and the cause if it is known by now.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { say, type Word } from "../shared/words/language";
import { CauseChoice } from "./CauseChoice";
import { answer, type Shown } from "./state";
import { METHODS, WORDS } from "./words";

const MOST = 99;

export function ReleaseForm({ shown, onDone }: { shown: Shown; onDone: () => void }): JSX.Element {
  const { incident } = shown.item;
  const [people, setPeople] = useState(incident.people ?? 1);
  const [injured, setInjured] = useState(incident.injured);
  const [method, setMethod] = useState<string>("levelled_door");
  const [cause, setCause] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    onDone();
    void answer(shown, "released", {
      people_released: people,
      injured,
      release_method: method,
      ...(cause && { cause_code: cause }),
    });
  };
  return (
    <form class="asking" onSubmit={submit}>
      <Stepper word={WORDS.people_released} value={people} onChange={setPeople} />
      <Stepper word={WORDS.how_many_injured} value={injured} onChange={setInjured} />
      <label>
        {say(WORDS.release_method)}
        <select name="release_method" value={method} onChange={({ currentTarget }) => setMethod(currentTarget.value)}>
          {Object.entries(METHODS).map(([name, word]) => (
            <option key={name} value={name}>
              {say(word)}
            </option>
          ))}
        </select>
      </label>
      <CauseChoice value={cause} onChange={setCause} />
      <div class="pair">
        <button type="button" class="plain" onClick={onDone}>
          {say(WORDS.back)}
        </button>
        <button type="submit" class="main">
          {say(WORDS.released)}
        </button>
      </div>
    </form>
  );
}

interface StepperProps {
  readonly word: Word;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Stepper({ word, value, onChange }: StepperProps): JSX.Element {
  return (
    <fieldset class="stepper">
      <legend>{say(word)}</legend>
      <button type="button" aria-label={say(WORDS.fewer)} onClick={() => onChange(Math.max(0, value - 1))}>
        −
      </button>
      <output>{value}</output>
      <button type="button" aria-label={say(WORDS.more_people)} onClick={() => onChange(Math.min(MOST, value + 1))}>
        +
      </button>
    </fieldset>
  );
}
