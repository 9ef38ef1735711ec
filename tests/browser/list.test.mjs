// All orders: searching, filtering, exporting.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { follow, inEveryLanguage, press, scenario, sees, turn, useBrowser } from "./browser.mjs";
import { fresh, order } from "./desk.mjs";

useBrowser();

const rows = (page) => page.getByRole("table").getByRole("rowheader");
const numbers = async (page) =>
  (await rows(page).getByRole("link").allTextContents()).map((number) => number.trim());

async function search(page, t, words) {
  await page.getByRole("searchbox", { name: t("search") }).fill(words);
  await press(page, t("search"));
  await page.waitForURL((url) => url.searchParams.get("q") === words);
}

inEveryLanguage("O1 the search finds by what people know, in any case and accent", {}, async (page, t) => {
  const name = fresh("Zoë").replaceAll("-", "");
  const [email, sku, city] = [`${fresh("a")}@shopper.example`, fresh(`SKU-${t.language}`), fresh("Œuilly").replaceAll("-", "")];
  const number = await order({
    items: [{ name: "Cap", sku, quantity: 1, unit_price: "10.00" }],
    ship_to: { last_name: name, email, city, country: "FR" },
  });
  for (const words of [number, number.toLowerCase(), name.replace("ë", "e").toUpperCase(), email, sku, city]) {
    await search(page, t, words);
    assert.deepEqual(await numbers(page), [number], words);
  }
  await search(page, t, "nobody-is-called-so");
  await sees(page, t("nothing-found"));
});

inEveryLanguage("O1 filters stand in the address, show as chips and are taken away one by one", {}, async (page, t) => {
  const city = fresh("Filtreville").replaceAll("-", "");
  const ship_to = { last_name: "Tamis", city, country: "FR" };
  const open = await order({ ship_to });
  const shipped = await order({ ship_to, state: "shipped", tracking_numbers: [fresh("LX")] });
  await search(page, t, city);
  assert.deepEqual((await numbers(page)).sort(), [open, shipped].sort());
  await page.locator("summary").filter({ hasText: t.filter }).click();
  await page.getByRole("group", { name: t("filter-status"), exact: true })
    .getByRole("checkbox", { name: t("status-completed"), exact: true }).check();
  await press(page, t("filter-apply"));
  await page.waitForURL(/status=completed/);
  assert.deepEqual(await numbers(page), [shipped]);
  // Whoever gets the address sees the same.
  await page.goto(page.url());
  assert.deepEqual(await numbers(page), [shipped]);
  const chips = page.getByRole("list", { name: t("filters-on") });
  await follow(page, chips.getByRole("link", { name: t("status-completed") }));
  await page.waitForURL((url) => !url.search.includes("status=completed"));
  assert.deepEqual((await numbers(page)).sort(), [open, shipped].sort());
  await follow(page, chips.getByRole("link", { name: t("filter-clear") }));
  await page.waitForURL((url) => !url.searchParams.get("q"));
});

inEveryLanguage("O1 what is shown is exported as CSV", {}, async (page, t) => {
  const city = fresh("Exportville").replaceAll("-", "");
  const number = await order({ ship_to: { last_name: "Export", city, country: "FR" } });
  await search(page, t, city);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: t("export") }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
  assert.equal(lines.length, 2, "a header and this order");
  assert.ok(lines[1].includes(number));
});

scenario("J and K go through the orders of the list, / goes to the search", {}, async (page, t) => {
  const [first, second] = await numbers(page);
  await follow(page, page.getByRole("link", { name: first, exact: true }));
  const isOpen = (number) =>
    page.getByRole("heading", { name: t("order-title", { number: number.replace("#", "") }), level: 1 }).waitFor();
  await isOpen(first);
  await turn(page, () => page.keyboard.press("j"));
  await isOpen(second);
  await turn(page, () => page.keyboard.press("k"));
  await isOpen(first);
  await page.goto("/orders");
  await page.keyboard.press("/");
  assert.equal(await page.getByRole("searchbox").evaluate((field) => field === field.ownerDocument.activeElement), true);
});
