// Keys for what the page offers anyway; every page works without this file.
const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  const isOff = document.body.dataset.keys === "off" || document.querySelector("dialog[open]");
  if (isOff || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
    return;
  }
  const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target) {
    return;
  }
  event.preventDefault();
  if (isTyping(target)) {
    target.focus();
  } else {
    target.click();
  }
});

// A menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

// Who edits their own value means to save it.
document.addEventListener("input", (event) => {
  const mine = event.target.closest?.(".clash")?.querySelector("[value=mine]");
  if (mine && event.target.type !== "radio") {
    mine.checked = true;
  }
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  // What is shown in a frame of the page may be shown again.
  if (event.submitter?.formTarget) {
    return;
  }
  if (event.target.dataset.sent) {
    event.preventDefault();
  }
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});

// What is shown once is copied with one press.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) {
    return;
  }
  const field = document.getElementById(button.dataset.copy);
  field.select();
  await navigator.clipboard.writeText(field.value);
  button.textContent = button.dataset.copied;
});
