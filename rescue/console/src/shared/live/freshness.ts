// Whether what is shown can be trusted: by how long ago the heart was last heard to beat.

export type Freshness = "fresh" | "late" | "lost";

export const LATE_AFTER_MS = 3000;
export const LOST_AFTER_MS = 5000;

/** `late` is said on a chip; when it is `lost`, nothing may be commanded. */
export function freshness(sinceHeard_ms: number): Freshness {
  if (sinceHeard_ms < LATE_AFTER_MS) return "fresh";
  return sinceHeard_ms < LOST_AFTER_MS ? "late" : "lost";
}
