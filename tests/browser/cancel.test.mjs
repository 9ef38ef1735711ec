// Cancelling: the document's "Annuler une commande", and everything that stands against it.
import assert from "node:assert/strict";
import {
  chooseAction, expect, follow, inEveryLanguage, openOrder, press, scenario, sees, useBrowser, whyNot,
} from "./browser.mjs";
import { desk, order } from "./desk.mjs";
import { money } from "./words.mjs";

useBrowser();

const support = desk.people.support;
const note = (page, t) => page.getByLabel(t("cancel-note"));
const box = (page, t) => page.getByRole("checkbox", { name: t.cancelMail });

/** From the order page to the order that is cancelled, answering yes. */
async function cancel(page, t, reason) {
  await chooseAction(page, t, t.cancelOrder);
  await note(page, t).fill(reason);
  await press(page, t.cancelOrder);
  await page.getByRole("heading", { name: t.areYouSure }).waitFor();
  await press(page, t("yes-cancel"));
  await sees(page, t("done-canceled"));
}

for (const hasScript of [true, false]) {
  inEveryLanguage("C8 an order is cancelled by the document's steps", { hasScript }, async (page, t) => {
    const number = await order();
    await openOrder(page, t, number);
    await chooseAction(page, t, t.cancelOrder);
    // What will happen comes first: the money, in the currency that was paid.
    await sees(page, t("will-refund", { amount: money(t, "61.50", "EUR") }));
    await sees(page, t("will-be-final"));
    assert.equal(await box(page, t).isChecked(), false, "C7: no e-mail unless it is asked for");
    // A note of spaces is none; what was chosen stays.
    await note(page, t).fill("   ");
    await box(page, t).check();
    await press(page, t.cancelOrder);
    await page.getByRole("alert").filter({ hasText: t("cancel-note-missing") }).waitFor();
    assert.equal(await box(page, t).isChecked(), true);
    await box(page, t).uncheck();
    await note(page, t).fill("Doublon / duplicate");
    await press(page, t.cancelOrder);
    await page.getByRole("heading", { name: t.areYouSure }).waitFor();
    await press(page, t("yes-cancel"));
    await sees(page, t("done-canceled"));
    await sees(page, t("canceled-because", { note: "Doublon / duplicate" }));
    await expect(page.getByRole("main"), t("status-canceled"));
    // It is final: asked for again, the page says so.
    await whyNot(page, t, t.cancelOrder, t("refusal-canceled"));
  });
}

inEveryLanguage("C8 who is not sure goes back, and nothing has happened", {}, async (page, t) => {
  const number = await order();
  await openOrder(page, t, number);
  await chooseAction(page, t, t.cancelOrder);
  await note(page, t).fill("perhaps");
  await press(page, t.cancelOrder);
  await page.getByRole("heading", { name: t.areYouSure }).waitFor();
  await follow(page, page.getByRole("link", { name: t("no-back") }));
  await openOrder(page, t, number);
  await sees(page, t("status-open"));
});

inEveryLanguage("C4 a shipped order cannot be cancelled until its tracking is removed", {}, async (page, t) => {
  const number = await order({ state: "shipped", tracking_numbers: ["1Z999AA10123456784"] });
  await openOrder(page, t, number);
  await sees(page, t.shipped);
  await whyNot(page, t, t.cancelOrder, t("refusal-shipped"), t("instead-void-label-first"));
  await openOrder(page, t, number);
  await press(page, t("remove-tracking", { number: "1Z999AA10123456784" }));
  await sees(page, t("done-untracked"));
  await cancel(page, t, "back in stock");
});

inEveryLanguage("C5 a duty-and-tax order under the guarantee is cancelled in the shop", {}, async (page, t) => {
  const number = await order({ source: "duty_and_tax", guarantee: true, payment: null, fraud_protection: false });
  await openOrder(page, t, number);
  await whyNot(page, t, t.cancelOrder, t("refusal-cancel-in-shop"), t("instead-cancel-in-shop"));
});

inEveryLanguage("C5 operator support can cancel it, marked as such", { as: support }, async (page, t) => {
  const number = await order({ source: "duty_and_tax", guarantee: true, payment: null, fraud_protection: false });
  await sees(page, t("support-mode"));
  await openOrder(page, t, number);
  await chooseAction(page, t, t.cancelOrder);
  await sees(page, t("will-not-refund"));
  await note(page, t).fill("asked by the shop");
  await press(page, t.cancelOrder);
  await press(page, t("yes-cancel"));
  await sees(page, t("done-canceled"));
  await expect(page.getByRole("region", { name: t.activity }), t("support"));
});

inEveryLanguage("C5 without the guarantee it is cancelled here, and the shop refunds", {}, async (page, t) => {
  const number = await order({ source: "duty_and_tax", payment: null, fraud_protection: false });
  await openOrder(page, t, number);
  await chooseAction(page, t, t.cancelOrder);
  await sees(page, t("will-not-refund"));
});

scenario("C3 keeping the money is not offered to an admin", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await chooseAction(page, t, t.cancelOrder);
  await note(page, t).waitFor();
  assert.equal(await page.getByRole("checkbox", { name: t("cancel-without-refund") }).count(), 0);
});

inEveryLanguage("C3 operator support cancels without a refund", { as: support }, async (page, t) => {
  const number = await order();
  await openOrder(page, t, number);
  await chooseAction(page, t, t.cancelOrder);
  await note(page, t).fill("the shopper keeps the goods");
  await page.getByRole("checkbox", { name: t("cancel-without-refund") }).check();
  await press(page, t.cancelOrder);
  await sees(page, t("cancel-without-refund"));
  await press(page, t("yes-cancel"));
  await sees(page, t("done-canceled"));
  await sees(page, t("payment-paid"));
});

inEveryLanguage("an order held for fraud says so where it cannot be shipped, and can be cancelled", {}, async (page, t) => {
  await page.goto("/orders?status=fraud_hold");
  await page.getByRole("table").getByRole("link").first().waitFor();
  const number = await page.getByRole("rowheader").getByRole("link").first().textContent();
  await openOrder(page, t, number.trim());
  await page.getByText(t.moreActions, { exact: true }).click();
  await sees(page, t("refusal-not-ready", { status: t("status-fraud-hold") }));
  await page.getByRole("link", { name: t.cancelOrder, exact: true }).waitFor();
});
