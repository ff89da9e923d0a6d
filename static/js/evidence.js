// Single keys for deciding about evidence: a r q open a decision, t takes it, n goes on.
// They are off while somebody types, and wherever the desk's keys were switched off.
const OFF = "desk-keys-off";  // as desk.js keeps it

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function areOff() {
  try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (areOff()) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found) return;
  event.preventDefault();
  if (found instanceof HTMLDetailsElement) {
    for (const other of document.querySelectorAll("details[data-key]")) other.open = other === found;
    found.querySelector("input:not([type=hidden]), textarea")?.focus();
  } else {
    found.click();
  }
});
