// Number, addresses, notes, tracking, hold and tags: the document's remaining chapters.
import assert from "node:assert/strict";
import { expect, follow, inEveryLanguage, openOrder, press, scenario, sees, useBrowser } from "./browser.mjs";
import { fresh, order } from "./desk.mjs";

useBrowser();

const card = (page, name) => page.getByRole("region", { name, exact: true });

inEveryLanguage("N1 an order number is changed, and one that is taken is refused by name", {}, async (page, t) => {
  const [taken, number] = [await order(), await order()];
  await openOrder(page, t, number);
  await follow(page, card(page, t.orderNumber).getByRole("link", { name: t.edit }));
  const field = page.getByRole("textbox", { name: t.orderNumber });
  assert.equal(await field.inputValue(), number);
  await field.fill(taken);
  await press(page, t.save);
  await page.getByRole("alert").filter({ hasText: taken }).waitFor();
  assert.equal(await field.inputValue(), taken);
  const other = fresh("OTHER");
  await field.fill(other);
  await press(page, t.save);
  await sees(page, t("done-number"));
  await page.getByRole("heading", { name: t("order-title", { number: other }), level: 1 }).waitFor();
  await expect(card(page, t.activity), `${number} → ${other}`);
});

inEveryLanguage("N1 an order without a number is given one", {}, async (page, t) => {
  const city = fresh("Ville").replaceAll("-", "");
  await order({ number: null, ship_to: { last_name: "Nobody", city, country: "FR" } });
  await page.getByRole("searchbox", { name: t("search") }).fill(city);
  await press(page, t("search"));
  await follow(page, page.getByRole("rowheader").getByRole("link"));
  await follow(page, card(page, t.orderNumber).getByRole("link", { name: t.addOrderNumber }));
  const number = fresh("ADDED");
  await page.getByRole("textbox", { name: t.orderNumber }).fill(number);
  await press(page, t.save);
  await sees(page, t("done-number"));
  await page.getByRole("heading", { name: t("order-title", { number }), level: 1 }).waitFor();
});

const addresses = [
  ["shipTo", "done-ship-to"],
  ["billTo", "done-bill-to"],
];
for (const [which, done] of addresses) {
  for (const hasScript of [true, false]) {
    inEveryLanguage(`N2 ${which} is edited, with its warning and its original`, { hasScript }, async (page, t) => {
      await openOrder(page, t, await order());
      await follow(page, card(page, t[which]).getByRole("link", { name: t.edit }));
      await sees(page, t("address-warning"));
      await sees(page, t("address-alternative"));
      const city = page.getByRole("textbox", { name: t("field-city"), exact: true });
      const country = page.getByRole("textbox", { name: t("field-country") });
      assert.equal(await city.inputValue(), "Nîmes");
      await city.fill("Bruxelles");
      await country.fill("QQ");
      await press(page, t.saveDetails);
      await page.getByRole("alert").filter({ hasText: "QQ" }).waitFor();
      assert.equal(await city.inputValue(), "Bruxelles");
      await country.fill("BE");
      await press(page, t.saveDetails);
      await sees(page, t(done));
      await expect(card(page, t[which]), "Bruxelles");
      await card(page, t[which]).getByText(t("address-original"), { exact: true }).click();
      await expect(card(page, t[which]), "Nîmes");
      await expect(card(page, t("coverage")), t(which === "shipTo" ? "cause-ship-to-changed" : "cause-bill-to-changed"));
    });
  }
}

inEveryLanguage("N4 a note is added under the activity", {}, async (page, t) => {
  await openOrder(page, t, await order());
  const activity = card(page, t.activity);
  await expect(activity, t("note-hint"));
  await activity.getByRole("textbox", { name: t("note"), exact: true }).fill("Appelé la cliente <b>hier</b>");
  await press(activity, t.addNote);
  await sees(page, t("done-note"));
  await expect(card(page, t.activity).getByRole("listitem").first(), "Appelé la cliente <b>hier</b>");
});

inEveryLanguage("S1 a tracking number ships the order, and taken away opens it again", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await sees(page, t("status-open"));
  await follow(page, page.getByRole("link", { name: t.addTracking, exact: true }).first());
  const tracking = fresh("LX");
  await page.getByRole("textbox", { name: t("tracking-numbers"), exact: true }).fill(tracking);
  await press(page, t.addTracking);
  await sees(page, t("done-tracking"));
  await sees(page, t.shipped);
  await expect(card(page, t("shipments")), tracking);
  await press(page, t("remove-tracking", { number: tracking }));
  await sees(page, t("done-untracked"));
  await sees(page, t("status-open"));
});

scenario("S1 several tracking numbers at once", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await follow(page, page.getByRole("link", { name: t.addTracking, exact: true }).first());
  const [one, other] = [fresh("LX"), fresh("LX")];
  await page.getByRole("textbox", { name: t("tracking-numbers"), exact: true }).fill(`${one}\n${other}`);
  await press(page, t.addTracking);
  await expect(card(page, t("shipments")), one);
  await expect(card(page, t("shipments")), other);
});

inEveryLanguage("an order is put on hold and released", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await page.getByText(t.moreActions, { exact: true }).click();
  await page.getByRole("textbox", { name: t("hold-why"), exact: true }).fill("customs papers");
  await press(page, t("action-hold"));
  await sees(page, t("done-hold"));
  await sees(page, t("held-because", { note: "customs papers" }));
  await page.getByText(t.moreActions, { exact: true }).click();
  await press(page, t("action-release"));
  await sees(page, t("done-release"));
  await sees(page, t("status-open"));
});

inEveryLanguage("a tag is added and removed", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await card(page, t("tags")).getByRole("textbox", { name: t("tag-new") }).fill("vip");
  await press(card(page, t("tags")), t("tag-add"));
  await sees(page, t("done-tag"));
  await press(page, t("untag", { tag: "vip" }));
  await sees(page, t("done-untag"));
  assert.equal(await page.getByRole("button", { name: t("untag", { tag: "vip" }) }).count(), 0);
});

inEveryLanguage("N5 the estimated weight cannot be edited, and says why", {}, async (page, t) => {
  await openOrder(page, t, await order());
  const weight = card(page, t.estimatedWeight);
  await expect(weight, t("weight-hint"));
  assert.equal(await weight.getByRole("link").count(), 0);
});
