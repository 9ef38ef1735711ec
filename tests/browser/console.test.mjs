// The API console: a person asks what a program would ask, with a key that goes nowhere but into the question.
import assert from "node:assert/strict";
import { test } from "node:test";
import { violationsOn } from "./axe.mjs";
import { context, useBrowser } from "./browser.mjs";
import { desk } from "./desk.mjs";
import { words } from "./words.mjs";

useBrowser();

const answer = (page) => page.locator("#answer");

async function opened(given) {
  const { made, wrong } = await context(given);
  const page = await made.newPage();
  await page.goto("/graphql");
  return { made, wrong, page, t: words[given.language ?? "en"] };
}

for (const language of ["en", "fr"]) {
  test(`an example is chosen, asked by the keyboard, and answered as it came [${language}]`, async () => {
    const { made, wrong, page, t } = await opened({ language });
    await page.getByLabel(t("console-key"), { exact: true }).fill(desk.credentials.live);
    await page.getByLabel(t("console-example")).selectOption("orders");
    await page.getByLabel(t("console-variables"), { exact: true }).fill('{"first": 1}');
    await page.getByLabel(t("console-document")).press("Control+Enter");
    await answer(page).filter({ hasText: '"pageInfo": {' }).waitFor();
    // Numbers have the decimals that were sent.
    assert.match(await answer(page).textContent(), /"total": \d+(\.\d{2,3})?\n/);
    assert.match(await page.locator("#told").textContent(), /^200 OK · \d+ ms$/);
    await page.getByText(t("console-headers")).click();
    await page.getByText("ratelimit-remaining").waitFor();
    // The key is in its field alone: not in the address, not stored, not in the command.
    const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie, location.href]);
    assert.deepEqual(kept, [0, 0, "", `${desk.url}/graphql`]);
    await page.getByText(t("console-curl"), { exact: true }).first().click();
    const command = await page.locator("#curl").textContent();
    assert.match(command, /^curl http:\/\/\S+\/graphql \\\n {2}-H "credentialToken: \$KEY"/);
    assert.ok(!(await page.content()).includes(desk.credentials.live));
    await page.reload();
    assert.equal(await page.getByLabel(t("console-key"), { exact: true }).inputValue(), "");
    assert.deepEqual(wrong, []);
    await made.close();
  });
}

test("what is wrong is said where it is", async () => {
  const { made, wrong, page, t } = await opened({});
  await page.getByLabel(t("console-variables"), { exact: true }).fill("{first: 1}");
  await page.getByRole("button", { name: t("console-run") }).click();
  await page.getByRole("alert").filter({ hasText: t("console-variables-problem") }).waitFor();
  assert.equal(await answer(page).textContent(), "");
  await page.getByLabel(t("console-variables"), { exact: true }).fill("");
  await page.getByRole("button", { name: t("console-run") }).click();
  await answer(page).filter({ hasText: '"code": "no_key"' }).waitFor();
  await page.getByRole("button", { name: t("console-read") }).click();
  await page.getByText(t("console-needs-key")).waitFor();
  assert.deepEqual(wrong, []);
  await made.close();
});

test("the interface is read and searched, and one type leads to another", async () => {
  const { made, wrong, page, t } = await opened({});
  await page.getByLabel(t("console-key"), { exact: true }).fill(desk.credentials.test);
  await page.getByRole("button", { name: t("console-read") }).click();
  await page.getByRole("heading", { name: "Query", level: 3 }).waitFor();
  await page.getByLabel(t("console-find")).fill("orderRefundCreate");
  await page.getByRole("button", { name: "orderRefundCreate", exact: true }).click();
  await page.getByRole("heading", { name: "Mutation", level: 3 }).waitFor();
  await page.locator("#type").getByRole("button", { name: "OrderRefundInput", exact: true }).first().click();
  await page.getByRole("heading", { name: "OrderRefundInput", level: 3 }).waitFor();
  await page.getByLabel(t("console-find")).fill("nothing is called so");
  await page.getByText(t("console-none")).waitFor();
  assert.deepEqual(wrong, []);
  await made.close();
});

for (const isDark of [false, true]) {
  for (const width of [1280, 360]) {
    test(`axe finds nothing, and nothing is too wide [${isDark ? "dark" : "light"}, ${width} px]`, async () => {
      const { made, wrong, page, t } = await opened({ isDark, width, language: isDark ? "fr" : "en" });
      await page.getByLabel(t("console-key"), { exact: true }).fill(desk.credentials.live);
      await page.getByLabel(t("console-variables"), { exact: true }).fill('{"first": 3}');
      await page.getByRole("button", { name: t("console-run") }).click();
      await answer(page).filter({ hasText: '"pageInfo": {' }).waitFor();
      await page.getByRole("button", { name: t("console-read") }).click();
      await page.getByRole("heading", { name: "Query", level: 3 }).waitFor();
      for (const folded of await page.locator("summary").all()) {
        await folded.click();
      }
      if (process.env.SHOTS) {
        await page.screenshot({ path: `${process.env.SHOTS}/console-${isDark}-${width}.png`, fullPage: true });
      }
      assert.deepEqual(await violationsOn(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      assert.deepEqual(wrong, []);
      await made.close();
    });
  }
}

test("without scripts the page says what it needs, and how to ask all the same", async () => {
  const { made, wrong, page, t } = await opened({ hasScript: false, width: 360 });
  await page.getByText(t("console-without")).waitFor();
  await page.getByText(`curl ${desk.url}/graphql`).waitFor();
  assert.equal(await page.getByLabel(t("console-key"), { exact: true }).isVisible(), false);
  assert.deepEqual(wrong, []);
  await made.close();
});
