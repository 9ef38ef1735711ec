// Rows of the list: chosen by mouse and by key, and counted. Choosing works without this file; what is done with the
// chosen is a form.
const isTyping = (element) => element.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
const list = () => document.querySelector("form.chosen");
const boxes = () => [...list().querySelectorAll('tbody input[name="id"]')];
let anchor = null; // The box that a range begins at.

function tell() {
  const form = list();
  if (!form) {
    return;
  }
  const [all, page, said] = [boxes(), form.querySelector('input[name="page"]'), form.querySelector(".chosen-count")];
  const count = all.filter((box) => box.checked).length;
  page.checked = count > 0 && count === all.length;
  page.indeterminate = count > 0 && !page.checked;
  if (count > 0) {
    said.textContent = count === 1 ? said.dataset.one : said.dataset.many.replace("%", count);
  }
}

document.addEventListener("change", ({ target }) => {
  if (!target.closest?.("form.chosen .box")) {
    return;
  }
  if (target.name === "page") {
    for (const box of boxes()) {
      box.checked = target.checked;
    }
  }
  tell();
});

// With the shift key, what lies between the last box and this one becomes as this one.
document.addEventListener("click", (event) => {
  const { target } = event;
  if (!target.matches?.('form.chosen tbody input[name="id"]')) {
    return;
  }
  const all = boxes();
  const [from, to] = [all.indexOf(anchor), all.indexOf(target)];
  if (event.shiftKey && from >= 0) {
    for (const box of all.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      box.checked = target.checked;
    }
  }
  anchor = target;
  tell();
});

document.addEventListener("reset", ({ target }) => {
  if (target === list()) {
    setTimeout(tell);
  }
});

function move(by) {
  const rows = [...list().querySelectorAll("tbody tr")];
  const present = rows.indexOf(document.activeElement?.closest?.("tbody tr"));
  const next = present < 0 ? rows[0] : rows[present + by];
  const link = next?.querySelector("th a");
  link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const isKey = document.body.dataset.keys !== "off" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
  if (!isKey || isTyping(event.target) || !list() || event.target.closest("dialog")) {
    return;
  }
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    event.preventDefault();
    move(key === "j" ? 1 : -1);
  } else if (key === "x") {
    const box = document.activeElement?.closest?.("form.chosen tbody tr")?.querySelector('input[name="id"]');
    if (box) {
      event.preventDefault();
      box.checked = !box.checked;
      anchor = box;
      tell();
    }
  }
});

function setUp() {
  anchor = null;
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
  }
  tell();
}
document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-print]")) {
    print();
  }
});
document.addEventListener("desk:shown", setUp);
document.addEventListener("desk:rows", tell);
addEventListener("pageshow", tell);
setUp();
