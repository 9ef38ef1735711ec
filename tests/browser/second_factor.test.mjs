// Two-factor authentication: set up by picture or by typing, asked for at the door, and the way in without the telephone.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { follow, inEveryLanguage, press, scenario, sees, signIn, useBrowser } from "./browser.mjs";
import { violationsOn } from "./axe.mjs";
import { PASSWORD, person } from "./desk.mjs";

useBrowser();

/** What the telephone shows, so many steps from now; the next code is let in already, and each code works once. */
function code(letters, steps = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...letters.replaceAll(" ", "")].map((one) => alphabet.indexOf(one).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", secret).update(step).digest();
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fff_ffff;
  return `${number % 1_000_000}`.padStart(6, "0");
}

const LABELS = {
  fr: { secondFactor: "Double authentification", code: "Code à 6 chiffres", codes: "Codes de secours" },
  en: { secondFactor: "Two-factor authentication", code: "6-digit code", codes: "Recovery codes" },
};

/** Nothing for axe to find, here and now. */
async function isFine(page) {
  assert.deepEqual(await violationsOn(page), [], page.url());
}

/** Preferences, two-factor authentication, and the password: the secret that is shown. */
async function begin(page, t, look = isFine) {
  const { secondFactor } = LABELS[t.language];
  await follow(page, page.getByRole("link", { name: t.preferences, exact: true }).first());
  await page.getByRole("heading", { name: secondFactor }).waitFor();
  await follow(page, page.getByRole("link", { name: t("second-factor-set-up"), exact: true }));
  await page.getByRole("heading", { name: secondFactor, level: 1 }).waitFor();
  await look(page);
  await page.getByLabel(t("password-present"), { exact: true }).fill(PASSWORD);
  await press(page, t("second-factor-set-up"));
  await page.getByRole("img", { name: t("second-factor-picture") }).waitFor();
  await look(page);
  return page.getByLabel(t("second-factor-secret"), { exact: true }).inputValue();
}

/** Turns it on; the recovery codes. */
async function confirm(page, t, letters, look) {
  const { code: label, codes } = LABELS[t.language];
  await page.getByLabel(label, { exact: true }).fill(code(letters));
  await press(page, t("second-factor-confirm"));
  await sees(page, t("second-factor-is-on"));
  await page.getByRole("heading", { name: codes }).waitFor();
  await look(page);
  const shown = await page.getByRole("textbox", { name: codes }).inputValue();
  assert.equal(shown.split("\n").length, 10);
  return shown.split("\n");
}

async function signOut(page, t) {
  await page.getByText("Test member", { exact: true }).click();
  await press(page, t("sign-out"));
}

const story = (look) => async (page, t) => {
  const who = await person();
  const { secondFactor, code: label } = LABELS[t.language];
  await signIn(page, t, who);
  await page.getByRole("heading", { name: t.allOrders }).waitFor();
  const letters = await begin(page, t, look);
  await page.getByLabel(label, { exact: true }).fill("12345");
  await press(page, t("second-factor-confirm"));
  await page.getByRole("alert").filter({ hasText: t("second-factor-code-wrong") }).waitFor();
  const codes = await confirm(page, t, letters, look);
  await follow(page, page.getByRole("link", { name: t("second-factor-codes-kept") }));
  await page.getByRole("heading", { name: t.allOrders }).waitFor();
  await signOut(page, t);

  await signIn(page, t, who);
  await page.getByRole("heading", { name: t("sign-in-code"), level: 1 }).waitFor();
  const answer = page.getByLabel(label, { exact: true });
  assert.equal(await answer.getAttribute("inputmode"), "numeric");
  assert.ok(await answer.evaluate((field) => field === document.activeElement), "one can type at once");
  await look(page);
  await answer.fill("12345");
  await press(page, t.signIn);
  await page.getByRole("alert").filter({ hasText: t("second-factor-code-wrong") }).waitFor();
  await look(page);
  await answer.fill(code(letters, 1));
  await press(page, t.signIn);
  await page.getByRole("heading", { name: t.allOrders }).waitFor();
  await signOut(page, t);

  await signIn(page, t, who);
  await page.getByText(t("sign-in-code-lost")).click();
  await look(page);
  await page.getByLabel(t("sign-in-code-recovery"), { exact: true }).fill(codes[0]);
  await press(page, t("sign-in-code-recovery-use"));
  await page.getByRole("heading", { name: t.allOrders }).waitFor();

  await page.goto("/preferences/second-factor");
  await sees(page, t("second-factor-codes-left", { count: 9 }));
  await look(page);
  const off = page.locator("form").filter({ hasText: t("second-factor-turn-off-title") });
  await off.getByLabel(t("password-present"), { exact: true }).fill(PASSWORD);
  await off.getByLabel(t("second-factor-code-any"), { exact: true }).fill(codes[1]);
  await press(off, t("second-factor-turn-off"));
  await sees(page, t("second-factor-is-off"));
  await page.goto("/preferences");
  await page.getByRole("heading", { name: secondFactor }).filter({ hasText: t("second-factor-off") }).waitFor();
};

// What looks for axe is a script itself.
for (const [hasScript, look] of [[true, isFine], [false, async () => {}]]) {
  inEveryLanguage("two-factor authentication is set up, asked for, and turned off", { as: null, hasScript }, story(look));
}
inEveryLanguage("it is so in the dark and on a narrow screen", { as: null, isDark: true, width: 360 }, story(isFine));

scenario("the picture is read by a telephone as what can be typed", { as: null }, async (page, t) => {
  await signIn(page, t, await person());
  const letters = await begin(page, t);
  const address = await page.getByRole("link", { name: t("second-factor-open") }).getAttribute("href");
  assert.equal(new URL(address).searchParams.get("secret"), letters.replaceAll(" ", ""));
  const picture = page.getByRole("img", { name: t("second-factor-picture") });
  const { width, height } = await picture.boundingBox();
  assert.ok(width >= 200 && width === height, `${width} × ${height}`);
});
