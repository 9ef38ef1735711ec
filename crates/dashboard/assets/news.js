// What came since the list was shown: asked quietly while someone looks at it, told in a bar that moves no row. Showing
// it keeps the place, the chosen rows and the focus.
const EVERY_MS = 10_000;
const MOST_MS = 300_000; // The longest wait between two questions that fail.
const LIMIT_MS = 8_000;

const bar = () => document.getElementById("news");
let [wait, timer] = [EVERY_MS, 0];

function plan() {
  clearTimeout(timer);
  if (bar() && !document.hidden) {
    timer = setTimeout(ask, wait);
  }
}

function tell(box, { text, count }) {
  const tab = document.querySelector(".tabs a[aria-current] .count");
  if (tab && count !== null && count !== undefined) {
    tab.textContent = count;
  }
  // Said once: what is the same is not announced again.
  if (text === (box.querySelector("span")?.textContent ?? "")) {
    return;
  }
  box.replaceChildren();
  if (text) {
    const words = document.getElementById("news-words").content.cloneNode(true);
    words.querySelector("span").textContent = text;
    box.append(words);
  }
}

async function ask() {
  const box = bar();
  if (!box) {
    return;
  }
  const seen = [...document.querySelectorAll("tr[data-row]")].map((row) => row.dataset.row);
  const { list, newest, open, total } = box.dataset;
  const query = new URLSearchParams(list);
  for (const [name, value] of Object.entries({ newest, open, total, seen: seen.join(",") })) {
    query.set(name, value ?? "");
  }
  try {
    const answer = await fetch(`/orders/news?${query}`, { signal: AbortSignal.timeout(LIMIT_MS) });
    if (answer.redirected || answer.status === 403) {
      return; // Signed out, or not allowed any more: the next page says so.
    }
    if (!answer.ok) {
      throw new Error(answer.statusText);
    }
    const news = await answer.json();
    wait = EVERY_MS;
    if (box.isConnected) {
      box.dataset.newest = news.newest;
      tell(box, news);
    }
  } catch {
    wait = Math.min(wait * 2, MOST_MS);
  }
  plan();
}

// The row that had the focus before the bar took it.
let focus = null;
document.addEventListener("focusin", ({ target }) => {
  const row = target.closest?.("form.chosen tbody tr");
  if (row || !target.closest?.("#news")) {
    focus = row ? idOf(row) : null;
  }
});

const idOf = (row) => row.querySelector('input[name="id"]').value;
const rowsOf = (root) => [...root.querySelectorAll("form.chosen tbody tr")];

// Puts the rows of a page in place of the present ones; chosen rows that are not on it stay at the end.
function put(page) {
  const before = new Map(rowsOf(document).map((row) => [idOf(row), row]));
  const fresh = rowsOf(page);
  const isChosen = (id) => before.get(id)?.querySelector('input[name="id"]').checked;
  const ids = new Set(fresh.map(idOf));
  for (const row of fresh) {
    row.querySelector('input[name="id"]').checked = Boolean(isChosen(idOf(row)));
    row.classList.toggle("is-new", !before.has(idOf(row)));
  }
  const kept = [...before].filter(([id]) => !ids.has(id) && isChosen(id)).map(([, row]) => row);
  document.querySelector("form.chosen tbody").replaceChildren(...fresh, ...kept);
  for (const part of [".tabs", ".pages", "#news", 'form.chosen input[name="page"]']) {
    const next = page.querySelector(part);
    if (next) {
      document.querySelector(part)?.replaceWith(next);
    }
  }
}

async function show(link) {
  const answer = await fetch(link.href, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.redirected || !page.querySelector("form.chosen") || !document.querySelector("form.chosen")) {
    location.assign(link.href);
    return;
  }
  const first = scrollY > 0 && rowsOf(document).find((row) => row.getBoundingClientRect().bottom > 0);
  const [held, top] = first ? [idOf(first), first.getBoundingClientRect().top] : [];
  put(page);
  const find = (id) => id && rowsOf(document).find((row) => idOf(row) === id);
  (find(focus)?.querySelector("th a") ?? document.querySelector("form.chosen tbody th a")).focus({ preventScroll: true });
  const anchor = find(held);
  if (anchor) {
    scrollBy(0, anchor.getBoundingClientRect().top - top);
  }
  document.dispatchEvent(new CustomEvent("desk:rows"));
  begin();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#news a");
  const isOther = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  // From another page of the list it leads to the first one, as any link does.
  if (link && !isOther && bar().dataset.first !== undefined) {
    event.preventDefault();
    show(link).catch(() => location.assign(link.href));
  }
});

function begin() {
  wait = EVERY_MS;
  plan();
}
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden && bar()) {
    ask();
  }
});
document.addEventListener("desk:shown", begin);
begin();
