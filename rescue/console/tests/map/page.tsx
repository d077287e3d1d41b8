// The map alone on a page, for tests in a browser: fed by whoever drives the browser, with what was chosen kept.

import L from "leaflet";
import { render } from "preact";
import { type CaseMark, CityMap, type CrewMark, type Directory, type GoTo, MapStore } from "../../src/map";

const store = new MapStore();
/** The map keeps Leaflet to itself; a test has to know where it looks. */
const maps: L.Map[] = [];
L.Map.addInitHook(function (this: L.Map) {
  maps.push(this);
});
const chosen: string[] = [];
const state: {
  goTo: GoTo | null;
  nowS: number | null;
  theme: "light" | "dark";
  chosen: string | null;
} = {
  goTo: null,
  nowS: null,
  theme: new URLSearchParams(location.search).get("theme") === "dark" ? "dark" : "light",
  chosen: null,
};
const now = () => state.nowS ?? store.heardAt;

function show(change: Partial<typeof state> = {}): void {
  Object.assign(state, change);
  render(
    <CityMap
      store={store}
      language={new URLSearchParams(location.search).get("language") === "en" ? "en" : "zh"}
      theme={state.theme}
      now={now}
      goTo={state.goTo}
      chosen={state.chosen}
      onLift={(id) => chosen.push(`lift ${id}`)}
      onCase={(id) => chosen.push(`case ${id}`)}
      onCrew={(id) => chosen.push(`crew ${id}`)}
    />,
    document.getElementById("map") as HTMLElement,
  );
}

/** What a test says and asks. */
const driver = {
  store,
  chosen,
  show,
  async load(path: string) {
    store.setDirectory((await (await fetch(path)).json()) as Directory);
  },
  async hear(path: string) {
    return store.hearFrame(await (await fetch(path)).arrayBuffer());
  },
  view: () => {
    const map = maps.at(-1) as L.Map;
    const { lat, lng } = map.getCenter();
    const { x, y } = map.getSize();
    return { lon: lng, lat, zoom: map.getZoom(), width: x, height: y };
  },
  cases: (cases: CaseMark[]) => store.setCases(cases),
  crews: (crews: CrewMark[]) => store.setCrews(crews),
};

declare global {
  interface Window {
    driver: typeof driver;
  }
}

window.driver = driver;
show();
