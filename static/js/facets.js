// Filters apply as they are chosen. The form works without us by its button; we fetch the same
// address and swap every region marked [data-live] (each needs an id) for its new self.
// The page may name one element [data-live-status], whose text is read out after each swap.

const PAUSE_MS = 350;
const regions = () => document.querySelectorAll("[data-live]");
let asking;

// What goes without saying stays out of the address, as in the links of the page: the first way
// of sorting, and a currency where no price is limited.
function isUsual(form, name, value) {
  const input = form.elements[name];
  if (input instanceof HTMLSelectElement) return value === input.options[0].value;
  return name === "currency" && !form.elements.price_from?.value && !form.elements.price_to?.value;
}

function addressOf(form) {
  const address = new URL(form.action, location.href);
  const typed = [...new FormData(form)].filter(([name, value]) => value !== "" && !isUsual(form, name, value));
  address.search = new URLSearchParams(typed);
  return address;
}

function rememberFocus() {
  const here = document.activeElement;
  if (!here?.name) return () => {};
  const value = here.type === "checkbox" ? `[value="${CSS.escape(here.value)}"]` : "";
  return () => document.querySelector(
    `form[data-facets] [name="${CSS.escape(here.name)}"]${value}`)?.focus({ preventScroll: true });
}

function rememberOpen() {
  const open = new Map([...document.querySelectorAll("details[data-facet]")]
    .map((group) => [group.dataset.facet, group.open]));
  return () => document.querySelectorAll("details[data-facet]").forEach((group) => {
    if (open.has(group.dataset.facet)) group.open = open.get(group.dataset.facet);
  });
}

function swap(fresh) {
  const restore = [rememberOpen(), rememberFocus()];
  for (const region of regions()) {
    const next = fresh.getElementById(region.id);
    if (next) region.replaceChildren(...next.childNodes); // the element stays: it may be the open sheet
  }
  document.title = fresh.title || document.title;
  restore.forEach((again) => again());
  const status = document.getElementById("live-status");
  const words = document.querySelector("[data-live-status]");
  if (status && words) status.textContent = words.textContent;
}

async function load(address) {
  asking?.abort();
  asking = new AbortController();
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: asking.signal });
    if (!answer.ok || answer.redirected) return location.assign(address);
    swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch (trouble) {
    if (trouble.name === "AbortError") return;
    location.assign(address); // let the browser itself say that the line is dead
  }
  document.body.removeAttribute("aria-busy");
}

let shown = location.pathname + location.search;

function follow(address) {
  history.pushState(null, "", address);
  shown = address.pathname + address.search;
  load(address);
}

const form = document.querySelector("form[data-facets]");
let timer;
document.addEventListener("change", (event) => { // sorting stands outside the form but belongs to it
  if (!form || event.target.form !== form) return;
  clearTimeout(timer);
  timer = setTimeout(() => follow(addressOf(form)), event.target.type === "text" ? PAUSE_MS : 0);
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  if (form.matches(":target")) location.replace("#results"); // closes the sheet on a phone
  follow(addressOf(form));
});
window.addEventListener("popstate", () => {
  const wanted = location.pathname + location.search;
  if (form && wanted !== shown) load(location.href); // opening the sheet changes only the hash
  shown = wanted;
});
