// The palette: Ctrl+K, then words.
import { inEveryLanguage, openOrder, sees, turn, useBrowser } from "./browser.mjs";
import { order } from "./desk.mjs";

useBrowser();

inEveryLanguage("Ctrl K finds an order by its number and goes there", {}, async (page, t) => {
  const number = await order();
  await page.keyboard.press("Control+k");
  const field = page.getByRole("dialog").getByRole("combobox");
  await field.fill(number);
  await page.getByRole("option", { name: new RegExp(number) }).first().waitFor();
  await turn(page, () => page.keyboard.press("Enter"));
  await page.getByRole("heading", { name: t("order-title", { number }), level: 1 }).waitFor();
});

inEveryLanguage("Ctrl K acts on the order that is open", {}, async (page, t) => {
  await openOrder(page, t, await order());
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill(t.refundOrder);
  await page.getByRole("option", { name: t.refundOrder }).first().waitFor();
  await turn(page, () => page.keyboard.press("Enter"));
  await page.getByRole("button", { name: t.processRefund }).waitFor();
  await sees(page, t("refund-when"));
});
