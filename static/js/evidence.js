// Single keys for deciding about evidence: a r q open a decision, t takes it, n goes on.
// They are off while somebody types, and wherever the desk's keys were switched off.
const OFF = "keys-off";

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (localStorage.getItem(OFF)) return;
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
