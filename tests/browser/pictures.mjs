// The pictures of the README, taken of the demo: the same seed shows the same orders on any day.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { open } from "./desk.mjs";

const [folder] = process.argv.slice(2);
const { desk, close } = await open({ orders: 2000, seed: 1 });
// What a bare machine draws the interface with is wider than what people's machines have; any of these is like theirs.
const fonts = join(desk.data, "..", "fonts.conf");
const family = (name) => `<family>${name}</family>`;
const likeTheirs = ["Inter", "Noto Sans", "Roboto", "Liberation Sans"].map(family).join("");
const alias = (name) => `<alias binding="strong">${family(name)}<prefer>${likeTheirs}</prefer></alias>`;
const rules = `<include>/etc/fonts/fonts.conf</include>${["system-ui", "sans-serif"].map(alias).join("")}`;
await writeFile(fonts, `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${rules}</fontconfig>`);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  env: { ...process.env, FONTCONFIG_FILE: fonts },
});
try {
  await mkdir(folder, { recursive: true });
  for (const scheme of ["light", "dark"]) {
    const context = await browser.newContext({
      baseURL: desk.url,
      locale: "en-US",
      timezoneId: "UTC",
      colorScheme: scheme,
      reducedMotion: "reduce",
      viewport: { width: 1360, height: 850 },
    });
    const page = await context.newPage();
    await page.goto("/");
    await page.getByLabel("E-mail", { exact: true }).fill(desk.people.admin.email);
    await page.getByLabel("Password", { exact: true }).fill(desk.people.admin.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "All orders" }).waitFor();
    await page.screenshot({ path: join(folder, `list-${scheme}.png`) });
    // One that has a story: paid here, and refunded in part.
    await page.goto("/orders?payment=partially_refunded&source=checkout");
    await page.goto(await page.getByRole("rowheader").getByRole("link").first().getAttribute("href"));
    await page.screenshot({ path: join(folder, `order-${scheme}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  await close();
}
