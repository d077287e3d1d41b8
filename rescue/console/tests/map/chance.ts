// Chance that is the same on every run.

export function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** So many cases of a property. */
export function* cases(count: number, seed = 1): Generator<() => number> {
  const chance = chanceOf(seed);
  for (let n = 0; n < count; n++) {
    yield chance;
  }
}
