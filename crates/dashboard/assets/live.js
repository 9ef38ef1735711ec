// An open page of an order says every few seconds that it is there, and hears who else is and what has changed. New
// activity and badges come in by themselves, the rest when the reader asks for it; what is being typed stays.
const EVERY_MS = 12_000;
const MOST_MS = 300_000;
const AT_ONCE = "badges";

let here = null;
let waits = EVERY_MS;
let timer;
let fresh = null;

const changed = () => document.getElementById("changed");
const regions = (page) => [...page.querySelectorAll("[data-live]")];

function fields(more) {
  const form_token = document.querySelector("input[name=form_token]").value;
  const { place, version } = here.dataset;
  return new URLSearchParams({ form_token, place, version, ...more });
}

function leave() {
  if (here) {
    navigator.sendBeacon(here.dataset.here, fields({ leaving: "yes" }));
  }
}

async function tell() {
  clearTimeout(timer);
  const at = here;
  if (!at || document.hidden) {
    return;
  }
  try {
    const answer = await fetch(at.dataset.here, { method: "post", body: fields({}), redirect: "manual" });
    if (answer.status >= 500) {
      throw new Error(answer.statusText);
    }
    // Signed out, or the order is not to be seen any more: nothing to ask for.
    if (!answer.ok) {
      return;
    }
    waits = EVERY_MS;
    await hear(at, await answer.json());
  } catch {
    waits = Math.min(waits * 2, MOST_MS);
  }
  if (at === here) {
    timer = setTimeout(tell, waits);
  }
}

async function hear(at, { version, here: others, changed: said }) {
  if (at !== here) {
    return;
  }
  const shown = [...at.children].map((one) => one.textContent);
  if (shown.join("\n") !== others.join("\n")) {
    at.replaceChildren(
      ...others.map((text) => Object.assign(document.createElement("span"), { className: "pill", textContent: text })),
    );
  }
  if (!said || version <= Number(at.dataset.version) || version === fresh?.version) {
    return;
  }
  await bring(at, version);
  if (at === here) {
    say(said);
  }
}

// Fetches the page as it is now; what moves nothing is put in at once.
async function bring(at, version) {
  if (regions(document).length === 0) {
    fresh = { version, page: document };
    return;
  }
  const url = new URL(location.href);
  url.searchParams.delete("done");
  const answer = await fetch(url, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (at !== here || !page.getElementById("here")) {
    return;
  }
  fresh = { version, page };
  put((region) => region.dataset.live === AT_ONCE);
  const list = document.getElementById("events");
  const newest = Number(list.firstElementChild?.dataset.seq ?? 0);
  const added = [...page.querySelectorAll("#events > li")].filter((one) => Number(one.dataset.seq) > newest);
  if (!url.searchParams.get("before")) {
    list.prepend(...added);
    for (const one of added) {
      one.classList.add("fresh");
    }
  }
}

const isTyped = (region) =>
  region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")
    ? true
    : [...region.querySelectorAll("input:not([type=hidden]), textarea")].some((one) => one.value !== one.defaultValue);

const differing = () =>
  regions(document)
    .map((region) => [region, fresh.page.querySelector(`[data-live="${region.dataset.live}"]`)])
    .filter(([region, next]) => next && region.innerHTML !== next.innerHTML);

// Puts in the regions that are wanted and differ, but for those in which something is typed; gives back the first.
function put(isWanted) {
  const done = differing().filter(([region]) => isWanted(region) && !isTyped(region));
  for (const [region, next] of done) {
    region.replaceChildren(...next.cloneNode(true).childNodes);
    region.classList.add("fresh");
  }
  return done[0]?.[0];
}

function say(text) {
  const toast = changed();
  toast.querySelector("span").textContent = text;
  toast.querySelector(".show").hidden = regions(document).length === 0;
  toast.hidden = false;
  document.getElementById("said").textContent = text;
}

function show() {
  const first = put(() => true) ?? document.querySelector("#events > .fresh");
  here.dataset.version = fresh.version;
  changed().hidden = true;
  if (first) {
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "nearest" });
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#changed .show")) {
    show();
  } else if (event.target.closest("#changed .close")) {
    here.dataset.version = fresh?.version ?? here.dataset.version;
    changed().hidden = true;
  }
});

function begin() {
  here = document.getElementById("here");
  fresh = null;
  waits = EVERY_MS;
  tell();
}
document.addEventListener("desk:leaving", leave);
document.addEventListener("desk:shown", begin);
document.addEventListener("visibilitychange", tell);
document.addEventListener("desk:look", tell);
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => event.persisted && begin());
begin();
