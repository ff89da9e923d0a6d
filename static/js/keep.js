// Forms that survive a lost connection. What is typed into <form data-keep="name"> is kept on the
// phone (IndexedDB, the photo too), restored when the page is opened again, and sent later if it
// cannot be sent now. The server keeps it once: every form carries a key made before typing.
// Server: matchmaker/keeping.py. 201 {address}: stored; 422: the page with what is wrong.

const AGAIN_MS = 15_000, PATIENCE_MS = 90_000, PAUSE_MS = 400;
const WIDEST = 1600, SMALL_ENOUGH = 400_000; // pixels; bytes of a photo that is sent as it is
let said = document.querySelector(".kept[data-keeper]");
const who = said?.dataset.keeper;
const busy = new Set();

const shelf = new Promise((resolve, reject) => {
  const asked = indexedDB.open("matchmaker-kept", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("drafts", { keyPath: "id" });
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

async function onShelf(mode, work) {
  const store = (await shelf).transaction("drafts", mode).objectStore("drafts");
  const asked = work(store);
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
const put = (draft) => onShelf("readwrite", (store) => store.put(draft));
const drop = (id) => onShelf("readwrite", (store) => store.delete(id));
const mine = async () => (await onShelf("readonly", (store) => store.getAll())).filter((one) => one.who === who);

const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");

function say(what, name = "", address = "") {
  if (!said) return;
  said.hidden = !what;
  said.classList.toggle("ok", what === "sent");
  said.classList.toggle("soon", ["waiting", "waits", "signin", "wrong"].includes(what));
  if (!what) return;
  const words = document.createElement("span");
  words.className = "words";
  words.textContent = name ? `${said.dataset[what]} ${name} ` : said.dataset[what];
  if (address) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = said.dataset.open;
    words.append(link);
  }
  said.replaceChildren(words);
}

// -- a form and its draft ------------------------------------------------------------

function collect(form, state, submitter) {
  const fields = [...new FormData(form, submitter)].filter(([name, value]) =>
    name !== "csrf_token" && !(value instanceof File && !value.name));
  const named = form.querySelector("[name=name]")?.value || document.querySelector("h1")?.textContent || "";
  return { id: form.draft, who, form: form.dataset.keep, page: location.pathname + location.search,
    action: form.action, fields, state, named: named.trim() };
}

function fill(form, draft) {
  for (const [name, value] of draft.fields) {
    if (name === "publish" || name === "question") continue;
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (value instanceof Blob) hold(field, value);
      else if (["radio", "checkbox"].includes(field.type)) field.checked = field.value === value;
      else if (field.type !== "submit" && field.tagName !== "BUTTON") field.value = value;
    }
  }
}

function hold(field, photo) {
  const held = new DataTransfer();
  held.items.add(photo instanceof File ? photo : new File([photo], "photo.jpg", { type: photo.type }));
  field.files = held.files;
}

// A photo of a phone has several megabytes; pages show at most this many pixels of it.
async function shrink(field) {
  const [photo] = field.files;
  if (!photo || photo.size < SMALL_ENOUGH || !photo.type.startsWith("image/")) return;
  try {
    const picture = await createImageBitmap(photo);
    const scale = Math.min(1, WIDEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: picture.width * scale, height: picture.height * scale });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (small && small.size < photo.size) hold(field, new File([small], "photo.jpg", { type: "image/jpeg" }));
  } catch { /* what this browser cannot read, the server may */ }
}

async function keep(form) {
  const earlier = (await mine()).find((one) => one.form === form.dataset.keep && one.page === location.pathname + location.search && one.state !== "waiting");
  form.draft = earlier?.id || newKey();
  const wrong = form.querySelector(".wrong"); // the server's own page holds what was typed
  if (earlier && !wrong) {
    fill(form, earlier);
    say("restored");
  }
  let timer;
  const later = () => { clearTimeout(timer); timer = setTimeout(() => { timer = 0; put(collect(form, "typing")); }, PAUSE_MS); };
  form.addEventListener("input", later);
  // Whoever leaves the field may leave the page by the next touch.
  form.addEventListener("focusout", () => { if (timer) { clearTimeout(timer); timer = 0; put(collect(form, "typing")); } });
  form.addEventListener("change", async (event) => {
    if (event.target.type === "file") await shrink(event.target);
    later();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    timer = 0;
    submit(form, event.submitter);
  });
}

async function submit(form, submitter) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  say("sending");
  const draft = collect(form, "waiting", submitter);
  let came;
  try {
    await put(draft);
    came = await send(draft, form.querySelector("[name=csrf_token]")?.value);
  } catch { return form.submit(); // a full phone keeps nothing
  } finally { form.ariaBusy = "false"; }
  if (came.address) return location.assign(came.address);
  if (came.page) {
    await put({ ...draft, state: "typing" });
    return show(came.page, form.dataset.keep, draft);
  }
  if (came.signin) return say("signin", "", location.href);
  say("waiting");
  empty(form);
  form.draft = newKey();
  const key = form.querySelector("[name=draft_key]");
  if (key) key.value = newKey();
  said?.scrollIntoView({ block: "nearest" });
}

// For the next one: a form that was corrected holds the last one's values as its own.
function empty(form) {
  form.reset();
  for (const each of form.querySelectorAll(".wrong .error")) each.remove();
  for (const each of form.querySelectorAll(".wrong")) each.classList.remove("wrong");
  for (const each of form.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  if (form.corrected) for (const each of form.querySelectorAll("input:not([type]), input[type=text]")) each.value = "";
}

function show(page, name, draft) {
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("main");
  document.querySelector("main").replaceChildren(...fresh.childNodes);
  said = document.querySelector(".kept[data-keeper]");
  const form = document.querySelector(`form[data-keep="${name}"]`);
  if (!form) return; // a page that only says why not
  const photo = draft.fields.find(([, value]) => value instanceof Blob);
  const field = photo && form.querySelector(`[name="${photo[0]}"]`);
  if (field && !field.closest(".wrong")) hold(field, photo[1]);
  form.corrected = true;
  keep(form);
  form.querySelector(".wrong :is(input, select, textarea)")?.focus();
}

// -- sending ---------------------------------------------------------------------------

// {address} stored · {page} to be corrected · {signin} · {} not now
async function send(draft, token) {
  if (busy.has(draft.id)) return {};
  busy.add(draft.id);
  try {
    for (let tries = 0; tries < 2; tries += 1) {
      token ??= await freshToken(draft.page);
      if (!token) return { signin: true };
      const body = new FormData();
      for (const [name, value] of draft.fields) body.append(name, value);
      body.set("csrf_token", token);
      const answer = await fetch(draft.action, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS),
        headers: { "X-Kept-Form": "1", Accept: "text/html" } });
      if (answer.status === 201) {
        await drop(draft.id);
        return await answer.json();
      }
      if (answer.status === 422) return { page: await answer.text() };
      if (answer.status === 400) { token = undefined; continue; } // the form was open for too long
      if (answer.status === 401) return { signin: true };
      if (answer.status === 403 || answer.status === 404 || answer.status === 413) return { page: await answer.text(), wrong: true };
      return {};
    }
    return { signin: true };
  } catch { return {}; } finally { busy.delete(draft.id); }
}

async function freshToken(page) {
  const answer = await fetch(page, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  return found.querySelector("[name=csrf_token]")?.value;
}

async function sendWaiting() {
  for (const draft of (await mine()).filter((one) => one.state === "waiting")) {
    const came = await send(draft);
    if (came.address) say("sent", draft.named, came.address);
    else if (came.page) { await put({ ...draft, state: "wrong" }); say("wrong", draft.named, draft.page); }
    else if (came.signin) say("signin", "", location.href);
    else say("waits", draft.named);
  }
}

if (who && "indexedDB" in window) {
  shelf.then(async () => {
    for (const form of document.querySelectorAll("form[data-keep]")) await keep(form);
    addEventListener("online", sendWaiting);
    setInterval(sendWaiting, AGAIN_MS);
    await sendWaiting();
    document.documentElement.dataset.kept = "ready";
  }, () => {}); // without a store forms are plain forms
}
