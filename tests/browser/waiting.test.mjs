// Policies: what was confirmed can be undone for a while, and above a limit someone else approves it.
import assert from "node:assert/strict";
import {
  becomes, chooseAction, context, expect, inEveryLanguage, openOrder, press, sees, session, signIn, useBrowser,
} from "./browser.mjs";
import { desk, order, person } from "./desk.mjs";
import { money, words } from "./words.mjs";

// Shorter than an open page takes to ask what changed: what it hears then is announced instead.
const UNDO_S = 9;
useBrowser({ undo_s: UNDO_S });

/** From the order page to the refund that is confirmed, having read what will happen before it is sent. */
async function refund(page, t, amount, before) {
  await chooseAction(page, t, t.refundOrder);
  await press(page, "EUR");
  await page.getByRole("textbox", { name: t("part-item") }).fill(amount);
  await page.getByRole("combobox", { name: t("refund-reason"), exact: true }).selectOption({ label: t("reason-duplicate") });
  await press(page, t.processRefund);
  await sees(page, before);
  await press(page, t.confirmRefund);
}

const willWait = (t) => t("will-wait", { count: UNDO_S });

for (const hasScript of [true, false]) {
  inEveryLanguage("a refund is undone before it goes out", { hasScript }, async (page, t) => {
    await openOrder(page, t, await order());
    await refund(page, t, "12.50", willWait(t));
    await sees(page, t("waiting-refund-goes", { amount: money(t, "12.50", "EUR") }));
    await press(page, t("waiting-undo"));
    await sees(page, t("done-undone"));
    assert.equal(await page.getByRole("button", { name: t("waiting-undo") }).count(), 0);
    await chooseAction(page, t, t.refundOrder);
    await press(page, "EUR");
    await sees(page, money(t, "50.00", "EUR"));
  });
}

inEveryLanguage("a refund that nobody undoes counts down, says that it goes, and goes out", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await refund(page, t, "12.50", willWait(t));
  const left = page.locator("[data-goes-out]");
  const first = Number.parseInt(await left.textContent(), 10);
  assert.ok(first > 0 && first <= UNDO_S, `${first} seconds`);
  await page.waitForFunction((said) => Number.parseInt(document.querySelector("[data-goes-out]")?.textContent, 10) < said, first);
  await page.getByRole("status").filter({ hasText: t("waiting-now") }).waitFor({ state: "attached" });
  assert.equal(await page.getByRole("button", { name: t("waiting-undo") }).filter({ visible: true }).count(), 0);
  await becomes(page, t("payment-partially-refunded"));
});

inEveryLanguage("C8 a cancellation is pending until it goes out, and is undone", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await chooseAction(page, t, t.cancelOrder);
  await page.getByLabel(t("cancel-note")).fill("Doublon / duplicate");
  await press(page, t.cancelOrder);
  await sees(page, willWait(t));
  await press(page, t("yes-cancel"));
  await sees(page, t("cancellation-pending"));
  await sees(page, t("waiting-cancel-goes", { amount: money(t, "61.50", "EUR") }));
  await press(page, t("waiting-undo"));
  await sees(page, t("done-undone"));
  assert.equal(await page.getByText(t("cancellation-pending")).count(), 0);
});

for (const hasScript of [true, false]) {
  inEveryLanguage("above their limit someone else approves or declines", { as: null, hasScript }, async (page, t) => {
    const number = await order();
    await signIn(page, t, await person());
    await openOrder(page, t, number);
    await refund(page, t, "45", t("will-need-approval", { limit: money(t, "40.00", "EUR") }));
    await sees(page, t("done-asked"));
    await sees(page, t("refusal-own-request"));
    assert.equal(await page.getByRole("button", { name: t("waiting-approve") }).count(), 0);
    await page.getByRole("button", { name: t("waiting-withdraw") }).waitFor();
    const { made } = await context({ language: t === words.fr ? "fr" : "en", hasScript });
    await made.addCookies(await session(desk.people.admin));
    const other = await made.newPage();
    await other.goto(page.url().split("?")[0]);
    await press(other, t("waiting-decline"));
    await other.getByRole("alert").filter({ hasText: t("problem-missing") }).waitFor();
    await other.getByLabel(t("waiting-note")).fill("asked the shopper");
    await press(other, t("waiting-approve"));
    await sees(other, t("done-approved"));
    await becomes(other, t("payment-partially-refunded"));
    await expect(other.getByRole("main"), t("waited-approved", { amount: money(t, "45.00", "EUR") }));
    await made.close();
  });
}
