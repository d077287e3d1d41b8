// A page that says how far help has come asks for itself again, in place: nothing jumps, and a voice reads what is new.
// Where no script runs, the page's own refresh does the same.

const EVERY_MS = 10_000;

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return;
    const told = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".public");
    const shown = document.querySelector(".public");
    // A form that has come in its place waits for the person to open it.
    if (told && shown && told.querySelector(".called")) shown.replaceChildren(...told.childNodes);
    else if (told) location.reload();
  } catch {
    // No network: what is shown stays, with its time.
  }
}

setInterval(look, EVERY_MS);
addEventListener("online", look);
