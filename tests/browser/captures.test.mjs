// What is held on a card: learned from the provider, captured, released; when that happens by itself; and disputes.
import assert from "node:assert/strict";
import { becomes, expect, inEveryLanguage, openOrder, press, sees, turn, useBrowser } from "./browser.mjs";
import { fresh, order } from "./desk.mjs";
import { money } from "./words.mjs";

useBrowser();

const held = (changes = {}) =>
  order({ payment: { provider: "sandbox", reference: fresh("held"), method: "Visa 4242", state: "ask" }, ...changes });
const payment = (page, t) => page.getByRole("region", { name: t("payment-and-refunds") });

for (const hasScript of [true, false]) {
  inEveryLanguage("a part of what is held is captured, in either currency", { hasScript }, async (page, t) => {
    await openOrder(page, t, await held());
    await becomes(page, t("paid-authorized"));
    await turn(page, () => payment(page, t).getByRole("link", { name: t("action-capture") }).click());
    const amount = page.getByRole("textbox", { name: t("capture-amount") });
    assert.equal(await amount.inputValue(), "66.68");
    await press(page, "EUR");
    assert.equal(await amount.inputValue(), "61.50");
    await amount.fill("61.51");
    await press(page, t("action-capture"));
    await page.getByRole("alert").filter({ hasText: money(t, "61.51", "EUR") }).waitFor();
    assert.equal(await amount.inputValue(), "61.51");
    await amount.fill("45.00");
    await press(page, t("action-capture"));
    await sees(page, t("done-capture"));
    await becomes(page, t("paid-captured"));
    // Activity is read after the order, so it may have told of what the payment did not show yet.
    await page.reload();
    await expect(payment(page, t), t("paid-captured"));
    await expect(payment(page, t), money(t, "45.00", "EUR"));
  });
}

inEveryLanguage("what is held is released without canceling", {}, async (page, t) => {
  await openOrder(page, t, await held());
  await becomes(page, t("paid-authorized"));
  await press(page, t("action-void-payment"));
  await sees(page, t("done-void-payment"));
  await becomes(page, t("paid-voided"));
});

inEveryLanguage("a dispute tells why, how much and until when it has to be answered", {}, async (page, t) => {
  await page.goto("/orders?disputed=yes");
  await turn(page, () => page.getByRole("rowheader").getByRole("link").first().click());
  await expect(payment(page, t), t("dispute-reason-product-not-received"));
  await expect(payment(page, t), t("dispute-state-needs-response"));
});

inEveryLanguage("when payments are captured is set, and hours that are none are refused", {}, async (page, t) => {
  await page.goto("/settings/payments");
  await page.getByRole("radio", { name: t("capture-when-after-hours") }).check();
  const hours = page.getByRole("textbox", { name: t("capture-hours") });
  await hours.fill("0");
  await press(page, t("save"));
  await page.getByRole("alert").filter({ hasText: t("capture-no-hours", { max: 720 }) }).waitFor();
  assert.equal(await hours.getAttribute("aria-invalid"), "true");
  await hours.fill("72");
  await press(page, t("save"));
  await sees(page, t("settings-done-capture"));
  // As it was, for the other tests.
  await page.getByRole("radio", { name: t("capture-when-by-hand") }).check();
  await press(page, t("save"));
  await sees(page, t("settings-done-capture"));
});
