// Suggestions under a box for words, after the combobox pattern of the ARIA practices.
// Server: GET <data-suggest>?q=… answers [{label, kind, url}]; one with a `code` and no `url` is
// told to the page as the event `suggested` of the box. Without scripts the box still submits.

const PAUSE_MS = 120;

class Suggestions {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input");
    this.chosen = -1;
    this.found = [];
    this.build();
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
  }

  build() {
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: `${this.input.id}-list`, hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.box.dataset.listed);
    // Pressing the mouse must not blur the field before the click arrives.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(Number(option.dataset.index));
    });
    this.status = document.createElement("p");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    this.box.append(this.list, this.status);
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
    const address = new URL(this.box.dataset.suggest, location.href);
    address.searchParams.set("q", typed);
    try {
      const answer = await fetch(address, { signal: this.asking.signal });
      this.show(answer.ok ? await answer.json() : []);
    } catch (trouble) {
      if (trouble.name !== "AbortError") this.close(); // a weak signal costs suggestions, not the search
    }
  }

  show(found) {
    if (document.activeElement !== this.input) return;
    this.found = found;
    this.list.replaceChildren(...found.map((entry, index) => this.option(entry, index)));
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.status.textContent = this.box.dataset.found.replace("{count}", found.length);
    this.choose(-1);
  }

  option(entry, index) {
    const option = document.createElement("li");
    const kind = document.createElement("span");
    option.id = `${this.list.id}-${index}`;
    option.dataset.index = index;
    option.setAttribute("role", "option");
    kind.textContent = entry.kind ?? entry.code;
    option.append(entry.label, " ", kind);
    return option;
  }

  choose(index) {
    this.chosen = index;
    [...this.list.children].forEach((option, at) =>
      option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
    this.list.children[index].scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault(); // the first Escape closes the list, only the second empties the field
      return this.close();
    }
    if (this.list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const places = this.found.length + 1; // one more: back in the field itself
      this.choose(((this.chosen + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && this.chosen >= 0) {
      event.preventDefault();
      this.take(this.chosen);
    }
  }

  take(index) {
    const entry = this.found[index];
    if (entry.url) return location.assign(entry.url);
    this.input.value = "";
    this.close();
    this.box.dispatchEvent(new CustomEvent("suggested", { detail: entry }));
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.choose(-1);
  }
}

for (const box of document.querySelectorAll("[data-suggest]")) new Suggestions(box);
