// The queue of refunds: what is not settled is found, tried again or settled another way; and books are compared.
import assert from "node:assert/strict";
import {
  becomes, chooseAction, expect, follow, inEveryLanguage, openOrder, press, sees, useBrowser,
} from "./browser.mjs";
import { order } from "./desk.mjs";
import { money } from "./words.mjs";

useBrowser();

const labels = {
  en: { refunds: "Refunds", settle: "Settle another way", reconcile: "Reconciliation" },
  fr: { refunds: "Remboursements", settle: "Régler autrement", reconcile: "Rapprochement" },
};
const language = (page) => page.locator("html").getAttribute("lang");

/** Refunds an amount that the sandbox refuses, and waits until it has. */
async function refused(page, t, number) {
  await openOrder(page, t, number);
  await chooseAction(page, t, t.refundOrder);
  await press(page, "EUR");
  await page.getByRole("textbox", { name: t("part-item") }).fill("10.13");
  await page.getByRole("combobox", { name: t("refund-reason"), exact: true }).selectOption({ label: t("reason-duplicate") });
  await press(page, t.processRefund);
  await press(page, t.confirmRefund);
  await becomes(page, t("refund-failed"));
}

async function openQueue(page, t) {
  const { refunds } = labels[await language(page)];
  await follow(page, page.getByRole("navigation", { name: t("nav-main") }).getByRole("link", { name: refunds, exact: true }));
  await page.getByRole("heading", { name: refunds, level: 1 }).waitFor();
  await follow(page, page.getByRole("navigation", { name: t("refunds-states") }).getByRole("link", { name: t("refund-failed") }));
}

for (const hasScript of [true, false]) {
  inEveryLanguage("R10 a refund that failed is settled another way from the queue", { hasScript }, async (page, t) => {
    const number = await order();
    await refused(page, t, number);
    await openQueue(page, t);
    const row = page.getByRole("row").filter({ hasText: number });
    await expect(row, money(t, "10.13", "EUR"));
    await expect(row, t("refund-failed"));
    const { settle } = labels[await language(page)];
    await follow(page, row.getByRole("link", { name: settle }));
    await sees(page, t("settle-no-fee"));
    await page.getByRole("textbox", { name: t("settle-reference") }).fill("SEPA 77");
    await page.getByRole("textbox", { name: t("settle-note") }).fill("paid by transfer / par virement");
    await press(page, t("settle-confirm"));
    await sees(page, t("done-settled"));
    await sees(page, t("refund-by-hand"));
    await sees(page, "SEPA 77");
    await openQueue(page, t);
    assert.equal(await page.getByRole("row").filter({ hasText: number }).count(), 0);
  });
}

inEveryLanguage("R10 a refund that failed is tried again from the queue", {}, async (page, t) => {
  const number = await order();
  await refused(page, t, number);
  await openQueue(page, t);
  const row = page.getByRole("row").filter({ hasText: number });
  await follow(page, row.getByRole("button", { name: t("action-retry-refund") }));
  await sees(page, t("done-retried"));
});

inEveryLanguage("books are compared for the days that are chosen", {}, async (page, t) => {
  const { reconcile } = labels[await language(page)];
  await page.goto("/refunds");
  await follow(page, page.getByRole("link", { name: reconcile, exact: true }));
  await page.getByRole("heading", { name: reconcile, level: 1 }).waitFor();
  await press(page, t("reconcile-compare"));
  await sees(page, t("reconcile-total"));
  await sees(page, t("reconcile-difference"));
});
