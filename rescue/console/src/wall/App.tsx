// The big screen: how many are trapped, how fast help comes, where, and whether any of this is still true.

import type { JSX } from "preact";
import { CityMap } from "../map";
import { useBaseMap } from "../map/sources";
import { switchTheme, theme } from "../shared/theme";
import { timeOfDay } from "../shared/time";
import { language, say, switchLanguage } from "../shared/words/language";
import { told } from "../shared/words/said";
import { CaseTable } from "./CaseTable";
import { LiftStates } from "./LiftStates";
import { SignIn } from "./SignIn";
import { clock, door, fresh, isLoaded, mapStore, now, silentFor_s, trouble } from "./state";
import { Tiles } from "./Tiles";
import { WORDS } from "./words";

export function App(): JSX.Element | null {
  if (door.value === "asking") return null;
  if (door.value !== "open") return <SignIn />;
  return (
    <div class={`wall ${fresh.value}`}>
      <Header />
      {fresh.value === "lost" && (
        <p class="banner" role="alert">
          {say(WORDS.stale_banner, timeOfDay(now.value - silentFor_s.value * 1000))}
        </p>
      )}
      {fresh.value !== "lost" && trouble.value && (
        <p class="banner" role="alert">
          {say(WORDS.trouble, told(trouble.value).said)}
        </p>
      )}
      <main>
        <Tiles />
        <div class="panes">
          <CaseTable />
          <City />
        </div>
      </main>
    </div>
  );
}

function Header(): JSX.Element {
  const good = say(isLoaded.value ? WORDS.live : WORDS.connecting);
  return (
    <header>
      <h1>{say(WORDS.title)}</h1>
      <button type="button" onClick={switchTheme}>
        {say(theme.value === "dark" ? WORDS.light : WORDS.dark)}
      </button>
      <button type="button" lang={language.value === "zh" ? "en" : "zh"} onClick={switchLanguage}>
        {say(WORDS.language)}
      </button>
      <p class={`chip ${fresh.value}`}>{fresh.value === "fresh" ? good : say(WORDS.stale, silentFor_s.value)}</p>
      <time>{timeOfDay(now.value)}</time>
    </header>
  );
}

const serverNow_s = () => clock.now() / 1000;

function City(): JSX.Element {
  const base = useBaseMap(mapStore);
  return (
    <section class="city">
      <CityMap
        store={mapStore}
        language={language.value}
        theme={theme.value}
        base={base}
        now={serverNow_s}
        isReadOnly
      />
      <LiftStates />
    </section>
  );
}
