// All orders, arranged: views that people keep, columns, and what is done with chosen rows.
import assert from "node:assert/strict";
import { follow, inEveryLanguage, press, sees, signIn, useBrowser } from "./browser.mjs";
import { fresh, order, person } from "./desk.mjs";

useBrowser();

const tabs = (page, t) => page.getByRole("navigation", { name: t("views") });
const summary = (page, name) => page.locator("summary").filter({ hasText: name });

async function search(page, t, text) {
  await page.getByRole("searchbox", { name: t("search") }).fill(text);
  await press(page, t("search"));
}

/** Two orders that one word finds. */
async function two() {
  const city = fresh("Deux").replaceAll("-", "");
  const ship_to = { last_name: "Deux", city, country: "FR" };
  return { city, numbers: [await order({ ship_to }), await order({ ship_to })] };
}

inEveryLanguage("O1 a view is saved as a tab with its count, and deleted after asking", { as: null }, async (page, t) => {
  await signIn(page, t, await person("admin"));
  const { city } = await two();
  await search(page, t, city);
  await summary(page, t("view-save")).click();
  const name = fresh("Vue");
  await page.getByLabel(t("view-name"), { exact: true }).fill(name);
  await press(page, t("view-save"));
  const tab = tabs(page, t).getByRole("link", { name });
  await tab.waitFor();
  assert.equal((await tab.textContent()).replace(/\s+/g, " ").trim(), `${name} 2`);
  await follow(page, page.getByRole("navigation", { name: t("nav-main") }).getByRole("link", { name: t.orders, exact: true }));
  await follow(page, tab);
  assert.equal(await page.getByRole("rowheader").count(), 2);
  await summary(page, t("view-save")).click();
  await follow(page, page.getByRole("link", { name: t("views-arrange") }));
  await follow(page, page.getByRole("link", { name: `${t("view-delete")} ${name}` }));
  await sees(page, t("view-delete-title", { view: name }));
  await press(page, t("view-delete"));
  assert.equal(await page.getByText(name, { exact: true }).count(), 0);
});

for (const hasScript of [true, false]) {
  inEveryLanguage("O1 chosen orders are tagged together, and each is told", { hasScript }, async (page, t) => {
    const { city, numbers } = await two();
    await search(page, t, city);
    for (const number of numbers) {
      await page.getByRole("checkbox", { name: t("choose-order", { number }) }).check();
    }
    const bar = page.getByRole("group", { name: t("chosen-do") });
    await bar.getByRole("textbox", { name: t("filter-tag") }).fill("ensemble");
    await press(bar, t("chosen-tag"));
    await page.getByRole("heading", { name: t("chosen-added", { tag: "ensemble" }) }).waitFor();
    await sees(page, t("outcome-many-done", { count: 2 }));
    await follow(page, page.getByRole("link", { name: numbers[0], exact: true }));
    await page.getByRole("button", { name: t("untag", { tag: "ensemble" }) }).waitFor();
  });
}

inEveryLanguage("O1 columns are a person's own", { as: null }, async (page, t) => {
  await signIn(page, t, await person());
  const header = page.getByRole("columnheader", { name: t("column-city"), exact: true });
  assert.equal(await header.count(), 0);
  await summary(page, t("columns")).click();
  await page.getByRole("checkbox", { name: t("column-city"), exact: true }).check();
  await press(page, t.save);
  await header.waitFor();
  await page.goto("/orders");
  await header.waitFor();
});
