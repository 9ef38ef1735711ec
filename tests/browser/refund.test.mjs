// Refunding: the document's "Remboursements", in both currencies, and everything that stands against it.
import assert from "node:assert/strict";
import {
  becomes, chooseAction, expect, inEveryLanguage, openOrder, press, sees, useBrowser, whyNot,
} from "./browser.mjs";
import { order } from "./desk.mjs";
import { money } from "./words.mjs";

useBrowser();

const field = (page, t, part) => page.getByRole("textbox", { name: t(`part-${part}`) });
const parts = async (page, t) =>
  Promise.all(["item", "shipping", "duty-tax-fee"].map((part) => field(page, t, part).inputValue()));
const reason = (page, t) => page.getByRole("combobox", { name: t("refund-reason"), exact: true });

async function process(page, t) {
  await press(page, t.processRefund);
  await page.getByRole("button", { name: t.confirmRefund }).waitFor();
}

for (const hasScript of [true, false]) {
  inEveryLanguage("R7 parts of an order are refunded by the document's steps", { hasScript }, async (page, t) => {
    await openOrder(page, t, await order());
    await chooseAction(page, t, t.refundOrder);
    // The preference is the base currency; the switch goes to what the shopper paid in, and back.
    await press(page, "EUR");
    await field(page, t, "item").fill("7.50");
    await field(page, t, "shipping").fill("1,00");
    await field(page, t, "duty-tax-fee").fill("2");
    await press(page, "USD");
    assert.deepEqual(await parts(page, t), ["8.13", "1.08", "2.17"]);
    await press(page, "EUR");
    assert.deepEqual(await parts(page, t), ["7.50", "1.00", "2.00"]);
    await reason(page, t).selectOption({ label: t("reason-order-change") });
    await process(page, t);
    await sees(page, t("refund-review", { amount: money(t, "10.50", "EUR"), name: "Chloé Lefèvre" }));
    await sees(page, t("refund-final"));
    // R8: 2.1 points of 10.50 EUR at 1.0842 return, 3.9 do not.
    await sees(page, money(t, "0.24", "USD"));
    await sees(page, money(t, "0.44", "USD"));
    await press(page, t.confirmRefund);
    await sees(page, t("done-refunded"));
    await becomes(page, t("payment-partially-refunded"));
    await expect(page.getByRole("region", { name: t("payment-and-refunds") }), money(t, "10.50", "EUR"));
  });
}

inEveryLanguage("R4 items and quantities fill the parts in", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await chooseAction(page, t, t.refundOrder);
  await press(page, "EUR");
  await page.getByRole("spinbutton", { name: "Wool hat" }).fill("1");
  await press(page, t("refund-fill"));
  // One of five tenths of the goods, and as much of the duties and taxes on it.
  assert.deepEqual(await parts(page, t), ["10.00", "0.00", "1.30"]);
  await sees(page, t("refund-issued", { amount: money(t, "11.30", "EUR") }));
});

inEveryLanguage("R4 too much is refused beside its field, and what was typed is kept", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await chooseAction(page, t, t.refundOrder);
  await press(page, "EUR");
  await field(page, t, "item").fill("50.01");
  await field(page, t, "shipping").fill("5");
  await reason(page, t).selectOption({ label: t("reason-duplicate") });
  await page.getByRole("textbox", { name: t("note"), exact: true }).fill("kept / gardé");
  await press(page, t.processRefund);
  const problem = page.getByRole("alert");
  await problem.filter({ hasText: money(t, "50.01", "EUR") }).waitFor();
  await expect(problem, money(t, "50.00", "EUR"));
  assert.deepEqual((await parts(page, t)).slice(0, 2), ["50.01", "5"]);
  assert.equal(await field(page, t, "item").getAttribute("aria-invalid"), "true");
  assert.equal(await reason(page, t).inputValue(), "duplicate");
  assert.equal(await page.getByRole("textbox", { name: t("note"), exact: true }).inputValue(), "kept / gardé");
});

inEveryLanguage("R5 a reason is required", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await chooseAction(page, t, t.refundOrder);
  await field(page, t, "item").fill("1");
  await press(page, t.processRefund);
  await page.getByRole("alert").filter({ hasText: t("refund-reason-missing") }).waitFor();
  assert.equal(await field(page, t, "item").inputValue(), "1");
});

inEveryLanguage("R3 a full refund offers cancelling, and what is refunded is refunded once", {}, async (page, t) => {
  const number = await order({ currency: "JPY", rate: "0.0067", shipping: null, duties: null, taxes: null,
    items: [{ name: "Cap", quantity: 3, unit_price: "1000" }] });
  await openOrder(page, t, number);
  await chooseAction(page, t, t.refundOrder);
  await press(page, t("refund-all"));
  await sees(page, t("refund-better-cancel"));
  await reason(page, t).selectOption({ label: t("reason-product-unsatisfactory") });
  await process(page, t);
  await press(page, t.confirmRefund);
  await sees(page, t("done-refunded"));
  await whyNot(page, t, t.refundOrder, t("refusal-nothing-left"));
});

inEveryLanguage("R1 what the shop was paid, the shop refunds", {}, async (page, t) => {
  const number = await order({ source: "duty_and_tax", payment: null, fraud_protection: false });
  await openOrder(page, t, number);
  await whyNot(page, t, t.refundOrder, t("refusal-paid-elsewhere"), t("instead-refund-in-shop"));
});
