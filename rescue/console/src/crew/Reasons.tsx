// Why not: one tap on a usual reason, or a few words of one's own.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { say, type Word } from "../shared/words/language";
import { answer, type Shown } from "./state";
import { WORDS } from "./words";

interface ReasonsProps {
  readonly shown: Shown;
  readonly said: "decline" | "cannot_reach";
  readonly choices: readonly Word[];
  readonly onDone: () => void;
}

export function Reasons({ shown, said, choices, onDone }: ReasonsProps): JSX.Element {
  const [own, setOwn] = useState("");
  const give = (reason: string) => {
    onDone();
    void answer(shown, said, { reason });
  };
  const submit = (event: Event) => {
    event.preventDefault();
    give(own);
  };
  return (
    <form class="asking" onSubmit={submit}>
      <h3>{say(said === "decline" ? WORDS.why_decline : WORDS.why_cannot_reach)}</h3>
      {choices.map((choice) => (
        <button key={choice[1]} type="button" class="second" onClick={() => give(say(choice))}>
          {say(choice)}
        </button>
      ))}
      <label>
        {say(WORDS.other_reason)}
        <input name="reason" maxLength={500} value={own} onInput={({ currentTarget }) => setOwn(currentTarget.value)} />
      </label>
      <div class="pair">
        <button type="button" class="plain" onClick={onDone}>
          {say(WORDS.back)}
        </button>
        <button type="submit" class="main" disabled={own.trim() === ""}>
          {say(WORDS.send)}
        </button>
      </div>
    </form>
  );
}
