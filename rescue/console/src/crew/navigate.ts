// One tap to the way there: the links that this phone's maps understand. Coordinates are WGS84 and said to be.

export interface Way {
  readonly app: "own" | "amap";
  readonly href: string;
}

export type Platform = "android" | "apple" | "other";

export function platformOf(userAgent: string): Platform {
  if (/Android|HarmonyOS/i.test(userAgent)) return "android";
  return /iPhone|iPad|Macintosh/i.test(userAgent) ? "apple" : "other";
}

/** The ways to a place, that of the phone's own maps first. `dev=1` tells AMap that the place is not yet shifted. */
export function waysTo(lon: number, lat: number, name: string, platform: Platform): readonly Way[] {
  const place = encodeURIComponent(name);
  const target = `lat=${lat}&lon=${lon}&dev=1&style=2&poiname=${place}&sourceApplication=rescue`;
  switch (platform) {
    case "apple":
      return [
        { app: "own", href: `maps://?daddr=${lat},${lon}&dirflg=d` },
        { app: "amap", href: `iosamap://navi?${target}` },
      ];
    case "android":
      return [
        { app: "own", href: `geo:${lat},${lon}?q=${lat},${lon}(${place})` },
        { app: "amap", href: `androidamap://navi?${target}` },
      ];
    case "other":
      return [{ app: "own", href: `geo:${lat},${lon}` }];
  }
}
