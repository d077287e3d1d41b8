// The colours of the map, light and dark. The scene is grey; red, orange and yellow are for unhandled cases alone.

import { Mark } from "./marks";

export type Theme = "light" | "dark";

export interface Palette {
  readonly ground: string;
  readonly water: string;
  readonly minorRoad: string;
  readonly road: string;
  readonly majorRoad: string;
  readonly border: string;
  readonly ink: string;
  readonly paper: string;
  readonly faint: string;
  readonly text: string;
  readonly halo: string;
  readonly crew: string;
  readonly route: string;
  readonly lifts: Readonly<Record<Mark, string>>;
  /** Of lifts in service where a whole city is seen: so many that they would hide all else. */
  readonly crowd: string;
  readonly urgent: readonly [p1: Urgent, p2: Urgent, p3: Urgent];
}

export interface Urgent {
  readonly fill: string;
  readonly text: string;
}

const LIGHT: Palette = {
  ground: "#eceef0",
  water: "#d3dade",
  minorRoad: "#ffffff",
  road: "#ffffff",
  majorRoad: "#f9fafb",
  border: "#8d979f",
  ink: "#10171c",
  paper: "#ffffff",
  faint: "#5c6870",
  text: "#39434a",
  halo: "#eceef0",
  crew: "#10171c",
  route: "#10171c",
  lifts: {
    [Mark.None]: "#00000000",
    [Mark.Unheard]: "#b4bcc2",
    [Mark.Stale]: "#79848c",
    [Mark.Offline]: "#4d585f",
    [Mark.InService]: "#79848c",
    [Mark.OutOfService]: "#5f6a72",
    [Mark.Faulty]: "#2f3a41",
    [Mark.PowerLost]: "#2f3a41",
    [Mark.Alarm]: "#05090c",
  },
  crowd: "#a8b1b8",
  urgent: [
    { fill: "#c8102e", text: "#ffffff" },
    { fill: "#f28c00", text: "#10171c" },
    { fill: "#ffd400", text: "#10171c" },
  ],
};

const DARK: Palette = {
  ground: "#14181b",
  water: "#1d2429",
  minorRoad: "#22292e",
  road: "#293137",
  majorRoad: "#333c43",
  border: "#66727a",
  ink: "#f4f7f9",
  paper: "#0b0e10",
  faint: "#93a0a8",
  text: "#b8c2c9",
  halo: "#14181b",
  crew: "#f4f7f9",
  route: "#f4f7f9",
  lifts: {
    [Mark.None]: "#00000000",
    [Mark.Unheard]: "#424c53",
    [Mark.Stale]: "#7f8b93",
    [Mark.Offline]: "#aab5bc",
    [Mark.InService]: "#7f8b93",
    [Mark.OutOfService]: "#98a4ac",
    [Mark.Faulty]: "#cdd6dc",
    [Mark.PowerLost]: "#cdd6dc",
    [Mark.Alarm]: "#ffffff",
  },
  crowd: "#4b565d",
  urgent: [
    { fill: "#ff4b55", text: "#000000" },
    { fill: "#ff9f1a", text: "#000000" },
    { fill: "#ffe14d", text: "#000000" },
  ],
};

export const PALETTES: Readonly<Record<Theme, Palette>> = { light: LIGHT, dark: DARK };

/** A colour as a pixel of an ImageData seen as 32-bit words, which every browser's machine keeps little-endian. */
export function toPixel(colour: string): number {
  const [red, green, blue, alpha] = [1, 3, 5, 7].map((at) => Number.parseInt(colour.slice(at, at + 2) || "ff", 16));
  return (((alpha ?? 255) << 24) | ((blue ?? 0) << 16) | ((green ?? 0) << 8) | (red ?? 0)) >>> 0;
}
