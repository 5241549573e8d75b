// All behaviour hangs on data attributes, so that no page needs a script of its own.
// Without this file everything still works: links lead, forms post, values are as the server wrote them.

const root = document.documentElement;
const words = JSON.parse(document.getElementById("words").textContent);

const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

function remember(name, value) {
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax${secure}`;
  root.dataset[name] = value;
}

let toastTimer;

function say(sentence) {
  const toast = find("#toast");
  toast.textContent = sentence;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toast.hidden = true), 4000);
}

// Rows: j and k move through them; the focused row is the current one and loads its preview.

const rows = () => findAll("[data-row]");
const currentRow = () => find("[data-row][aria-current=true]");

function markCurrent(chosen) {
  for (const row of rows()) {
    if (row === chosen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function moveBy(distance) {
  const all = rows();
  if (!all.length) return false;
  const from = all.indexOf(currentRow());
  const to = all[Math.max(0, Math.min(all.length - 1, from + distance))];
  (find("a", to) || find("button", to)).focus();
  to.scrollIntoView({ block: "nearest" });
  return true;
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row) return;
  markCurrent(row);
  fetchAhead(rows()[rows().indexOf(row) + 1]);
});

// The preview of the next row is fetched before it is asked for; after a minute it would be stale and is forgotten.
const AHEAD_FOR = 60000;
const ahead = new Map();

async function fetchAhead(row) {
  const url = row && find("[hx-get]", row)?.getAttribute("hx-get");
  if (!url || ahead.has(url)) return;
  ahead.set(url, "");
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) ahead.set(url, await answer.text());
  setTimeout(() => ahead.delete(url), AHEAD_FOR);
}

function showAhead(event) {
  const known = ahead.get(event.detail.pathInfo?.requestPath);
  if (!known || event.detail.target?.id !== "preview") return;
  event.preventDefault();
  htmx.swap("#preview", known, { swapStyle: "innerHTML" });
}

// Shortcuts: single keys, never while somebody types, never in a dialog, and they can be switched off.

const isTyping = (element) =>
  element.closest("input:not([type=radio], [type=checkbox], [type=button], [type=submit]), textarea, select, [contenteditable]");

const takesFocus = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])");

// On the phone the card of actions is a sheet: nobody chooses in it without seeing it.
function openSheetOf(control) {
  const sheet = control.closest("[data-sheet]");
  if (sheet && !control.checkVisibility()) location.hash = sheet.id;
}

function useKey(key) {
  if (key === "j" && moveBy(1)) return true;
  if (key === "k" && moveBy(-1)) return true;
  const name = CSS.escape(key);
  const row = currentRow();
  const control = (row && find(`[data-row-key="${name}"]`, row)) || find(`[data-key="${name}"]`);
  if (!control || control.disabled) return false;
  openSheetOf(control);
  if (takesFocus(control)) {
    control.focus();
  } else {
    control.click();
    if (control.matches("input")) control.focus();
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
  if (event.key === "Escape" && find("[data-sheet]:target")) location.hash = "main";
  if (root.dataset.keys === "off" || isTyping(event.target) || find("dialog[open]")) return;
  if (useKey(event.key)) event.preventDefault();
});

// A security key that was taken away, or a person who chose otherwise: the page says so and stays.

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  say(words.key);
});

// Buttons that open, close, cover, copy and switch.

async function copy(source) {
  await navigator.clipboard.writeText(find(`#${CSS.escape(source)}`).innerText.trim());
  say(words.copied);
}

function showTheme() {
  for (const button of findAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === root.dataset.theme));
  }
}

const whenClicked = {
  "[data-dialog]": (button) => find(`#${CSS.escape(button.dataset.dialog)}`).showModal(),
  "[data-cover]": () => find("#cover").showModal(),
  "[data-close]": (button) => button.closest("dialog").close(),
  "[data-copy]": (button) => copy(button.dataset.copy),
  "[data-theme-set]": (button) => {
    remember("theme", button.dataset.themeSet);
    showTheme();
  },
  "[data-fill-login]": (button) => {
    find("#id_login").value = button.dataset.fillLogin;
    find("#id_password").value = button.dataset.fillPassword;
    find("#id_login").form.querySelector("button").focus();
  },
  "[data-keys-toggle]": () => {
    const off = root.dataset.keys !== "off";
    remember("shortcuts", off ? "off" : "on");
    say(off ? words.shortcuts_off : words.shortcuts_on);
  },
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(whenClicked)) {
    const button = event.target.closest(selector);
    if (button) act(button, event);
  }
});

// A revealed value shows while its button is held, by pointer or key, and for a few seconds after a short tap
// (not everybody can hold). It hides when the button loses focus, and for good after data-hide-after seconds.

const SHORT_TAP = 300;
const AFTER_A_TAP = 5000;
let heldSince = 0;

const holderOf = (element) => element.closest(".masked");
const hideValue = (holder) => holder && delete holder.dataset.shown;

function startHolding(button) {
  heldSince = performance.now();
  holderOf(button).dataset.shown = "";
}

function stopHolding(button, letGo) {
  const holder = holderOf(button);
  const tapped = letGo && performance.now() - heldSince < SHORT_TAP;
  if (tapped) setTimeout(() => hideValue(holder), AFTER_A_TAP);
  else hideValue(holder);
}

const holdButton = (event) => event.target instanceof Element && event.target.closest("[data-hold]");
const isPress = (event) => event.type === "pointerdown" || ((event.key === " " || event.key === "Enter") && !event.repeat);

for (const type of ["pointerdown", "keydown"]) {
  document.addEventListener(type, (event) => {
    const button = holdButton(event);
    if (button && isPress(event)) startHolding(button);
  });
}

for (const type of ["pointerup", "keyup"]) {
  document.addEventListener(type, (event) => {
    const button = holdButton(event);
    if (button) stopHolding(button, true);
  });
}

for (const type of ["pointerout", "pointercancel", "focusout"]) {
  document.addEventListener(type, (event) => {
    const button = holdButton(event);
    if (button && !button.contains(event.relatedTarget)) stopHolding(button, false);
  });
}

document.addEventListener("contextmenu", (event) => {
  if (holdButton(event)) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) findAll(".masked[data-shown]").forEach(hideValue);
});

function forgetLater(holder) {
  setTimeout(() => {
    findAll(".plain, [data-hold], [data-copy], .note", holder).forEach((part) => part.remove());
  }, Number(holder.dataset.hideAfter) * 1000);
  holder.removeAttribute("data-hide-after");
}

// Countdowns: the server wrote the words; these keep them true while the page stays open.

function duration(milliseconds) {
  const minutes = Math.floor(milliseconds / 60000);
  if (minutes < 1) return words.under;
  if (minutes < 60) return words.minutes.replace("%s", minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return words.hours.replace("%s", hours);
  return hours < 48 ? words.day : words.days.replace("%s", Math.floor(hours / 24));
}

function countDown(element) {
  const until = Date.parse(element.dataset.until);
  const left = until - Date.now();
  if (element.matches("progress")) {
    const whole = until - Date.parse(element.dataset.from);
    element.value = Math.max(0, Math.min(100, (100 * left) / whole));
  } else if ("ring" in element.dataset) {
    const whole = element.getAttribute("pathLength");
    element.setAttribute("stroke-dasharray", `${Math.max(0, Math.ceil(left / 60000))} ${whole}`);
  } else {
    element.textContent = left > 0 ? element.dataset.text.replace("%s", duration(left)) : element.dataset.over;
    if ("break" in element.dataset && left <= 0) remindOfBreak(element);
  }
}

// What can be taken back for a minute only is offered no longer.
function goLater(element) {
  setTimeout(() => element.remove(), Number(element.dataset.goneAfter) * 1000);
  element.removeAttribute("data-gone-after");
}

function remindOfBreak(element) {
  if (sessionStorage.getItem("reminded") === element.dataset.until) return;
  sessionStorage.setItem("reminded", element.dataset.until);
  say(words.break);
}

setInterval(() => findAll("[data-until]").forEach(countDown), 15000);

// Forms: warn before typed text is lost, wait until complete, show what belongs to a choice, count characters.

const guarded = (element) => element.closest?.("form[data-guard]");

document.addEventListener("submit", (event) => guarded(event.target)?.removeAttribute("data-dirty"));

addEventListener("beforeunload", (event) => {
  if (find("form[data-dirty]")) event.preventDefault();
});

function chosen(form, name) {
  return new FormData(form).getAll(name);
}

function showWhenChosen(form) {
  for (const part of findAll("[data-when]", form)) {
    const [name, values] = part.dataset.when.split("=");
    const shown = values.split(" ").some((value) => chosen(form, name).includes(value));
    part.hidden = !shown;
    findAll("input, select, textarea", part).forEach((control) => (control.disabled = !shown));
  }
}

function allowWhenComplete(form) {
  const complete = form.checkValidity();
  findAll("button[data-complete]", form).forEach((button) => (button.disabled = !complete));
}

function countRemaining(element) {
  const control = find(`#${CSS.escape(element.dataset.remaining)}`);
  if (control) element.textContent = words.remaining.replace("%s", control.maxLength - control.value.length);
}

function refreshForm(form) {
  showWhenChosen(form);
  // checkValidity() announces every empty field to listeners; nothing here listens, so nothing is shown
  if (find("button[data-complete]", form)) allowWhenComplete(form);
  findAll("[data-remaining]", form).forEach(countRemaining);
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form) return;
  guarded(form)?.setAttribute("data-dirty", "");
  refreshForm(form);
});

// htmx: what it may swap, when polling rests, and where the focus goes.

const isWholePage = (text) => /^\s*<!doctype html/i.test(text);

document.addEventListener("htmx:beforeRequest", (event) => {
  const asker = event.detail.elt;
  if (document.hidden && "poll" in asker.dataset) event.preventDefault();
  showAhead(event);
});

// A redirect to another page (after a POST, or to sign-in) is followed as a page, not squeezed into a fragment.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const moved = new URL(xhr.responseURL || location.href).pathname !== new URL(requestConfig.path, location.href).pathname;
  if (!isWholePage(xhr.responseText)) return;
  if (moved) {
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL);
  } else if (xhr.status >= 400) {
    event.detail.shouldSwap = false;
    say(words.failed);
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) event.detail.elt.closest("form[data-guard]")?.removeAttribute("data-dirty");
});

document.addEventListener("htmx:afterSettle", (event) => {
  const row = event.detail.target?.closest?.("[data-row]");
  if (row && document.activeElement === document.body) find("a", row).focus();
});

document.addEventListener("htmx:sendError", () => say(words.unreachable));
document.addEventListener("htmx:responseError", () => say(words.failed));

function prepare(part) {
  findAll("form", part).forEach(refreshForm);
  if (part.matches?.("form")) refreshForm(part);
  findAll("[data-gone-after]", part).forEach(goLater);
  findAll(".masked[data-hide-after]", part).forEach(forgetLater);
  if (part.matches?.(".masked[data-hide-after]")) forgetLater(part);
}

document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) prepare(event.detail.elt);
});

showTheme();
prepare(document);
