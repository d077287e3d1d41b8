// Where one comes in; also in mid-shift, above what is on the screen, when a session has ended.

import { useSignal } from "@preact/signals";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Refusal } from "../../shared/api/client";
import { say, switchLanguage } from "../../shared/words/language";
import { Told } from "../../shared/words/said/Told";
import { enter, who } from "../state/session";
import { FRAME } from "../words";

const DIALOG = { role: "dialog", "aria-modal": true, "aria-labelledby": "door-title" } as const;

export function Door({ isAgain = false }: { isAgain?: boolean }): JSX.Element {
  const refusal = useSignal("");
  const isBusy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  // In mid-shift the name is known: what is missing is the password.
  useLayoutEffect(
    () => form.current?.querySelector<HTMLInputElement>(isAgain ? "[type=password]" : "input")?.focus(),
    [],
  );

  const onSubmit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    isBusy.value = true;
    refusal.value = "";
    try {
      await enter(String(said.get("username")), String(said.get("password")));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal.value = error.message;
    } finally {
      isBusy.value = false;
    }
  };

  return (
    <div class={isAgain ? "door again" : "door"} {...(isAgain && DIALOG)}>
      <main class="door-box">
        <h1>{say(FRAME.title)}</h1>
        <form ref={form} onSubmit={onSubmit}>
          <h2 id="door-title">{say(isAgain ? FRAME.log_in_again : FRAME.log_in)}</h2>
          {isAgain && <p class="hint">{say(FRAME.nothing_lost)}</p>}
          <label>
            {say(FRAME.username)}
            <input name="username" autocomplete="username" required defaultValue={who.peek()?.name ?? ""} />
          </label>
          <label>
            {say(FRAME.password)}
            <input name="password" type="password" autocomplete="current-password" required />
          </label>
          <button type="submit" class="primary" disabled={isBusy.value}>
            {say(FRAME.log_in)}
          </button>
          <p class="refusal" role="status">
            <Told sentence={refusal.value} />
          </p>
        </form>
        <button type="button" class="plain" onClick={switchLanguage}>
          {say(FRAME.other_language)}
        </button>
      </main>
    </div>
  );
}
