// Forms that make an account tell the clock this browser goes by; else its country is guessed from.
for (const field of document.querySelectorAll("input[data-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
