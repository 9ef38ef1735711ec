// Pages without a reload: what a link or a form of ours leads to is fetched, and its body takes the place of this one.
// Whatever is odd is left to the browser: another site, a file, a failure, another version of these scripts, and what
// lies within [data-plain]. Within [data-stay] one stays where one is on the page.
//
// Another script sets up what it adds in a function that it calls once itself and at every "desk:shown" of the
// document; "desk:leaving" comes before a page goes. What carries [data-stays] outlives the page.
const SLOW_MS = 300; // Nothing turns before this.
const HOVER_MS = 65; // Shorter than this, a pointer only passes by.
const FRESH_MS = 5000; // A page fetched ahead is shown for so long.

const root = document.documentElement;
let running = new AbortController();
let ahead = null;
let place = history.state?.place ?? 0;

const isPlain = (element) => element.closest("[data-plain]") !== null;
// A file has an ending; a page has none.
const isPage = (url) => url.origin === location.origin && !/\.\w+$/.test(url.pathname);
const pathOf = (url) => url.pathname + url.search;

function linkAt(target) {
  const link = target instanceof Element && target.closest("a[href]");
  if (!link || link.target || link.hasAttribute("download") || isPlain(link)) {
    return null;
  }
  const url = new URL(link.href);
  const isHere = url.href.includes("#") && pathOf(url) === pathOf(location);
  return isPage(url) && !isHere ? link : null;
}

async function ask(url, options) {
  const answer = await fetch(url, { ...options, headers: { accept: "text/html" } });
  if (!answer.headers.get("content-type")?.startsWith("text/html")) {
    throw new TypeError("not a page");
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, url: new URL(answer.url), isMoved: answer.redirected, status: answer.status };
}

function fetchAhead(url) {
  if (ahead?.url === url || navigator.connection?.saveData) {
    return;
  }
  // A failure is the visit's to find again.
  ahead = { url, at: performance.now(), answer: ask(url).catch(() => null) };
}

function takeAhead(url) {
  const taken = ahead?.url === url && performance.now() - ahead.at < FRESH_MS ? ahead.answer : null;
  ahead = null;
  return taken;
}

// The style and scripts that a page needs; others than ours, and it has to be loaded whole.
const needs = (page) =>
  [...page.head.querySelectorAll("link[rel=stylesheet], script")]
    .map((one) => one.getAttribute("href") ?? one.getAttribute("src"))
    .join(" ");
const fits = (page) => page.getElementById("main") !== null && needs(page) === needs(document);

// What stands for this element on the next page.
function alike(element) {
  const within = (selector) => document.querySelector(selector);
  if (element?.id) {
    return document.getElementById(element.id);
  }
  const [href, form] = [element?.getAttribute("href"), element?.closest("form")];
  if (href) {
    return within(`#main a[href="${CSS.escape(href)}"]`);
  }
  const action = form?.getAttribute("action");
  const field = element?.name ? `[name="${CSS.escape(element.name)}"]` : "input:not([type=hidden]), textarea";
  return action ? within(`form[action="${CSS.escape(action)}"]`)?.querySelector(field) : null;
}

function put(page) {
  document.dispatchEvent(new CustomEvent("desk:leaving"));
  for (const one of page.querySelectorAll("[data-stays]")) {
    one.remove();
  }
  document.title = page.title;
  root.lang = page.documentElement.lang;
  for (const name of document.body.getAttributeNames()) {
    document.body.removeAttribute(name);
  }
  for (const { name, value } of page.body.attributes) {
    document.body.setAttribute(name, value);
  }
  const staying = document.querySelectorAll("[data-stays]");
  document.body.replaceChildren(...page.body.childNodes, ...staying);
}

// Puts focus and view where the reader expects them, and says where that is.
function settle({ stayed, top, y }) {
  const main = document.getElementById("main");
  const same = stayed && alike(stayed);
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const wanted = ["[aria-invalid=true]", ".clash input[type=radio]", "[autofocus]"];
  const focused = same || wanted.map((one) => main.querySelector(one)).find(Boolean) || main;
  focused.focus({ preventScroll: true });
  if (same) {
    scrollBy(0, same.getBoundingClientRect().top - top);
  } else if (target && y === undefined) {
    target.scrollIntoView();
  } else {
    scrollTo(0, y ?? 0);
  }
  document.getElementById("said").textContent =
    main.querySelector("[role=alert], .notice[role=status]")?.textContent.trim() || document.title;
}

async function show(page, view) {
  const change = () => {
    put(page);
    settle(view);
    document.dispatchEvent(new CustomEvent("desk:shown"));
  };
  const isStill = view.stayed || document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isStill || !document.startViewTransition) {
    change();
    return;
  }
  const transition = document.startViewTransition(change);
  transition.ready.catch(() => {}); // Another one has begun meanwhile.
  await transition.updateCallbackDone;
}

// Fetches and shows; `push` says whether the address goes into the history, `failed` what to do when all is lost.
async function visit(url, { options = {}, view = {}, push = true, failed }) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const slow = setTimeout(() => root.toggleAttribute("data-busy", true), SLOW_MS);
  try {
    const isSending = options.method === "post";
    const got = (!isSending && (await takeAhead(url.href))) || (await ask(url, { ...options, signal }));
    if (signal.aborted) {
      return;
    }
    if (!fits(got.page) && (!isSending || got.isMoved)) {
      location.assign(got.url);
      return;
    }
    // The answer to a form that leads nowhere else has no address of its own.
    const to = isSending && !got.isMoved ? location.href : got.url.href + (got.url.hash ? "" : url.hash);
    if (push && !(isSending && got.status >= 400)) {
      const isSame = to === location.href && !isSending;
      place += isSame ? 0 : 1;
      history[isSame ? "replaceState" : "pushState"]({ place }, "", to);
    }
    await show(got.page, view);
  } catch (error) {
    if (error.name !== "AbortError") {
      failed(error);
    }
  } finally {
    clearTimeout(slow);
    if (!signal.aborted) {
      root.removeAttribute("data-busy");
    }
  }
}

function viewFrom(element) {
  const stayed = element.closest("[data-stay]") && alike(element);
  return stayed ? { stayed, top: stayed.getBoundingClientRect().top } : {};
}

document.addEventListener("click", (event) => {
  const link = event.button === 0 && !event.defaultPrevented && linkAt(event.target);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
    return;
  }
  event.preventDefault();
  const url = new URL(link.href);
  visit(url, { view: viewFrom(link), failed: () => location.assign(url) });
});

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  // A field may be called "action", and then hides the form's own.
  const said = (name) => submitter?.getAttribute(`form${name}`) ?? form.getAttribute(name) ?? "";
  const [method, url] = [said("method").toLowerCase() || "get", new URL(said("action") || location.href, location.href)];
  const isOurs = ["get", "post"].includes(method) && isPage(url) && !said("target") && !said("enctype");
  if (event.defaultPrevented || !isOurs || isPlain(submitter ?? form)) {
    return;
  }
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, submitter));
  const view = viewFrom(submitter ?? form);
  const again = () => delete form.dataset.sent;
  if (method === "get") {
    url.search = fields;
    visit(url, { view, failed: () => location.assign(url) }).then(again);
    return;
  }
  ahead = null;
  // Whether it arrived is not known, so nothing is sent again by itself.
  const failed = () => {
    document.getElementById("lost").hidden = false;
  };
  visit(url, { options: { method, body: fields }, view, failed }).then(again);
});

// Other pages are fetched while a pointer rests on their link or goes down on it.
let resting;
document.addEventListener("pointerover", (event) => {
  clearTimeout(resting);
  const link = event.pointerType === "mouse" && linkAt(event.target);
  if (link) {
    resting = setTimeout(() => fetchAhead(link.href), HOVER_MS);
  }
});
document.addEventListener("pointerdown", (event) => {
  const link = event.button === 0 && linkAt(event.target);
  if (link) {
    fetchAhead(link.href);
  }
});

// Back and forward: fetched anew, where one was on the page.
history.scrollRestoration = "manual";
history.replaceState({ ...history.state, place }, "");
scrollTo(0, history.state.y ?? scrollY);
let scrolled;
addEventListener("scroll", () => {
  clearTimeout(scrolled);
  scrolled = setTimeout(() => history.replaceState({ ...history.state, place, y: scrollY }, ""), 100);
});
addEventListener("popstate", (event) => {
  clearTimeout(scrolled);
  if (event.state === null || event.state.place === place) {
    history.replaceState({ place }, "");
    return;
  }
  place = event.state.place;
  visit(new URL(location.href), { view: { y: event.state.y ?? 0 }, push: false, failed: () => location.reload() });
});
