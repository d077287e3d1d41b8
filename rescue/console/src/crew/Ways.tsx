// One tap to call, one tap to be led there.

import type { JSX } from "preact";
import type { Lift } from "../shared/api/types";
import { say } from "../shared/words/language";
import { platformOf, waysTo } from "./navigate";
import { work } from "./state";
import { WORDS } from "./words";

const APPS = { own: WORDS.navigate, amap: WORDS.navigate_amap } as const;

export function Ways({ lift }: { lift: Lift | null }): JSX.Element {
  const { company_phone, rescue_phone } = work.value ?? { company_phone: "", rescue_phone: "" };
  return (
    <nav class="ways">
      {lift?.lon != null &&
        lift.lat != null &&
        waysTo(lift.lon, lift.lat, lift.address || lift.lift_id, platformOf(navigator.userAgent)).map(
          ({ app, href }) => (
            <a key={app} class="way" href={href}>
              {say(APPS[app])}
            </a>
          ),
        )}
      <Call word={WORDS.call_officer} number={lift?.safety_officer_phone ?? ""} />
      <Call word={WORDS.call_centre} number={rescue_phone} />
      <Call word={WORDS.call_company} number={company_phone} />
    </nav>
  );
}

function Call({ word, number }: { word: readonly [string, string]; number: string }): JSX.Element | null {
  if (number === "" || number.includes("*")) return null;
  return (
    <a class="way" href={`tel:${number.replace(/[^+\d]/g, "")}`}>
      {say(word)}
    </a>
  );
}
