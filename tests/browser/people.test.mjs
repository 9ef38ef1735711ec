// Signing in, and what belongs to a person.
import assert from "node:assert/strict";
import { inEveryLanguage, sees, signIn, useBrowser } from "./browser.mjs";
import { person } from "./desk.mjs";

useBrowser();

inEveryLanguage("someone signs in, and a wrong password says so and keeps the e-mail", { as: null }, async (page, t) => {
  const who = await person();
  await signIn(page, t, { ...who, password: "not this one" });
  await sees(page, t.signInWrong);
  assert.equal(await page.getByLabel(t.email, { exact: true }).inputValue(), who.email);
  await page.getByLabel(t.password, { exact: true }).fill(who.password);
  await page.getByRole("button", { name: t.signIn }).click();
  await page.getByRole("heading", { name: t.allOrders }).waitFor();
});
