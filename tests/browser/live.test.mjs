// The order page as a live place: two people, the palette, the keys, and pages that change without a reload.
import assert from "node:assert/strict";
import { expect, follow, inEveryLanguage, openOrder, press, sees, session, useBrowser } from "./browser.mjs";
import { desk, order } from "./desk.mjs";

useBrowser();

/** A second person in a browser of their own, on the same page. */
async function beside(page) {
  const made = await page.context().browser().newContext({ baseURL: desk.url, locale: "en-US" });
  await made.addCookies(await session(desk.people.member));
  const other = await made.newPage();
  return { other, close: () => made.close() };
}

/** As if the tab had been looked at again: what the page asks every few seconds is asked now. */
const ask = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
const isMarked = (page) => page.evaluate(() => globalThis.isMarked === true);
const mark = (page) => page.evaluate(() => void (globalThis.isMarked = true));

inEveryLanguage("O2 two people on one order see each other, and what the other changes", {}, async (page, t) => {
  await openOrder(page, t, await order());
  const { other, close } = await beside(page);
  const address = new URL(page.url()).pathname;
  await other.goto(`${address}/ship-to`);
  await other.locator("#here .pill").waitFor();
  await ask(page);
  await page.locator("#here .pill").waitFor();
  await other.goto(address);
  await page.getByRole("textbox", { name: t("note"), exact: true }).fill("being typed");
  await other.getByRole("textbox", { name: "Note", exact: true }).fill("from beside");
  await other.getByRole("button", { name: "Add note" }).click();
  await other.getByText("from beside").first().waitFor();
  await ask(page);
  await page.getByRole("button", { name: t("show"), exact: true }).waitFor();
  await expect(page.locator("#events > li").first(), "from beside");
  assert.equal(await page.getByRole("textbox", { name: t("note"), exact: true }).inputValue(), "being typed");
  await page.getByRole("button", { name: t("show"), exact: true }).click();
  await page.locator("#changed").waitFor({ state: "hidden" });
  await close();
});

for (const hasScript of [true, false]) {
  inEveryLanguage("N2 of the same field the second person chooses", { hasScript }, async (page, t) => {
    await openOrder(page, t, await order());
    const address = `${new URL(page.url()).pathname}/ship-to`;
    const { other, close } = await beside(page);
    await page.goto(address);
    await other.goto(address);
    await other.locator("[name=city]").fill("Lyon");
    await other.getByRole("button", { name: "Save details" }).click();
    await other.getByText("Lyon").first().waitFor();
    await page.locator("[name=city]").fill("Lille");
    await press(page, t.saveDetails);
    await sees(page, t("clash-told"));
    const clash = page.getByRole("group", { name: t("field-city"), exact: true });
    await expect(clash, "Lyon");
    await clash.getByRole("radio", { name: t("clash-mine") }).check();
    await press(page, t.saveDetails);
    await sees(page, t("done-ship-to"));
    await expect(page.locator("[data-live=ship_to]"), "Lille");
    await close();
  });
}

inEveryLanguage("the palette goes to an order and acts on it, by keyboard alone", {}, async (page, t) => {
  const number = await order();
  await mark(page);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: t("palette-hint") }).fill(number);
  await page.getByRole("option", { name: number }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: t("order-title", { number }), level: 1 }).waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type(t("action-edit-number"));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: t.orderNumber, level: 1 }).waitFor();
  assert.ok(await isMarked(page), "the page was loaded anew");
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.name), "number", "focus is given back");
});

inEveryLanguage("keys act on the order, are told by ?, and rest while one types", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: t("keys") }), t("action-edit-number"));
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  const note = page.getByRole("textbox", { name: t("note"), exact: true });
  await page.keyboard.type("e r t ?");
  assert.equal(await note.inputValue(), "e r t ?");
  await note.blur();
  await page.keyboard.press("e");
  await page.getByRole("heading", { name: t.orderNumber, level: 1 }).waitFor();
});

inEveryLanguage("pages change without a reload, and back leads to the place one was at", {}, async (page, t) => {
  await page.setViewportSize({ width: 1280, height: 500 });
  await mark(page);
  await page.evaluate(() => scrollTo(0, 300));
  await page.waitForFunction(() => history.state.y === 300);
  const row = page.getByRole("rowheader").getByRole("link").nth(15);
  await follow(page, row);
  await page.getByRole("heading", { name: t.activity, level: 2 }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.goBack();
  await page.getByRole("heading", { name: t.allOrders, level: 1 }).waitFor();
  await page.waitForFunction(() => Math.abs(scrollY - 300) < 3);
  assert.ok(await isMarked(page), "the page was loaded anew");
});
