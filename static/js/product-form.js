// The product form with less typing: codes are suggested as one types words, price steps are
// added in place. Without scripts the two buttons do the same by reloading the form.

const PAUSE_MS = 150;

class CodeFinder {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input");
    this.code = document.getElementById("hs_code");
    this.label = document.querySelector("[data-code-label]");
    this.chosen = -1;
    this.found = [];
    this.build();
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
  }

  build() {
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: "codes-list", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.box.dataset.listed);
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(Number(option.dataset.index));
    });
    this.status = document.createElement("p");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    this.input.parentElement.append(this.list, this.status);
    const about = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(about)) this.input.setAttribute(name, value);
  }

  later() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.timer = setTimeout(() => this.ask(this.input.value.trim()), PAUSE_MS);
  }

  async ask(typed) {
    if (typed.length < 2) return this.close();
    this.asking = new AbortController();
    const address = new URL(this.box.dataset.codes, location.href);
    address.searchParams.set("q", typed);
    try {
      const answer = await fetch(address, { signal: this.asking.signal });
      this.show(answer.ok ? await answer.json() : []);
    } catch (trouble) {
      if (trouble.name !== "AbortError") this.close(); // the button still finds them
    }
  }

  show(found) {
    if (document.activeElement !== this.input) return;
    this.found = found;
    this.list.replaceChildren(...found.map((entry, index) => {
      const option = document.createElement("li");
      const code = document.createElement("span");
      option.id = `codes-list-${index}`;
      option.dataset.index = index;
      option.setAttribute("role", "option");
      code.textContent = entry.code;
      option.append(entry.label, " ", code);
      return option;
    }));
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.status.textContent = this.box.dataset.found.replace("{count}", found.length);
    this.choose(-1);
  }

  choose(index) {
    this.chosen = index;
    [...this.list.children].forEach((option, at) =>
      option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", `codes-list-${index}`);
    this.list.children[index].scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      return this.close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!this.list.hidden && !event.isComposing && step) {
      event.preventDefault();
      const places = this.found.length + 1;
      this.choose(((this.chosen + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault(); // Enter here looks for a code, it does not save the product
      if (this.chosen >= 0) this.take(this.chosen);
      else this.ask(this.input.value.trim());
    }
  }

  take(index) {
    this.code.value = this.found[index].code;
    this.label.textContent = this.found[index].label;
    this.input.value = "";
    this.close();
    this.code.focus();
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.choose(-1);
  }
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

for (const box of document.querySelectorAll("[data-codes]")) new CodeFinder(box);
document.querySelector("[data-more]")?.addEventListener("click", (event) => {
  event.preventDefault();
  addStep(event.currentTarget);
});
