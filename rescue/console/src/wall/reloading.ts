// Nobody stands before a wall to press a key: a page that is at fault loads itself anew, but never in a loop.

const NOT_WITHIN_MS = 30_000;
const KEPT_AS = "wall-reloaded-at";

let isGoing = false;

/** Load the page anew as soon as the service answers; at most every so often. */
export function reloadSoon(why: string): void {
  if (isGoing) return;
  isGoing = true;
  console.info("the wall loads itself anew:", why);
  const last = Number(sessionStorage.getItem(KEPT_AS) ?? 0);
  setTimeout(reload, Math.max(0, last + NOT_WITHIN_MS - Date.now()));
}

async function reload(): Promise<void> {
  // A browser that reloads while the service is away shows its own error page for good.
  const isThere = await fetch("/livez", { cache: "no-store" }).then(
    (answer) => answer.ok,
    () => false,
  );
  if (isThere) {
    sessionStorage.setItem(KEPT_AS, String(Date.now()));
    location.reload();
  } else setTimeout(reload, 5000);
}

export function reloadAfterErrors(): void {
  addEventListener("error", () => reloadSoon("an error"));
  addEventListener("unhandledrejection", () => reloadSoon("an error"));
}
