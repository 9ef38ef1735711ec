// The palette: go to a page or an order, act on this one; and the list of keys. What can be done is read off the page:
// [data-act] names it, [data-why] says why it cannot be done just now, [data-key] is its key.
const PAUSE_MS = 150;
const RECENT = "recent-orders";
const MOST_RECENT = 8;

let asking = new AbortController();
let pause;
let found = [];

const dialog = () => document.getElementById("palette");
const field = () => dialog().querySelector("input");
const list = () => document.getElementById("palette-list");
const options = () => [...list().querySelectorAll("[role=option]")];
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// Orders that were open, by address and title alone.
function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT)) ?? [];
  } catch {
    return [];
  }
}

function remember() {
  const [here, title] = [document.getElementById("here"), document.querySelector("h1[data-live=title]")];
  if (here && title) {
    const address = here.dataset.here.replace(/\/here$/, "");
    const others = recent().filter((one) => one.address !== address);
    const all = [{ address, title: title.textContent }, ...others].slice(0, MOST_RECENT);
    localStorage.setItem(RECENT, JSON.stringify(all));
  }
}

// Does what an element of the page is there for. A button that sends something is pressed by the reader alone.
function act(target) {
  if (target.matches("input, textarea, select, button")) {
    const folded = target.closest("details");
    if (folded) {
      folded.open = true;
    }
    target.focus();
  } else {
    target.click();
  }
}

// A link of the palette's own, so that it is followed like any other.
function follow(address) {
  const link = element("a", { href: address, hidden: "" });
  document.body.append(link);
  link.click();
  link.remove();
}

function groups() {
  const { actions, orders, recents, pages } = dialog().dataset;
  const acts = [...document.querySelectorAll("main [data-act]")].map((target) => {
    const { act: title, why, key } = target.dataset;
    return { title, why, key, run: () => act(target) };
  });
  const links = [...document.querySelectorAll("header.top nav a")].map((link) => {
    return { title: link.textContent.trim(), run: () => link.click() };
  });
  const go = (one) => ({ ...one, run: () => follow(one.address) });
  const words = plain(field().value).split(/\s+/);
  const isMeant = ({ title }) => words.every((word) => plain(title).includes(word));
  const known = new Set(found.map((one) => one.address));
  return [
    [actions, acts.filter(isMeant)],
    [orders, found.map(go)],
    [recents, recent().filter((one) => !known.has(one.address)).filter(isMeant).map(go)],
    [pages, links.filter(isMeant)],
  ].filter(([, entries]) => entries.length > 0);
}

function option({ title, detail, why, key, run }, index) {
  const made = element("div", { role: "option", id: `palette-${index}`, "aria-selected": "false" });
  made.append(element("span", {}, title));
  if (why || detail) {
    made.append(element("small", { class: "muted" }, why || detail));
  }
  if (key && !why) {
    made.append(element("kbd", { "aria-hidden": "true" }, key.toUpperCase()));
  }
  if (why) {
    made.setAttribute("aria-disabled", "true");
  }
  made.run = run;
  return made;
}

function draw() {
  let index = 0;
  const made = groups().map(([title, entries], place) =>
    element(
      "div",
      { role: "group", "aria-labelledby": `palette-group-${place}` },
      element("div", { id: `palette-group-${place}`, class: "muted small", role: "presentation" }, title),
      ...entries.map((entry) => option(entry, index++)),
    ),
  );
  list().replaceChildren(...made);
  list().hidden = index === 0;
  field().setAttribute("aria-expanded", String(index > 0));
  dialog().querySelector(".none").hidden = index > 0;
  choose(options().find((one) => !one.ariaDisabled) ?? options()[0]);
}

function choose(chosen) {
  for (const one of options()) {
    one.setAttribute("aria-selected", String(one === chosen));
  }
  field().setAttribute("aria-activedescendant", chosen?.id ?? "");
  chosen?.scrollIntoView({ block: "nearest" });
}

const chosen = () => options().find((one) => one.ariaSelected === "true");

function run(entry) {
  if (entry && entry.ariaDisabled !== "true") {
    dialog().close();
    entry.run();
  }
}

async function find() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const text = field().value.trim();
  try {
    const answer = text && (await fetch(`/find?${new URLSearchParams({ q: text })}`, { signal, redirect: "manual" }));
    found = answer && answer.ok ? await answer.json() : [];
  } catch {
    return;
  }
  if (!signal.aborted && dialog().open) {
    draw();
  }
}

function open() {
  if (document.querySelector("dialog[open]")) {
    return;
  }
  found = [];
  field().value = "";
  dialog().showModal();
  draw();
}

// What the keys of this page do, read off the page.
function tellKeys() {
  const keys = document.getElementById("keys");
  if (document.querySelector("dialog[open]")) {
    return;
  }
  const label = (one) => one.dataset.act || one.ariaLabel || one.placeholder || one.textContent.trim();
  const told = [...document.querySelectorAll("[data-key], [data-told]")].map((one) => [
    element("dt", { class: "own-key" }, element("kbd", {}, (one.dataset.key ?? one.dataset.told).toUpperCase())),
    element("dd", { class: "own-key" }, label(one)),
  ]);
  for (const old of keys.querySelectorAll(".own-key")) {
    old.remove();
  }
  keys.querySelector("dl").append(...told.flat());
  keys.showModal();
}

const areKeysOn = () => document.body.dataset.keys !== "off";
const isTyping = (target) => target.matches?.("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
    if (dialog()) {
      event.preventDefault();
      open();
    }
  } else if (event.key === "?" && areKeysOn() && !isTyping(event.target) && document.getElementById("keys")) {
    event.preventDefault();
    tellKeys();
  } else if (event.target.closest?.("#palette") && !event.isComposing) {
    const all = options();
    const place = all.indexOf(chosen());
    const to = { ArrowDown: place + 1, ArrowUp: place - 1 + all.length }[event.key];
    if (to !== undefined && all.length > 0) {
      event.preventDefault();
      choose(all[to % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(chosen());
    }
  }
});
document.addEventListener("input", (event) => {
  if (event.target.closest("#palette")) {
    draw();
    clearTimeout(pause);
    pause = setTimeout(find, PAUSE_MS);
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("#palette-open")) {
    open();
  } else if (event.target.closest("#keys-open")) {
    dialog().close();
    tellKeys();
  } else if (event.target.matches("dialog")) {
    event.target.close();
  } else {
    run(event.target.closest("#palette [role=option]"));
  }
});
// Who signs in here next, or elsewhere, is not told what was looked at.
document.addEventListener("submit", (event) => {
  if (["/sign-out", "/switch"].includes(event.target.getAttribute("action"))) {
    localStorage.removeItem(RECENT);
  }
});
document.addEventListener("desk:shown", remember);
remember();
