// A phone that nobody is signed in on: the link does it by itself, or its text is pasted here.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { say, switchLanguage } from "../shared/words/language";
import { Told } from "../shared/words/said/Told";
import { signIn, trouble, waiting, work } from "./state";
import { WORDS } from "./words";

export function SignIn(): JSX.Element {
  const [token, setToken] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    void signIn(token);
  };
  return (
    <main class="sign-in">
      <button
        type="button"
        class="plain"
        lang={say(WORDS.language) === "English" ? "en" : "zh"}
        onClick={switchLanguage}
      >
        {say(WORDS.language)}
      </button>
      <h1>{say(WORDS.sign_in)}</h1>
      {work.value && <p>{say(WORDS.session_over)}</p>}
      {waiting.value.length > 0 && <p class="waiting">{say(WORDS.still_waiting)}</p>}
      <p>{say(WORDS.sign_in_hint)}</p>
      <form onSubmit={submit}>
        <label>
          {say(WORDS.token)}
          <input
            name="token"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            required
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <button type="submit" class="main">
          {say(WORDS.sign_in)}
        </button>
      </form>
      {trouble.value && (
        <p class="trouble" role="alert">
          <Told sentence={trouble.value} />
        </p>
      )}
    </main>
  );
}
