// Tells, for every letter in a folder, what the big clients do not show as it is written: one JSON object on standard
// output, each letter's name with the complaints about it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { doIUseEmail } from "@jsx-email/doiuse-email";

const folder = process.argv[2];
const emailClients = ["gmail.*", "outlook.*", "apple-mail.*", "yahoo.*"];
const complaints = {};
for (const name of readdirSync(folder).sort()) {
  const said = doIUseEmail(readFileSync(join(folder, name), "utf8"), { emailClients });
  complaints[name] = [...(said.errors ?? []), ...(said.warnings ?? [])];
}
console.log(JSON.stringify(complaints));
