// Pages behind the sign-in: the place one is at is in sight, and a text to copy is marked whole.
// Without this both still work, by scrolling and by hand.
document.querySelector(".house-nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
for (const text of document.querySelectorAll("textarea[data-select]")) {
  text.addEventListener("focus", () => text.select());
}
