// Photos by drag and drop: what is dropped lands in the form's own file field and is sent by it.
// Without scripts the field and its button do the same.

class Drop {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=file]");
    this.status = form.querySelector("[data-drop-status]");
    form.querySelector("[data-drop-hint]").hidden = !matchMedia("(hover: hover)").matches;
    for (const kind of ["dragenter", "dragover"]) {
      document.addEventListener(kind, (event) => this.over(event));
    }
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) form.classList.remove("over");
    });
    document.addEventListener("drop", (event) => this.take(event));
    form.addEventListener("submit", () => { this.status.textContent = form.dataset.sending; });
  }

  over(event) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    this.form.classList.add("over");
  }

  take(event) {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault(); // or the browser would show the photo instead of this page
    this.form.classList.remove("over");
    this.input.files = event.dataTransfer.files;
    this.form.requestSubmit();
  }
}

for (const form of document.querySelectorAll("[data-drop]")) new Drop(form);
