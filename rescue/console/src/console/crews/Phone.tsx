// A crew's phone, signed in by a link that is shown once, as a picture for its camera; or all of its phones signed out.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { linkPhone, signPhonesOut } from "../../shared/api/calls";
import { Refusal } from "../../shared/api/client";
import type { PhoneLink } from "../../shared/api/types";
import { when } from "../../shared/time";
import { say } from "../../shared/words/language";
import { reasonOf } from "../case/acting";
import { canCommand } from "../state/centre";
import { now } from "../state/clock";
import { CREWS } from "../words";

export function Phone({ crewId }: { crewId: string }): JSX.Element {
  const link = useSignal<PhoneLink | null>(null);
  const said = useSignal("");
  const attempt = async (deed: () => Promise<string>) => {
    try {
      said.value = await deed();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      said.value = reasonOf(error).said;
    }
  };
  const makeLink = async () => {
    link.value = await linkPhone(crewId);
    return "";
  };
  const signOut = async () => {
    await signPhonesOut(crewId);
    link.value = null;
    return say(CREWS.phones_out);
  };
  return (
    <div class="phone">
      <p class="buttons">
        <button type="button" class="primary" disabled={!canCommand.value} onClick={() => attempt(makeLink)}>
          {say(CREWS.phone_in)}
        </button>
        <button type="button" disabled={!canCommand.value} onClick={() => attempt(signOut)}>
          {say(CREWS.phone_out)}
        </button>
      </p>
      {link.value && <Link link={link.value} />}
      <p role="status">{said.value}</p>
    </div>
  );
}

function Link({ link: { url, qr_svg, expires_at } }: { link: PhoneLink }): JSX.Element {
  return (
    <>
      <img src={pictureOf(qr_svg)} alt={say(CREWS.phone_picture)} />
      <p>
        <b>{say(CREWS.phone_scan)}</b>
      </p>
      <p class="hint">{say(CREWS.phone_once, when(expires_at, now.value))}</p>
      <label>
        {say(CREWS.phone_address)}
        <input readOnly value={url} onFocus={(event) => event.currentTarget.select()} />
      </label>
    </>
  );
}

/** As a picture, which can hold no script whatever it is made of, and of any size. */
function pictureOf(svg: string): string {
  const named = svg.replace(
    /<svg width="(\d+)" height="(\d+)"/,
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $1 $2"',
  );
  return `data:image/svg+xml,${encodeURIComponent(named)}`;
}
