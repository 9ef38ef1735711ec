// What is done with chosen orders at once; `rows.test.mjs` chooses by key, exports and prints them.
import { follow, inEveryLanguage, press, sees, useBrowser } from "./browser.mjs";
import { fresh, order } from "./desk.mjs";

useBrowser();

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
