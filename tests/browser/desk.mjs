// A demo desk of the real binary, in a folder of its own; and the orders and people that a test needs beside it.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const program = process.env.DESK;
const run = promisify(execFile);
export const PASSWORD = "correct horse battery";

// None of the settings of whoever runs the tests.
const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("BORDEREAU_")));

/** Makes the demo and serves it on a free port; `close` ends it and removes its folder. */
export async function open({ orders = 300, seed = 1 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "bordereau-browser-"));
  const data = join(folder, "desk");
  const size = ["--orders", `${orders}`, "--seed", `${seed}`];
  const server = spawn(program, ["demo", "--data", data, "--listen", "127.0.0.1:0", ...size], {
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = [];
  server.stderr.on("data", (text) => log.push(text));
  const close = async () => {
    server.kill("SIGTERM");
    if (server.exitCode === null && server.signalCode === null) {
      await new Promise((ended) => server.once("exit", ended));
    }
    await rm(folder, { recursive: true, force: true });
  };
  process.once("exit", () => server.kill("SIGKILL"));
  try {
    const url = await opened(server);
    const { people, credentials } = JSON.parse(await readFile(join(data, "demo.json"), "utf8"));
    return { desk: { url, data, people, credentials }, log, close };
  } catch (error) {
    await close();
    throw new Error(`${error.message}\n${log.join("")}`);
  }
}

function opened(server) {
  return new Promise((found, failed) => {
    let said = "";
    server.stdout.on("data", (text) => {
      said += text;
      const address = said.match(/Bordereau is open at (\S+)/);
      if (address) {
        found(address[1]);
      }
    });
    server.once("exit", (code) => failed(new Error(`the desk ended with ${code} before it was open`)));
    server.once("error", failed);
  });
}

/** The desk that `run.mjs` opened for all test files. */
export const desk = process.env.OPEN_DESK ? JSON.parse(process.env.OPEN_DESK) : undefined;

let made = 0;
/** A number that no other order has. */
export function fresh(prefix) {
  made += 1;
  return `${prefix}-${process.pid}-${made}`;
}

/** Takes in one order, paid here unless said otherwise, and tells its number; `null` leaves a field out. */
export async function order(changes = {}) {
  const number = changes.number === undefined ? fresh("T") : changes.number;
  const whole = {
    placed_at: new Date(Date.now() - 3_600_000).toISOString(),
    source: "checkout",
    currency: "EUR",
    rate: "1.0842",
    items: [
      { name: "Wool hat", sku: "HAT-1", quantity: 2, unit_price: "10.00", hs_code: "6505.00", origin: "PT", weight_g: 120 },
      { name: "Scarf", sku: "SCARF-1", quantity: 1, unit_price: "30.00", hs_code: "6214.20", origin: "FR", weight_g: 80 },
    ],
    shipping: "5.00",
    duties: "2.50",
    taxes: "4.00",
    ship_to: {
      first_name: "Chloé", last_name: "Lefèvre", line1: "12 rue de la Paix", city: "Nîmes",
      postal_code: "30000", country: "FR", email: "chloe@shopper.example",
    },
    payment: { provider: "sandbox", reference: `ch_${fresh("p")}`, method: "Visa 4242" },
    fraud_protection: true,
    guarantee: false,
    ...changes,
    number,
  };
  const given = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
  const file = join(desk.data, "..", `${fresh("order")}.jsonl`);
  await writeFile(file, `${JSON.stringify(given)}\n`);
  await run(program, ["import", "--data", desk.data, file], { env: environment() });
  return number;
}

/** Someone of the demo's organization who can sign in, with the password of these tests. */
export async function person(role = "member") {
  const email = `${fresh(role).toLowerCase()}@demo.example`;
  const who = ["--organization", "Alpine Supply", "--email", email, "--name", `Test ${role}`, "--role", role];
  const env = { ...environment(), BORDEREAU_PASSWORD: PASSWORD };
  await run(program, ["user", "add", "--data", desk.data, ...who], { env });
  return { email, password: PASSWORD };
}
