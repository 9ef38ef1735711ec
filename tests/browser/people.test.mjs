// Signing in, and what belongs to a person.
import assert from "node:assert/strict";
import {
  context, expect, follow, inEveryLanguage, openOrder, press, scenario, sees, signIn, useBrowser,
} from "./browser.mjs";
import { PASSWORD, order, person } from "./desk.mjs";
import { money } from "./words.mjs";

useBrowser();


/** Preferences, by the main navigation. */
async function preferences(page, t) {
  await follow(page, page.getByRole("link", { name: t.preferences, exact: true }).first());
  await page.getByRole("heading", { name: t.preferences, level: 1 }).waitFor();
}

inEveryLanguage("someone signs in, and a wrong password says so and keeps the e-mail", { as: null }, async (page, t) => {
  const who = await person();
  await signIn(page, t, { ...who, password: "not this one" });
  await sees(page, t("sign-in-wrong"));
  assert.equal(await page.getByLabel(t.email, { exact: true }).inputValue(), who.email);
  await page.getByLabel(t.password, { exact: true }).fill(who.password);
  await press(page, t.signIn);
  await page.getByRole("heading", { name: t.allOrders }).waitFor();
});

inEveryLanguage("R6 the preferred currency is what an order and a refund begin with", { as: null }, async (page, t) => {
  const number = await order({ shipping: null, duties: null, taxes: null });
  await signIn(page, t, await person());
  await openOrder(page, t, number);
  const amounts = page.getByRole("region", { name: t("amounts") });
  assert.equal((await amounts.getByRole("link", { name: "USD" }).getAttribute("aria-current")), "true");
  await preferences(page, t);
  await page.getByRole("combobox", { name: t("preferences-currency") }).selectOption({ label: t("preferences-presentment") });
  await press(page, t.save);
  await sees(page, t("preferences-saved"));
  await openOrder(page, t, number);
  assert.equal((await amounts.getByRole("link", { name: "EUR" }).getAttribute("aria-current")), "true");
  await expect(amounts, money(t, "50.00", "EUR"));
});

scenario("the chosen language holds against the browser's", { as: null }, async (page, t) => {
  await signIn(page, t, await person());
  await preferences(page, t);
  await page.getByRole("combobox", { name: t("preferences-language") }).selectOption({ label: "Français" });
  await press(page, t.save);
  await page.getByRole("heading", { name: "Préférences", level: 1 }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
});

inEveryLanguage("a time zone that is none is refused, and kept to be corrected", { as: null }, async (page, t) => {
  await signIn(page, t, await person());
  await preferences(page, t);
  const zone = page.getByRole("textbox", { name: t("preferences-zone") });
  await zone.fill("Europe/Atlantis");
  await press(page, t.save);
  await page.getByRole("alert").filter({ hasText: "Europe/Atlantis" }).waitFor();
  assert.equal(await zone.inputValue(), "Europe/Atlantis");
});

inEveryLanguage("signing out everywhere else ends the other sessions and keeps this one", { as: null }, async (page, t) => {
  const who = await person();
  await signIn(page, t, who);
  const { made: elsewhere } = await context({ language: t.language });
  const other = await elsewhere.newPage();
  await signIn(other, t, who);
  await other.getByRole("heading", { name: t.allOrders }).waitFor();
  await preferences(page, t);
  await press(page, t("sign-out-elsewhere"));
  await sees(page, t("sessions-ended", { count: 1 }));
  await other.goto("/orders");
  await other.getByRole("button", { name: t.signIn, exact: true }).waitFor();
  await elsewhere.close();
  await page.goto("/orders");
  await page.getByRole("heading", { name: t.allOrders }).waitFor();
});

inEveryLanguage("a password is changed, the present one being asked for", { as: null }, async (page, t) => {
  const who = await person();
  await signIn(page, t, who);
  await preferences(page, t);
  const change = async (present, next) => {
    await page.getByLabel(t("password-present"), { exact: true }).fill(present);
    await page.getByLabel(t("password-new"), { exact: true }).fill(next);
    await press(page, t("password-set"));
  };
  await change("not the present one", "an entirely new one");
  await page.getByRole("alert").filter({ hasText: t("password-wrong") }).waitFor();
  await change(PASSWORD, "an entirely new one");
  await sees(page, t("password-changed"));
  await page.getByText("Test member", { exact: true }).click();
  await press(page, t("sign-out"));
  await signIn(page, t, { ...who, password: "an entirely new one" });
  await page.getByRole("heading", { name: t.allOrders }).waitFor();
});
