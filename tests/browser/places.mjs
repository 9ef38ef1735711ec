// Where there is something to look at: a page of every kind, with orders in the states that change what it shows.
import { order } from "./desk.mjs";

const idOf = async (page, number) => {
  await page.goto(`/orders?q=${encodeURIComponent(number)}`);
  const href = await page.getByRole("link", { name: number, exact: true }).first().getAttribute("href");
  return new URL(href, page.url()).pathname.split("/").at(-1);
};

const firstOf = async (page, filter) => {
  await page.goto(`/orders?${filter}`);
  return page.getByRole("rowheader").getByRole("link").first().getAttribute("href");
};

const day = (from) => new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);

/** Refunds an amount of an order that the sandbox refuses, and waits until the queue shows that it failed. */
async function refused(page, path) {
  await page.goto(`${path}/refund?currency=presentment`);
  await page.locator("input[name=item]").fill("10.13");
  await page.locator("select[name=reason]").selectOption("duplicate");
  await page.locator("button[value=review]").click();
  await page.locator("button[value=confirm]").click();
  const form = page.locator('a[href^="/refunds/settle?"]').first();
  for (let tries = 0; tries < 50 && !(await form.count()); tries += 1) {
    await page.waitForTimeout(200);
    await page.goto("/refunds?state=failed");
  }
  return form.getAttribute("href");
}

let numbers;
/** The paths, for someone who is signed in on this page. */
export async function paths(page) {
  numbers ??= {
    open: await order(),
    refused: await order(),
    shipped: await order({ state: "shipped", tracking_numbers: ["LX123456789FR"], tags: ["vip"], notes: ["Called."] }),
    held: await order({ payment: { provider: "sandbox", reference: `held_${Date.now()}`, method: "Visa 4242", state: "ask" } }),
    elsewhere: await order({ source: "duty_and_tax", guarantee: true, payment: null, fraud_protection: false }),
  };
  const open = `/orders/${await idOf(page, numbers.open)}`;
  const held = `/orders/${await idOf(page, numbers.held)}`;
  await page.goto(held);
  // The worker looks for what an import left to do once a second.
  while ((await page.locator("section[aria-labelledby=payment] a[href*=capture]").count()) === 0) {
    await page.reload();
  }
  const elsewhere = `/orders/${await idOf(page, numbers.elsewhere)}`;
  numbers.settle ??= await refused(page, `/orders/${await idOf(page, numbers.refused)}`);
  const forms = ["cancel", "refund", "capture", "number", "ship-to", "bill-to", "tracking"].map((form) => `${open}/${form}`);
  return [
    "/orders",
    "/orders?status=open&status=completed&q=example",
    "/orders?q=nobody-is-called-so",
    open,
    `/orders/${await idOf(page, numbers.shipped)}`,
    elsewhere,
    held,
    `${held}/capture`,
    await firstOf(page, "payment=partially_refunded"),
    await firstOf(page, "status=canceled"),
    await firstOf(page, "attention=yes"),
    await firstOf(page, "disputed=yes"),
    ...forms,
    `${elsewhere}/cancel`,
    `${elsewhere}/refund`,
    "/views",
    "/views?list=status%3Dopen",
    `/orders/print?id=${open.split("/").at(-1)}`,
    "/refunds",
    "/refunds?state=failed",
    numbers.settle,
    "/refunds/reconciliation",
    `/refunds/reconciliation?from=${day(-3)}&to=${day(1)}`,
    "/preferences",
    "/preferences/second-factor",
    ...["team", "roles", "roles/new", "keys", "organization", "places", "places/new", "payments", "fees", "policies", "webhooks", "webhooks/new", "deliveries", "log"].map((section) => `/settings/${section}`),
    "/invitation/used.long-ago",
    "/nothing-is-here",
  ];
}

