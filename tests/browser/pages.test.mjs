// Every page as assistive technology has it, in light and dark, wide and narrow; and what a page costs to load.
import assert from "node:assert/strict";
import { get } from "node:http";
import { test } from "node:test";
import { violationsOn } from "./axe.mjs";
import { context, expect, inEveryLanguage, openOrder, session, useBrowser } from "./browser.mjs";
import { desk, order } from "./desk.mjs";
import { paths } from "./places.mjs";

useBrowser();

/** Whether anything but what scrolls by itself is wider than the page. */
const isTooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

/** Opens what is folded away here, or one of it, and closes the rest. */
const openOnly = (page, selector, only) =>
  page.evaluate(
    ([selector, only]) => {
      for (const one of document.querySelectorAll("details")) {
        one.open = false;
      }
      [...document.querySelectorAll(selector)].forEach((one, index) => (one.open = only === null || index === only));
    },
    [selector, only ?? null],
  );

for (const isDark of [false, true]) {
  for (const width of [1280, 360]) {
    const shown = `${isDark ? "dark" : "light"}, ${width} px`;
    test(`axe finds nothing on any page [${shown}]`, async () => {
      const { made, wrong } = await context({ isDark, width, language: isDark ? "fr" : "en" });
      const found = [];
      try {
        const page = await made.newPage();
        const tell = async (path) => {
          found.push(...(await violationsOn(page)).map((one) => `${path}: ${one}`));
          if (await isTooWide(page)) {
            found.push(`${path}: wider than ${width} px`);
          }
        };
        const look = async (path) => {
          await page.goto(path);
          await openOnly(page, "main details:not(.menu)");
          await tell(path);
        };
        // Menus lie over the page and over each other, so each is looked at alone.
        const lookIntoMenus = async (path) => {
          await page.goto(path);
          const count = await page.locator("main details.menu").count();
          for (let index = 0; index < count; index += 1) {
            await openOnly(page, "main details.menu", index);
            await tell(`${path}, menu ${index + 1}`);
          }
        };
        await look("/sign-in");
        await look("/password/forgotten");
        await made.addCookies(await session(desk.people.admin));
        const all = await paths(page);
        for (const path of all) {
          await look(path);
        }
        await lookIntoMenus(all.find((path) => path === "/orders"));
        await lookIntoMenus(all.find((path) => path.startsWith("/orders/")));
        assert.deepEqual(found, []);
        assert.deepEqual(wrong, []);
      } finally {
        await made.close();
      }
    });
  }
}

inEveryLanguage("O2 the items of an order are read at 360 px without scrolling sideways", { width: 360 }, async (page, t) => {
  await openOrder(page, t, await order());
  const items = page.getByRole("group", { name: t("items") });
  await expect(items, t("hs-code"));
  assert.ok(await items.evaluate((box) => box.scrollWidth <= box.clientWidth));
});

/** What is sent for a path: how many bytes, compressed how. */
function sent(path, headers) {
  return new Promise((found, failed) => {
    const asked = get(`${desk.url}${path}`, { headers: { "accept-encoding": "gzip", ...headers } }, (answer) => {
      let size = 0;
      answer.on("data", (bytes) => (size += bytes.length));
      answer.on("end", () => found({ size, encoding: answer.headers["content-encoding"] }));
    });
    asked.on("error", failed);
  });
}

async function sessionCookie() {
  const cookies = await session(desk.people.admin);
  const { name, value } = cookies.find(({ name }) => name === "__Host-desk");
  return `${name}=${value}`;
}

test("style and scripts are under 200 KB together as they are sent", async (t) => {
  const { made, wrong } = await context();
  await made.addCookies(await session(desk.people.admin));
  const page = await made.newPage();
  const assets = new Set();
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/assets/")) {
      assets.add(pathname);
    }
  });
  await page.goto("/orders", { waitUntil: "load" });
  await page.goto((await paths(page))[3], { waitUntil: "load" });
  assert.ok(assets.size >= 2);
  let all = 0;
  for (const path of assets) {
    const { size, encoding } = await sent(path, {});
    assert.equal(encoding, "gzip", path);
    all += size;
  }
  t.diagnostic(`${assets.size} files, ${all} bytes`);
  assert.ok(all > 1_000 && all < 200_000, `${all} bytes`);
  assert.deepEqual(wrong, []);
  await made.close();
});

test("a page is compressed, but not one that another site asks for", async () => {
  const cookie = await sessionCookie();
  const encoding = async (site) => (await sent("/orders", { cookie, "sec-fetch-site": site })).encoding;
  assert.equal(await encoding("same-origin"), "gzip");
  assert.equal(await encoding("cross-site"), undefined);
});
