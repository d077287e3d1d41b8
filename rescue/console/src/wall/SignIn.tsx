// A wall that nobody has signed in yet: by an account of the role wall, or by a link.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refusal } from "../shared/api/client";
import { language, say, switchLanguage } from "../shared/words/language";
import { door, enter } from "./state";
import { WORDS } from "./words";

export function SignIn(): JSX.Element {
  const [refusal, setRefusal] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    try {
      await enter(String(form.get("username")), String(form.get("password")));
      setRefusal("");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setRefusal(error.message);
    }
  };
  return (
    <main class="sign-in">
      <button type="button" lang={language.value === "zh" ? "en" : "zh"} onClick={switchLanguage}>
        {say(WORDS.language)}
      </button>
      <h1>{say(WORDS.sign_in)}</h1>
      <p>{say(WORDS.sign_in_hint)}</p>
      <form onSubmit={submit}>
        <label>
          {say(WORDS.username)} <input name="username" autocomplete="username" required />
        </label>
        <label>
          {say(WORDS.password)} <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <button type="submit">{say(WORDS.enter)}</button>
      </form>
      {(refusal || door.value === "wrong_role") && (
        <p class="refusal" role="alert">
          {refusal || say(WORDS.wrong_role)}
        </p>
      )}
    </main>
  );
}
