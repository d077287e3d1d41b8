// What other parts of the console use of the map.

export type { BaseMap } from "./base_map";
export { CityMap, type CityMapProps, type GoTo, type Level } from "./CityMap";
export type { Directory, Heard, LiftCard } from "./fleet";
export { Mark } from "./marks";
export {
  type Bound,
  type CaseMark,
  type Change,
  type CrewMark,
  type CrewState,
  type District,
  MapStore,
  type Priority,
} from "./store";
