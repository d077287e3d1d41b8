// The crew's page without a network: the page and its files are kept, so that it opens in a cellar. What it shows and
// what waits to be sent, the page keeps itself; nothing of the service's answers is kept here.

const PAGE = "/crew";
const SHELF = "crew-1";

self.addEventListener("install", (event) => event.waitUntil(keepAll().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(newest());
  else if (pathname.startsWith("/static/")) event.respondWith(kept(request));
});

async function keepAll() {
  const answer = await fetch(PAGE, { cache: "no-store" });
  if (answer.ok) await keepPage(answer);
}

/** Keep the page and all it loads; what an older page loaded goes. */
async function keepPage(answer) {
  const shelf = await caches.open(SHELF);
  const text = await answer.clone().text();
  const files = [...text.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map((match) => match[1]);
  await shelf.addAll(files);
  await shelf.put(PAGE, answer);
  const wanted = new Set([PAGE, ...files]);
  for (const request of await shelf.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await shelf.delete(request);
  }
}

async function newest() {
  try {
    const answer = await fetch(PAGE, { cache: "no-store" });
    if (answer.ok) {
      await keepPage(answer.clone()).catch(() => undefined);
      return answer;
    }
  } catch {
    // No network: the page as it was last.
  }
  return (await caches.match(PAGE)) ?? Response.error();
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}
