// Rows of the list: chosen, tagged, exported and printed; what comes while it is open; views and columns.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { follow, inEveryLanguage, press, scenario, sees, turn, useBrowser } from "./browser.mjs";
import { fresh, order } from "./desk.mjs";

useBrowser();

const boxes = (page) => page.getByRole("table").locator("tbody").getByRole("checkbox");
const numbers = (page) => page.getByRole("table").getByRole("rowheader").getByRole("link").allTextContents();

/** A list of so many orders of a town of their own. */
async function town(page, count) {
  const city = fresh("Rangeville").replaceAll("-", "");
  const ship_to = { last_name: "Rang", city, country: "FR" };
  const made = [];
  for (let index = 0; index < count; index += 1) {
    made.unshift(await order({ ship_to }));
  }
  await page.goto(`/orders?q=${city}`);
  return { made, ship_to };
}

inEveryLanguage("O1 rows are chosen by key, as a range and all at once, and tagged", {}, async (page, t) => {
  const { made } = await town(page, 4);
  const said = (count) => sees(page, count === 1 ? t("chosen-one") : t("chosen-many", { count: `${count}` }));
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await said(1);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("x");
  await said(2);
  assert.deepEqual(await boxes(page).evaluateAll((all) => all.map((box) => box.checked)), [true, true, false, false]);
  await page.getByRole("button", { name: t("chosen-clear") }).click();
  await page.getByText(t("chosen-one")).waitFor({ state: "hidden" });
  await boxes(page).nth(1).click();
  await boxes(page).nth(3).click({ modifiers: ["Shift"] });
  await said(3);
  await page.getByRole("checkbox", { name: t("choose-page") }).click();
  await said(4);
  await page.getByRole("textbox", { name: t("filter-tag") }).filter({ visible: true }).fill("fragile");
  await press(page, t("chosen-tag"));
  await sees(page, t("outcome-many-done", { count: 4 }));
  await follow(page, page.getByRole("link", { name: t("to-the-list") }));
  assert.deepEqual(await numbers(page), made);
  assert.equal(await page.getByRole("cell", { name: "fragile" }).count(), 4);
});

inEveryLanguage("O1 chosen orders are exported and printed without a script too", { hasScript: false }, async (page, t) => {
  const { made } = await town(page, 3);
  await boxes(page).nth(0).check();
  await boxes(page).nth(2).check();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: t("chosen-csv") }).click(),
  ]);
  assert.equal((await readFile(await download.path(), "utf8")).trim().split("\n").length, 3);
  await page.getByRole("button", { name: t("print") }).click();
  await sees(page, t("print-title"));
  await sees(page, t("order-title", { number: made[0] }));
  assert.equal(await page.getByText(t("order-title", { number: made[1] })).count(), 0);
});

inEveryLanguage("O1 what comes is told, and shown without losing what is chosen", {}, async (page, t) => {
  const { made, ship_to } = await town(page, 2);
  await boxes(page).nth(1).click();
  await page.getByRole("link", { name: made[1], exact: true }).focus();
  const late = await order({ ship_to });
  // Who comes back to the page is told at once.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await sees(page, t("news-new-one"));
  assert.deepEqual(await numbers(page), made, "nothing moves by itself");
  await page.getByRole("link", { name: t("news-show") }).click();
  await page.getByRole("link", { name: late, exact: true }).waitFor();
  assert.deepEqual(await numbers(page), [late, ...made]);
  assert.deepEqual(await boxes(page).evaluateAll((all) => all.map((box) => box.checked)), [false, false, true]);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), made[1]);
  await page.getByText(t("news-new-one")).waitFor({ state: "hidden" });
});

for (const hasScript of [true, false]) {
  scenario("O1 a view is kept, counted, and removed after a question", { hasScript }, async (page, t) => {
    await town(page, 2);
    const name = fresh("View");
    await page.getByText(t("view-save"), { exact: true }).first().click();
    await page.getByRole("textbox", { name: t("view-name") }).fill(name);
    await press(page, t("view-save"));
    await page.getByRole("navigation", { name: t("views") }).getByRole("link", { name: `${name} 2` }).waitFor();
    await page.getByText(t("view-save"), { exact: true }).first().click();
    await follow(page, page.getByRole("link", { name: t("views-arrange") }));
    await follow(page, page.getByRole("link", { name: `${t("view-delete")} ${name}` }));
    await sees(page, t("view-delete-title", { view: name }));
    await press(page, t("view-delete"));
    assert.equal(await page.getByRole("textbox", { name }).count(), 0);
  });

  scenario("O1 columns are chosen and moved", { hasScript }, async (page, t) => {
    const titles = async () => (await page.getByRole("columnheader").allTextContents()).slice(1).map((title) => title.trim());
    const first = await titles();
    const open = () => page.locator("summary").filter({ hasText: t("columns") }).click();
    await open();
    await page.getByRole("checkbox", { name: t("column-email") }).check();
    await page.getByRole("checkbox", { name: t("column-coverage") }).uncheck();
    await press(page, t.save);
    assert.deepEqual(await titles(), [...first.filter((title) => title !== t("column-coverage")), t("column-email")]);
    await open();
    await turn(page, () => page.getByRole("button", { name: `${t("move-earlier")}: ${t("column-customer")}` }).click());
    assert.deepEqual((await titles()).slice(0, 3), [t("column-number"), t("column-customer"), t("column-placed")]);
    await press(page, t("columns-first"));
    assert.deepEqual(await titles(), first);
  });
}
