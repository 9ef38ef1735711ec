// Counts down to when something that was confirmed goes out. Without this file the page says how long it was when it
// was made; who wants less motion sees no number move either. Only the end is announced.
const TICK_MS = 250;
const SENT_MS = 2_000; // By then the worker has seen that the time is over.

const ends = new WeakMap();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let timer = 0;

function over(box) {
  const notice = box.closest(".waiting");
  notice.querySelector("strong").textContent = box.dataset.now;
  for (const form of notice.querySelectorAll("form")) {
    form.hidden = true;
  }
  document.getElementById("said").textContent = box.dataset.now;
  setTimeout(() => document.dispatchEvent(new CustomEvent("desk:look")), SENT_MS);
}

function tick() {
  const boxes = [...document.querySelectorAll("[data-goes-out]")];
  for (const box of boxes) {
    if (!ends.has(box)) {
      ends.set(box, performance.now() + Number(box.dataset.goesOut) * 1000);
    }
    const left = Math.ceil((ends.get(box) - performance.now()) / 1000);
    const text = box.textContent.replace(/\d+/, Math.max(left, 0));
    if (left <= 0) {
      over(box);
    } else if (!calm.matches && text !== box.textContent) {
      box.textContent = text;
    }
  }
  if (boxes.length === 0) {
    clearInterval(timer);
    timer = 0;
  }
}

function begin() {
  if (!timer) {
    timer = setInterval(tick, TICK_MS);
    tick();
  }
}
document.addEventListener("desk:shown", begin);
begin();
