// What a browser remembers of its user: language, theme and the like, never anything of a case.

/** What was kept under this name, or null; also where a browser keeps nothing at all. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keep it, if the browser keeps anything. */
export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}
