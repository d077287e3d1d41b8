// The console put together: the door when nobody is at work, otherwise header, notices, queue and the panes beside it.

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { lazy, Suspense } from "preact/compat";
import { language, say } from "../shared/words/language";
import { CaseView } from "./case/CaseView";
import { CrewList } from "./crews/CrewList";
import { Door } from "./header/Door";
import { Header } from "./header/Header";
import { IntakeForm } from "./intake/IntakeForm";
import { Help } from "./keys/Help";
import { useKeys } from "./keys/useKeys";
import { Deeds } from "./notices/Deeds";
import { Notices } from "./notices/Notices";
import { Queue } from "./queue/Queue";
import { fresh, isLoaded } from "./state/centre";
import { isKnown, isOver, who } from "./state/session";
import { isWide, type Pane, pane } from "./state/view";
import { FRAME, PANES } from "./words";

const CityPane = lazy(() => import("./map/CityPane"));
const ShiftPane = lazy(() => import("./shift/ShiftPane"));

effect(() => {
  document.title = say(FRAME.title);
});

export function App(): JSX.Element | null {
  if (!isKnown.value) return <p class="boot">{say(FRAME.connecting)}</p>;
  if (who.value === null) return <Door />;
  return <Desk />;
}

function Desk(): JSX.Element {
  useKeys();
  return (
    <div class={`desk ${fresh.value}`} lang={language.value}>
      <Header />
      <Notices />
      <main class="rooms" inert={isOver.value} aria-busy={!isLoaded.value}>
        <Queue />
        <Work />
        {isWide.value && <MapRoom />}
      </main>
      <Deeds />
      <Help />
      {isOver.value && <Door isAgain />}
    </div>
  );
}

function Work(): JSX.Element {
  const panes: readonly Pane[] = isWide.value ? ["case", "crews", "shift"] : ["case", "map", "crews", "shift"];
  const shown = pane.value;
  return (
    <section class="work" aria-label={say(PANES.work)}>
      <nav class="panes">
        {panes.map((one) => (
          <button key={one} type="button" aria-pressed={one === shown} onClick={() => (pane.value = one)}>
            {say(PANES[one as Exclude<Pane, "intake">])}
          </button>
        ))}
      </nav>
      {shown === "intake" && <IntakeForm />}
      {shown === "case" && <CaseView />}
      {shown === "crews" && <CrewList />}
      {shown === "map" && <MapRoom />}
      {shown === "shift" && (
        <Suspense fallback={<p class="hint">…</p>}>
          <ShiftPane />
        </Suspense>
      )}
    </section>
  );
}

function MapRoom(): JSX.Element {
  return (
    <div class="map-room">
      <Suspense fallback={<p class="hint">{say(PANES.map_loading)}</p>}>
        <CityPane />
      </Suspense>
    </div>
  );
}
