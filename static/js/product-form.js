// The product form with less typing: a code that suggest.js offers is put in its field, price
// steps are added in place. Without scripts the two buttons do the same by reloading the form.

function takeCode({ detail: { code, label } }) {
  const field = document.getElementById("hs_code");
  field.value = code;
  document.querySelector("[data-code-label]").textContent = label;
  field.focus();
}

// Enter among the words looks for a code, it does not save the product.
function lookAgain(event) {
  if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
  event.preventDefault();
  event.target.dispatchEvent(new Event("input"));
}

function addStep(button) {
  const box = button.closest("[data-most]");
  const body = box.querySelector("tbody");
  const row = body.lastElementChild.cloneNode(true);
  const number = body.rows.length;
  for (const input of row.querySelectorAll("input")) {
    const [was, part] = [number - 1, input.name.split("-").at(-1)];
    input.value = "";
    input.name = input.id = `tiers-${number}-${part}`;
    const label = input.getAttribute("aria-label");
    input.setAttribute("aria-label", label.replace(String(was + 1), String(number + 1)));
  }
  for (const error of row.querySelectorAll(".error")) error.remove();
  body.append(row);
  row.querySelector("input").focus();
  if (body.rows.length >= Number(box.dataset.most)) button.remove();
}

const codes = document.querySelector("[data-codes]");
codes?.addEventListener("suggested", takeCode);
codes?.querySelector("input").addEventListener("keydown", lookAgain);
document.querySelector("[data-more]")?.addEventListener("click", (event) => {
  event.preventDefault();
  addStep(event.currentTarget);
});
