// One Chromium for a test file, and visitors in it: people who see what it shows and press what it names.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { desk } from "./desk.mjs";
import { words } from "./words.mjs";

const LIMIT_MS = 15_000;
let browser;

/** Call once at the top of a file. What is confirmed goes out at once, unless it can be undone for so long. */
export function useBrowser({ undo_s = 0 } = {}) {
  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
    await setUndo(undo_s);
  });
  after(() => browser?.close());
}

async function setUndo(seconds) {
  const { made } = await context();
  await made.addCookies(await session(desk.people.admin));
  const page = await made.newPage();
  await page.goto("/settings/policies");
  await page.getByLabel(words.en("policies-undo")).fill(`${seconds}`);
  await press(page, words.en.save);
  await made.close();
}

/** A context in which nobody is signed in; what goes wrong behind the page is in `wrong`. */
export async function context({ language = "en", isDark = false, width = 1280, hasScript = true } = {}) {
  const locale = { en: "en-US", fr: "fr-FR" }[language];
  const made = await browser.newContext({
    locale,
    baseURL: desk.url,
    colorScheme: isDark ? "dark" : "light",
    viewport: { width, height: 900 },
    javaScriptEnabled: hasScript,
    acceptDownloads: true,
  });
  made.setDefaultTimeout(LIMIT_MS);
  const wrong = [];
  made.on("console", (message) => {
    // A page that says no has the status of a no, which the console calls an error.
    const isRefusal = /the server responded with a status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !isRefusal) {
      wrong.push(`console: ${message.text()}`);
    }
  });
  made.on("weberror", (error) => wrong.push(`script: ${error.error()}`));
  made.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${desk.url}/`) && !url.startsWith("data:")) {
      wrong.push(`left the desk: ${url}`);
    }
  });
  made.on("response", (response) => {
    if (response.status() >= 500) {
      wrong.push(`${response.status()}: ${response.url()}`);
    }
  });
  return { made, wrong };
}

/** Signs in by the words on the page. */
export async function signIn(page, t, { email, password }) {
  await page.goto("/");
  await page.getByLabel(t.email, { exact: true }).fill(email);
  await page.getByLabel(t.password, { exact: true }).fill(password);
  await press(page, t.signIn);
}

const sessions = new Map();
/** The cookies of someone who signed in once for this file. */
export async function session(who) {
  if (!sessions.has(who.email)) {
    const { made } = await context();
    const page = await made.newPage();
    await signIn(page, words.en, who);
    await page.getByRole("heading", { name: words.en.allOrders }).waitFor();
    sessions.set(who.email, await made.cookies());
    await made.close();
  }
  return sessions.get(who.email);
}

/**
 * A test in which someone is signed in (`as: null` for nobody): it gets a page and the words of its language, and
 * fails on any error behind the page as well.
 */
export function scenario(name, options, body) {
  const { as = desk.people.admin, language = "en" } = options;
  test(`${name} [${language}${options.hasScript === false ? ", no script" : ""}]`, async () => {
    const { made, wrong } = await context(options);
    try {
      const page = await made.newPage();
      if (as) {
        await made.addCookies(await session(as));
        await page.goto("/orders");
      }
      await body(page, words[language]);
      assert.deepEqual(wrong, []);
    } finally {
      await made.close();
    }
  });
}

/** The same scenario in every language. */
export function inEveryLanguage(name, options, body) {
  for (const language of Object.keys(words)) {
    scenario(name, { ...options, language }, body);
  }
}

/** Does what leads to another page, and waits until that is there: by itself or put in place by a script. */
export async function turn(page, act) {
  await page.locator("main").evaluate((main) => main.setAttribute("data-before", ""));
  await act();
  await page.locator("main:not([data-before])").waitFor();
}

/** Presses what leads to another page. */
export const follow = (page, link) => turn(page, () => link.click());

/** Presses the button of this name, which leads to another page. */
export const press = (within, name) => {
  const page = within.page?.() ?? within;
  return follow(page, within.getByRole("button", { name, exact: true }));
};

/** Waits until the text is to be seen. */
export async function sees(page, text) {
  const found = page.getByText(text).filter({ visible: true }).first();
  await found.waitFor().catch((error) => {
    throw new Error(`the page ${page.url()} does not say “${text}”`, { cause: error });
  });
}

/** Finds an order as the document says: Orders, All orders, the search bar, and opens it. */
export async function openOrder(page, t, number) {
  await follow(page, page.getByRole("navigation", { name: t("nav-main") }).getByRole("link", { name: t.orders, exact: true }));
  await page.getByRole("heading", { name: t.allOrders }).waitFor();
  await page.getByRole("searchbox", { name: t("search") }).fill(number);
  await press(page, t("search"));
  await follow(page, page.getByRole("link", { name: number, exact: true }));
  await page.getByRole("heading", { name: t("order-title", { number }), level: 1 }).waitFor();
}

/** More actions, then this one. */
export async function chooseAction(page, t, name) {
  await page.getByText(t.moreActions, { exact: true }).click();
  await follow(page, page.getByRole("link", { name, exact: true }));
}

/** More actions has this one, but off: it says why, and the page behind it says the same and what to do instead. */
export async function whyNot(page, t, name, ...said) {
  await page.getByText(t.moreActions, { exact: true }).click();
  const entry = page.getByRole("listitem").filter({ hasText: name });
  await entry.first().waitFor();
  assert.equal(await page.getByRole("link", { name, exact: true }).count(), 0, `${name} is offered`);
  for (const text of said) {
    await expect(entry.first(), text);
  }
  await follow(page, entry.first().getByRole("link", { name: t("why-not") }));
  for (const text of said) {
    await expect(page.getByRole("alert"), text);
  }
}

/** Waits until this part of the page holds the text. */
export async function expect(part, text) {
  const found = part.filter({ hasText: text }).first();
  await found.waitFor({ state: "attached" }).catch((error) => {
    throw new Error(`${part} does not say “${text}”`, { cause: error });
  });
}

/** As `sees`, for what the worker does by itself: loads the page again until it is done. */
export async function becomes(page, text) {
  const end = Date.now() + LIMIT_MS;
  while (!(await page.getByText(text).filter({ visible: true }).first().isVisible())) {
    assert.ok(Date.now() < end, `${page.url()} never says “${text}”`);
    await page.reload();
  }
}
