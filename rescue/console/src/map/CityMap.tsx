// The map as a part of a page: the console's and the wall's. It shows a MapStore and says what was chosen.
//
// Everything on it is also in the console's lists. With the keyboard: arrows move, plus and minus zoom, and Enter asks
// for what lies under the cross in the middle.

import "leaflet/dist/leaflet.css";
import "./map.css";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { BaseMap } from "./base_map";
import { Key } from "./Key";
import type { Point } from "./layout";
import type { Place } from "./mercator";
import { type Choice, PickList } from "./PickList";
import type { Theme } from "./palette";
import type { Hit } from "./scene";
import { cityOf, Screen } from "./screen";
import { useBaseMap } from "./sources";
import type { CaseMark, CrewMark, MapStore } from "./store";
import { type Language, MAP_WORDS, type MapWords } from "./words";

export interface CityMapProps {
  readonly store: MapStore;
  readonly language: Language;
  readonly theme: Theme;
  /** Shown instead of what the server names. */
  readonly base?: BaseMap | null | undefined;
  /** The server's time now, POSIX seconds: the age of the data is counted by it. */
  readonly now: () => number;
  /** The id of the case or crew that is chosen, ringed on the map. */
  readonly chosen?: string | null;
  /** Where to go: each new object is gone to once. */
  readonly goTo?: GoTo | null;
  /** The wall's: nothing can be chosen, no buttons. */
  readonly isReadOnly?: boolean;
  readonly onLift?: (liftId: string) => void;
  readonly onCase?: (caseId: string) => void;
  readonly onCrew?: (crewId: string) => void;
  readonly children?: ComponentChildren;
}

export interface GoTo extends Place {
  readonly level: Level;
}

export type Level = "city" | "district" | "building";

export const LEVEL_ZOOM: Readonly<Record<Exclude<Level, "city">, number>> = { district: 14, building: 18 };
/** After this long without a word from the server the map shows all as old. */
export const STALE_AFTER_S = 5;
const LOOK_MS = 1000;
const FIRST_ZOOM = 11;
const NOWHERE: Place = { lon: 113.65, lat: 34.76 };

interface Picked {
  readonly at: Point;
  readonly choices: readonly Choice[];
}

export function CityMap(props: CityMapProps): JSX.Element {
  const { store, theme, language, chosen = null, goTo = null, isReadOnly = false } = props;
  const words = MAP_WORDS[language];
  const named = useBaseMap(store);
  const base = props.base ?? named;
  const host = useRef<HTMLDivElement>(null);
  const screen = useScreen(host, props);
  const [picked, setPicked] = useState<Picked | null>(null);
  const [zoom, setZoom] = useState(FIRST_ZOOM);
  const ageS = useAge(store, props.now, screen);

  useEffect(() => screen?.setTheme(theme), [screen, theme]);
  useEffect(() => screen?.setBase(base ?? null), [screen, base]);
  useEffect(() => screen?.setChosen(chosen), [screen, chosen]);
  useEffect(() => {
    if (goTo) {
      screen?.flyTo(goTo, goTo.level === "city" ? FIRST_ZOOM : LEVEL_ZOOM[goTo.level]);
    }
  }, [screen, goTo]);
  useEffect(() => {
    if (!screen) {
      return;
    }
    screen.onView = setZoom;
    screen.onHit = (hit, at) => {
      const choices = isReadOnly ? [] : choicesOf(hit, store, props);
      setPicked(null);
      if (choices.length === 1) {
        choices[0]?.choose();
      } else if (choices.length) {
        setPicked({ at, choices });
      }
    };
  });

  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target === host.current && screen) {
      const { x, y } = screen.map.getSize();
      screen.onHit(screen.hitAt({ x: x / 2, y: y / 2 }), { x: x / 2, y: y / 2 });
    }
  };
  return (
    <section class={`city-map ${theme}`} aria-label={words.map}>
      <div
        class="city-map-host"
        ref={host}
        role="application"
        aria-label={`${words.map}. ${words.keys}`}
        onKeyDown={onKey}
      />
      <div class="city-map-cross" aria-hidden="true" />
      {!isReadOnly && <Levels screen={screen} store={store} zoom={zoom} words={words} />}
      <Age ageS={ageS} words={words} />
      {!isReadOnly && <Key words={words} theme={theme} />}
      <p class="city-map-source">{base === undefined ? "" : sourceOf(base, words)}</p>
      {picked && <PickList {...picked} words={words} onShut={() => shut(host, setPicked)} />}
      {props.children}
    </section>
  );
}

function shut(host: { current: HTMLDivElement | null }, setPicked: (picked: null) => void): void {
  setPicked(null);
  host.current?.focus({ preventScroll: true });
}

function useScreen(host: { current: HTMLDivElement | null }, { store, theme }: CityMapProps): Screen | null {
  const [screen, setScreen] = useState<Screen | null>(null);
  useEffect(() => {
    if (!host.current) {
      return;
    }
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const made = new Screen(host.current, store, { centre: NOWHERE, zoom: FIRST_ZOOM, theme, isStill });
    setScreen(made);
    const stop = goToCityOnce(made, store);
    return () => {
      stop();
      made.remove();
    };
  }, [store]);
  return screen;
}

/** The first list of lifts tells where the city is. */
function goToCityOnce(screen: Screen, store: MapStore): () => void {
  const go = () => showCity(screen, store);
  if (go()) {
    return () => undefined;
  }
  const stop = store.subscribe(() => go() && stop());
  return stop;
}

function showCity(screen: Screen, store: MapStore): boolean {
  const { x, y } = screen.map.getSize();
  const city = cityOf(store.fleet.world, x, y);
  if (city) {
    screen.flyTo(city.centre, city.zoom);
  }
  return city !== null;
}

function useAge(store: MapStore, now: () => number, screen: Screen | null): number | null {
  const [ageS, setAge] = useState<number | null>(null);
  useEffect(() => {
    const look = () => {
      const age = store.heardAt ? Math.max(0, now() - store.heardAt) : null;
      setAge(age === null ? null : Math.floor(age));
      screen?.setStale(age !== null && age > STALE_AFTER_S);
    };
    look();
    const looking = setInterval(look, LOOK_MS);
    const stop = store.subscribe(look);
    return () => {
      stop();
      clearInterval(looking);
    };
  }, [store, screen, now]);
  return ageS;
}

function Age({ ageS, words }: { ageS: number | null; words: MapWords }): JSX.Element {
  const isOld = ageS === null || ageS > STALE_AFTER_S;
  return <p class={`city-map-age${isOld ? " old" : ""}`}>{ageS === null ? words.unheard : words.age(ageS)}</p>;
}

interface LevelsProps {
  readonly screen: Screen | null;
  readonly store: MapStore;
  readonly zoom: number;
  readonly words: MapWords;
}

function Levels({ screen, store, zoom, words }: LevelsProps): JSX.Element {
  const level: Level = zoom >= 17 ? "building" : zoom >= 13 ? "district" : "city";
  const go = (to: Level) =>
    screen && (to === "city" ? showCity(screen, store) : screen.map.setZoom(LEVEL_ZOOM[to], { animate: false }));
  return (
    <div class="city-map-levels">
      {(["city", "district", "building"] as const).map((one) => (
        <button key={one} type="button" aria-pressed={one === level} onClick={() => go(one)}>
          {words[one]}
        </button>
      ))}
      <button type="button" aria-label={words.closer} title={words.closer} onClick={() => screen?.map.zoomIn(1)}>
        +
      </button>
      <button type="button" aria-label={words.farther} title={words.farther} onClick={() => screen?.map.zoomOut(1)}>
        −
      </button>
    </div>
  );
}

function sourceOf(base: BaseMap | null, words: MapWords): string {
  if (base?.tiles) {
    return base.tiles.attribution;
  }
  return base?.url ? base.attribution : words.noBaseMap;
}

function choicesOf(hit: Hit | null, { fleet }: MapStore, props: CityMapProps): Choice[] {
  switch (hit?.kind) {
    case "cases":
      return hit.cases.map((one: CaseMark) => ({
        name: one.label,
        note: `P${one.priority}`,
        choose: () => props.onCase?.(one.id),
      }));
    case "crew":
      return [{ name: hit.crew.label, note: "", choose: () => props.onCrew?.((hit.crew as CrewMark).id) }];
    case "lifts":
      return hit.places.map((place) => {
        const lift = fleet.card(place);
        const name = lift.rescueCode ?? lift.liftId;
        return {
          name,
          note: [lift.address, lift.building].filter(Boolean).join(" "),
          choose: () => props.onLift?.(lift.liftId),
        };
      });
    default:
      return [];
  }
}
