// What an admin sets for the organization: the team, roles, keys, fees, and the words of e-mails.
import assert from "node:assert/strict";
import {
  becomes, chooseAction, context, expect, follow, inEveryLanguage, openOrder, press, sees, signIn, turn, useBrowser,
} from "./browser.mjs";
import { PASSWORD, fresh, order, person } from "./desk.mjs";
import { money } from "./words.mjs";

useBrowser();

/** Settings, by the main navigation, then this section. */
async function section(page, t, name) {
  await follow(page, page.getByRole("navigation", { name: t("nav-main") }).getByRole("link", { name: t("nav-settings") }));
  const rail = page.getByRole("navigation", { name: t("nav-settings") });
  await follow(page, rail.getByRole("link", { name: t(`settings-${name}`), exact: true }));
  await page.getByRole("heading", { name: t(`settings-${name}`), level: 1 }).waitFor();
}

inEveryLanguage("P2 someone invited joins by the link, and is a member from then on", {}, async (page, t) => {
  const email = `${fresh("new").toLowerCase()}@demo.example`;
  await section(page, t, "team");
  await page.getByRole("textbox", { name: t.email, exact: true }).fill(email);
  await page.getByRole("combobox", { name: t("team-role"), exact: true }).selectOption({ label: t("role-member") });
  await press(page, t("invite"));
  await sees(page, t("invitation-made", { email }));
  const link = await page.getByRole("textbox", { name: t("invitation-link") }).inputValue();
  const { made, wrong } = await context({ language: t.language });
  const newcomer = await made.newPage();
  await newcomer.goto(link);
  await expect(newcomer.getByRole("main"), email);
  await newcomer.getByRole("textbox", { name: t("invitation-name") }).fill("Nina Neuve");
  await newcomer.getByLabel(t.password).fill(PASSWORD);
  await press(newcomer, t("invitation-accept"));
  await newcomer.getByRole("heading", { name: t.allOrders }).waitFor();
  // A member sees orders and no settings, and the link is used up.
  assert.equal(await newcomer.getByRole("link", { name: t("nav-settings"), exact: true }).count(), 0);
  await newcomer.goto(link);
  await sees(newcomer, t("invitation-gone"));
  await made.clearCookies();
  await signIn(newcomer, t, { email, password: PASSWORD });
  await newcomer.getByRole("heading", { name: t.allOrders }).waitFor();
  assert.deepEqual(wrong, []);
  await made.close();
  await page.reload();
  await section(page, t, "team");
  await page.getByRole("row", { name: email }).filter({ hasText: "Nina Neuve" }).waitFor();
});

inEveryLanguage("P1 an API key is shown once, and refused once it is revoked", {}, async (page, t) => {
  const name = fresh("Key");
  await section(page, t, "keys");
  await page.getByRole("textbox", { name: t("name"), exact: true }).fill(name);
  await page.getByRole("checkbox", { name: t("permission-view-orders") }).check();
  await press(page, t("key-make"));
  await sees(page, t("key-made"));
  const secret = await page.getByRole("textbox", { name: t("key-secret"), exact: true }).inputValue();
  assert.match(secret, /^\S{30,}$/);
  await section(page, t, "keys");
  assert.equal(await page.getByRole("textbox", { name: t("key-secret"), exact: true }).count(), 0);
  assert.ok(!(await page.content()).includes(secret), "the key is still on the page");
  await follow(page, page.getByRole("link", { name: `${t("key-revoke")} (${name})` }));
  await sees(page, t("key-revoke-sure", { name }));
  await press(page, t("key-revoke"));
  await sees(page, t("settings-done-key-revoked"));
  await expect(page.getByRole("row", { name }), t("key-revoked"));
});

inEveryLanguage("P1 the words of an e-mail are changed and seen as sent, in both languages", {}, async (page, t) => {
  await section(page, t, "emails");
  const shown = page.frameLocator("iframe");
  const language = (tag) =>
    follow(page, page.getByRole("navigation", { name: t("preferences-language") }).getByRole("link", { name: t(`language-${tag}`) }));
  await follow(page, page.getByRole("link", { name: `${t("letter-refund")} (${t("language-en")})` }));
  for (const tag of ["en", "fr"]) {
    await language(tag);
    const heading = fresh({ en: "Money on its way", fr: "Argent en route" }[tag]);
    const field = page.getByRole("textbox", { name: t("words-heading"), exact: true });
    await field.fill("{{ nothing_such }}");
    await press(page, t.save);
    await sees(page, t("emails-not-saved"));
    assert.equal(await field.inputValue(), "{{ nothing_such }}");
    await field.fill(heading);
    await page.getByRole("button", { name: t("emails-preview"), exact: true }).click();
    await shown.getByRole("heading", { name: heading }).waitFor();
    await press(page, t.save);
    await sees(page, t("emails-done-saved"));
    await shown.getByRole("heading", { name: heading }).waitFor();
    await press(page, t("emails-reset"));
    await sees(page, t("emails-done-reset"));
    await shown.getByRole("heading").first().waitFor();
    assert.equal(await shown.getByRole("heading", { name: heading }).count(), 0);
  }
});

inEveryLanguage("P2 a role of one's own sees orders and refunds none", {}, async (page, t) => {
  const name = fresh("Readers");
  const reader = await person();
  await section(page, t, "roles");
  await follow(page, page.getByRole("link", { name: t("role-new"), exact: true }));
  await page.getByRole("textbox", { name: t("name"), exact: true }).fill(name);
  await press(page, t.save);
  await sees(page, t("team-refusal-nothing-allowed"));
  assert.equal(await page.getByRole("textbox", { name: t("name"), exact: true }).inputValue(), name);
  await page.getByRole("checkbox", { name: t("permission-view-orders") }).check();
  await press(page, t.save);
  await sees(page, t("settings-done-role-made"));
  await section(page, t, "team");
  const row = page.getByRole("row").filter({ hasText: reader.email });
  await row.getByRole("combobox").selectOption({ label: name });
  await follow(page, row.getByRole("button"));
  await sees(page, t("settings-done-role-given"));
  const { made, wrong } = await context({ language: t.language });
  const other = await made.newPage();
  await signIn(other, t, reader);
  await openOrder(other, t, await order());
  await other.getByText(t.moreActions, { exact: true }).click();
  assert.equal(await other.getByRole("link", { name: t.refundOrder, exact: true }).count(), 0);
  assert.deepEqual(wrong, []);
  await made.close();
});

inEveryLanguage("R8 the organization's fees hold for orders taken from then on", {}, async (page, t) => {
  const before = await order({ shipping: null, duties: null, taxes: null });
  const set = async (total, returned) => {
    await section(page, t, "fees");
    await page.getByRole("textbox", { name: t("fees-total") }).fill(total);
    await page.getByRole("textbox", { name: t("fees-returned") }).fill(returned);
    await press(page, t.save);
  };
  await set("4", "5");
  await sees(page, t("fees-returned-too-much"));
  await set("4", "3");
  await sees(page, t("settings-done-fees"));
  try {
    const after = await order({ shipping: null, duties: null, taxes: null });
    // Of 50.00 EUR, which are 54.21 USD: 3 % of the new one, 2.1 % of the one that was there.
    for (const [number, returned] of [[before, "1.14"], [after, "1.63"]]) {
      await openOrder(page, t, number);
      await chooseAction(page, t, t.cancelOrder);
      await sees(page, money(t, returned, "USD"));
    }
  } finally {
    await set("6", "2.1");
    await sees(page, t("settings-done-fees"));
  }
});

inEveryLanguage("P1 dark and light are as the person chose, whatever the system says", { as: null }, async (page, t) => {
  await signIn(page, t, await person());
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  const choose = async (appearance) => {
    await follow(page, page.getByRole("link", { name: t.preferences, exact: true }).first());
    await page.getByRole("combobox", { name: t("preferences-appearance") }).selectOption({ label: t(`appearance-${appearance}`) });
    await press(page, t.save);
    await sees(page, t("preferences-saved"));
  };
  await choose("dark");
  const dark = await background();
  assert.notEqual(dark, light);
  await turn(page, () => page.goto("/orders"));
  assert.equal(await background(), dark);
  await choose("light");
  await page.emulateMedia({ colorScheme: "dark" });
  assert.equal(await background(), light);
  await choose("system");
  assert.equal(await background(), dark);
});

inEveryLanguage("P1 ship-from places are added, changed and removed, and one is the default", {}, async (page, t) => {
  const [first, second] = [fresh("Warehouse"), fresh("Shop")];
  const row = (name) => page.getByRole("row").filter({ hasText: name });
  const field = (name) => page.getByRole("textbox", { name: t(name), exact: true });
  const add = async (name, country) => {
    await follow(page, page.getByRole("link", { name: t("place-new"), exact: true }));
    await field("place-name").fill(name);
    await field("field-line1").fill("1 Main Street");
    await field("field-city").fill("Springfield");
    await field("field-country").fill(country);
    await press(page, t.save);
  };
  await section(page, t, "places");
  await add(first, "xx");
  // Refused beside its field, with what was typed.
  assert.equal(await field("field-country").getAttribute("aria-invalid"), "true");
  assert.equal(await field("place-name").inputValue(), first);
  await field("field-country").fill("us");
  await press(page, t.save);
  await sees(page, t("settings-done-place-added"));
  await add(second, "fr");
  await follow(page, row(second).getByRole("button", { name: `${t("place-make-default")} (${second})` }));
  await sees(page, t("settings-done-place-default"));
  await expect(row(second), t("place-is-primary"));
  // The default goes last, and says why.
  await follow(page, row(second).getByRole("link", { name: `${t("place-remove")} (${second})` }));
  await press(page, t("place-remove"));
  await sees(page, t("instead-choose-another-default"));
  await follow(page, row(first).getByRole("link", { name: first, exact: true }));
  await field("field-city").fill("Shelbyville");
  await page.getByRole("combobox", { name: t("place-kind"), exact: true }).selectOption({ label: t("place-kind-consolidation") });
  await press(page, t.save);
  await sees(page, t("settings-done-place-saved"));
  await expect(row(first), "Shelbyville");
  await expect(row(first), t("place-is-consolidation"));
  await follow(page, row(first).getByRole("link", { name: `${t("place-remove")} (${first})` }));
  await sees(page, t("place-remove-sure", { name: first }));
  await press(page, t("place-remove"));
  await sees(page, t("settings-done-place-removed"));
  assert.equal(await row(first).count(), 0);
});
