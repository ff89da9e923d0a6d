// A queue worked through by keys: j/k walk the rows, Enter opens, x ticks, a takes, r reminds,
// s sets aside, ? shows this. Every key presses a link or button that is there without us.
// Single keys can be switched off for a device: they disturb people who dictate.

const OFF = "desk-keys-off";
const rows = () => [...document.querySelectorAll("[data-rows] > *")];
const keys = document.querySelector("[data-keys]");
const work = document.querySelector("form[data-work]");
let here = -1;

function isOff() {
  try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
}

function go(to) {
  const all = rows();
  if (!all.length) return;
  all[here]?.classList.remove("here");
  here = Math.max(0, Math.min(all.length - 1, to));
  all[here].classList.add("here");
  const link = all[here].querySelector("[data-open], a, summary");
  (link ?? all[here]).focus();
  all[here].scrollIntoView({ block: "nearest" });
}

function act(name) {
  const button = work?.querySelector(`button[name="act"][value="${name}"]`);
  if (!button) return;
  const ticked = work.querySelector("input[name='case']:checked");
  const box = rows()[here]?.querySelector("input[name='case']");
  if (!ticked && !box) return;
  if (!ticked) box.checked = true;
  button.click();
}

const DOES = {
  j: () => go(here + 1),
  k: () => go(here < 0 ? 0 : here - 1),
  Enter: () => rows()[here]?.querySelector("[data-open]")?.click(),
  x: () => rows()[here]?.querySelector("input[name='case']")?.click(),
  a: () => act("take"),
  r: () => act("remind"),
  s: () => act("aside"),
  "?": () => { if (keys) { keys.open = !keys.open; keys.querySelector("summary").focus(); } },
};

document.addEventListener("keydown", (event) => {
  if (isOff() || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("textarea, select, input:not([type='checkbox'])");
  // Enter on a link, button or box already does what it should.
  if (typing || (event.key === "Enter" && event.target !== document.body)) return;
  const does = DOES[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

// The row that was clicked or tabbed into is the one the keys mean.
document.addEventListener("focusin", (event) => {
  const at = rows().findIndex((row) => row.contains(event.target));
  if (at < 0 || at === here) return;
  rows()[here]?.classList.remove("here");
  here = at;
  rows()[here].classList.add("here");
});

// One box ticks the rows, so that one sees what is meant; unticking one of them unticks it.
const all = work?.querySelector("[data-all]");
const boxes = () => [...work.querySelectorAll("input[name='case']")];
all?.addEventListener("change", () => boxes().forEach((box) => { box.checked = all.checked; }));
work?.addEventListener("change", (event) => {
  if (event.target.name === "case") all.checked = boxes().every((box) => box.checked);
});

if (keys) {
  keys.hidden = false;
  const box = keys.querySelector("[data-keys-on]");
  box.checked = !isOff();
  box.addEventListener("change", () => {
    try { localStorage.setItem(OFF, box.checked ? "0" : "1"); } catch { /* this visit only */ }
  });
}
