// Pages behind the sign-in: a text to copy is marked whole. Without this it is, by hand.
for (const text of document.querySelectorAll("textarea[data-select]")) {
  text.addEventListener("focus", () => text.select());
}
