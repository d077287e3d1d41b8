// How much larger marks are drawn than on a common screen: as the page's own words are, on a 4K screen or a wall.

const COMMON_PX = 16;

export function magnified(): number {
  const word_px = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.max(1, word_px / COMMON_PX);
}
