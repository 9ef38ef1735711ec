// Opens one desk for all test files and runs them; arguments choose files by the beginnings of their names.
import { readdirSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { open } from "./desk.mjs";

const chosen = process.argv.slice(2);
const isChosen = (name) => chosen.length === 0 || chosen.some((beginning) => name.startsWith(beginning));
const files = readdirSync(".").filter((name) => name.endsWith(".test.mjs") && isChosen(name));
if (files.length === 0) {
  throw new Error(`no test file begins with ${chosen.join(" or ")}`);
}
const { desk, log, close } = await open();
process.env.OPEN_DESK = JSON.stringify(desk);
let failed = 0;
const tests = run({ files, concurrency: 1 });
tests.on("test:fail", () => (failed += 1));
tests.compose(spec).pipe(process.stdout);
await new Promise((ended) => tests.once("end", ended));
await close();
if (failed > 0) {
  console.error(log.join(""));
  process.exitCode = 1;
}
