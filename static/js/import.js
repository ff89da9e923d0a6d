// While a sheet is read or written: ask how far it is, and show the result once it is there.

const place = document.querySelector("[data-progress]");
const EVERY = 1000;
let shown = place?.querySelector("progress");
let state = null;

async function look() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const now = await answer.json();
    state ??= now.state;
    if (now.failed || !["reading", "applying"].includes(now.state) || now.state !== state) {
      location.reload();
      return;
    }
    if (now.total) {
      shown.max = now.total;
      shown.value = now.done;
      const count = place.querySelector("[data-count]");
      count.textContent = `${now.done.toLocaleString(document.documentElement.lang)} / ${now.total.toLocaleString(document.documentElement.lang)}`;
    }
  } catch {
    // A lost connection: the work goes on, and so do we.
  }
  setTimeout(look, EVERY);
}

if (place) setTimeout(look, EVERY);
