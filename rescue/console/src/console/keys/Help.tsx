// The keys, on one page.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { say } from "../../shared/words/language";
import { isHelpShown } from "../state/view";
import { FRAME, KEYS } from "../words";
import { BINDINGS } from "./bindings";

export function Help(): JSX.Element | null {
  return isHelpShown.value ? <Page /> : null;
}

function Page(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const shut = () => (isHelpShown.value = false);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={shut}>
      <h2 id="help-title">{say(KEYS.title)}</h2>
      <dl>
        <dt>
          <kbd>0</kbd>…<kbd>9</kbd>
        </dt>
        <dd>{say(KEYS.digits)}</dd>
        {BINDINGS.flatMap(({ key, word }) => [
          <dt key={key}>
            <kbd>{key.length === 1 ? key.toUpperCase() : key}</kbd>
          </dt>,
          <dd key={`${key} does`}>{say(word)}</dd>,
        ])}
      </dl>
      <button type="button" onClick={shut}>
        {say(FRAME.close)}
      </button>
    </dialog>
  );
}
