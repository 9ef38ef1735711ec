// The API console: sends what is typed and shows what comes back as it came. The key is in its field and nowhere else.
const at = (id) => document.getElementById(id);
const [key, example, query, variables, once] = ["key", "example", "document", "variables", "once"].map(at);
const problem = at("variables-problem");
const told = at("told");

/** JSON laid out, with every number as it was written: read as a number, 10.00 would be 10. */
function laidOut(text) {
  let out = "";
  let depth = 0;
  let isText = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    if (isText) {
      out += sign;
      if (sign === "\\") {
        out += text[(index += 1)];
      } else if (sign === '"') {
        isText = false;
      }
      continue;
    }
    if (/\s/.test(sign)) {
      continue;
    }
    if (sign === '"') {
      isText = true;
      out += sign;
    } else if ("{[".includes(sign)) {
      const isEmpty = "}]".includes(text[index + 1]);
      depth += isEmpty ? 0 : 1;
      out += isEmpty ? `${sign}${text[(index += 1)]}` : `${sign}\n${"  ".repeat(depth)}`;
    } else if ("}]".includes(sign)) {
      depth -= 1;
      out += `\n${"  ".repeat(depth)}${sign}`;
    } else {
      out += { ",": `,\n${"  ".repeat(depth)}`, ":": ": " }[sign] ?? sign;
    }
  }
  return out;
}

/** What is sent: numbers of the variables stay as they were typed. */
const body = () => `{"query": ${JSON.stringify(query.value)}, "variables": ${variables.value.trim() || "{}"}}`;

function areVariablesGood() {
  let isGood = true;
  try {
    JSON.parse(variables.value.trim() || "{}");
  } catch {
    isGood = false;
  }
  problem.hidden = isGood;
  variables.setAttribute("aria-invalid", `${!isGood}`);
  return isGood;
}

function ask(text, headers) {
  const known = key.value.trim() ? { credentialToken: key.value.trim() } : {};
  const whole = { "content-type": "application/json", ...known, ...headers };
  // The key alone says who asks.
  return fetch("/graphql", { method: "POST", credentials: "omit", cache: "no-store", headers: whole, body: text });
}

async function run() {
  if (!areVariablesGood()) {
    variables.focus();
    return;
  }
  told.textContent = told.dataset.asking;
  const begun = performance.now();
  try {
    const answer = await ask(body(), once.value.trim() ? { "Idempotency-Key": once.value.trim() } : {});
    const text = await answer.text();
    const took = Math.round(performance.now() - begun);
    at("answer").textContent = laidOut(text);
    told.textContent = `${answer.status} ${answer.statusText} · ${took} ms`;
    at("headers").replaceChildren(
      ...[...answer.headers].flatMap(([name, value]) => [made("dt", name), made("dd", value)]),
    );
  } catch {
    told.textContent = told.dataset.lost;
  }
}

function made(kind, text, inside = []) {
  const element = document.createElement(kind);
  element.append(text, ...inside);
  return element;
}

/** The same question for a shell, which knows the key by a name. */
function showCurl() {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const again = once.value.trim() ? ` \\\n  -H ${quoted(`Idempotency-Key: ${once.value.trim()}`)}` : "";
  at("curl").textContent =
    `curl ${at("curl").dataset.url} \\\n  -H "credentialToken: $KEY" -H 'content-type: application/json'${again} \\\n  -d ${quoted(body())}`;
}

function showExample() {
  const { words, document: text, variables: given } = example.selectedOptions[0].dataset;
  at("example-words").textContent = words;
  query.value = text;
  variables.value = given;
  areVariablesGood();
  showCurl();
}

const INTROSPECTION = `{ __schema { queryType { name } mutationType { name } types { kind name description
  fields(includeDeprecated: true) { name description args { ...input } type { ...of } }
  inputFields { ...input } enumValues(includeDeprecated: true) { name description } possibleTypes { name } } } }
fragment input on __InputValue { name description defaultValue type { ...of } }
fragment of on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`;

const schemaTold = at("schema-told");
let types = new Map();
const MOST_SHOWN = 60;

async function readSchema() {
  if (!key.value.trim()) {
    schemaTold.textContent = schemaTold.dataset.key;
    key.focus();
    return;
  }
  schemaTold.textContent = told.dataset.asking;
  try {
    const answer = await (await ask(JSON.stringify({ query: INTROSPECTION }), {})).json();
    if (!answer.data) {
      schemaTold.textContent = answer.errors[0].message;
      return;
    }
    types = new Map(answer.data.__schema.types.map((of) => [of.name, of]));
    at("schema").hidden = false;
    find();
    show("Query");
  } catch {
    schemaTold.textContent = told.dataset.lost;
  }
}

/** Everything that has a name: types, and what they hold. */
function* named() {
  for (const of of types.values()) {
    if (of.name.startsWith("__")) {
      continue;
    }
    yield { name: of.name, type: of.name, words: of.description ?? "" };
    for (const part of [...(of.fields ?? []), ...(of.inputFields ?? []), ...(of.enumValues ?? [])]) {
      const isOperation = of.name === "Query" || of.name === "Mutation";
      yield { name: isOperation ? part.name : `${of.name}.${part.name}`, type: of.name, words: part.description ?? "" };
    }
  }
}

function find() {
  const wanted = at("find").value.trim().toLowerCase();
  const all = [...named()];
  const inName = all.filter(({ name }) => name.toLowerCase().includes(wanted));
  const inWords = all.filter((one) => !inName.includes(one) && one.words.toLowerCase().includes(wanted));
  // Without a word to look for, types alone are a list that one can read.
  const found = wanted ? [...inName, ...inWords] : all.filter(({ name, type }) => name === type);
  const { many, none } = schemaTold.dataset;
  schemaTold.textContent = found.length > MOST_SHOWN && wanted ? many : found.length ? "" : none;
  const shown = wanted ? found.slice(0, MOST_SHOWN) : found;
  at("found").replaceChildren(...shown.map(({ name, type }) => made("li", linkTo(type, name))));
}

function linkTo(type, text) {
  const link = made("button", text);
  link.type = "button";
  link.className = "link";
  link.addEventListener("click", () => {
    show(type);
    at("type").focus();
  });
  return link;
}

/** A type as the schema writes it, leading to what it holds. */
function written(of) {
  if (of.kind === "NON_NULL") {
    return [...written(of.ofType), "!"];
  }
  if (of.kind === "LIST") {
    return ["[", ...written(of.ofType), "]"];
  }
  return [types.has(of.name) ? linkTo(of.name, of.name) : of.name];
}

function argument({ name, type, defaultValue }) {
  return [`${name}: `, ...written(type), ...(defaultValue ? [` = ${defaultValue}`] : [])];
}

function entry(part) {
  const given = (part.args ?? []).flatMap((one, index) => [index ? ", " : "", ...argument(one)]);
  const head = part.type ? [...(given.length ? ["(", ...given, ")"] : []), ": ", ...written(part.type)] : [];
  const words = [part.description, ...(part.args ?? []).filter((one) => one.description).map((one) => `${one.name}: ${one.description}`)];
  return [made("dt", part.name, head), ...words.filter(Boolean).map((text) => made("dd", text))];
}

function show(name) {
  const of = types.get(name);
  const parts = [...(of.fields ?? []), ...(of.inputFields ?? []), ...(of.enumValues ?? [])];
  const members = (of.possibleTypes ?? []).map((one) => made("dt", linkTo(one.name, one.name)));
  const list = made("dl", "", [...parts.flatMap(entry), ...members]);
  const shown = [made("h3", name), of.description ? made("p", of.description) : ""];
  at("type").replaceChildren(...shown, ...(list.childElementCount ? [list] : []));
}

example.addEventListener("change", showExample);
for (const field of [query, variables, once]) {
  field.addEventListener("input", showCurl);
}
at("run").addEventListener("click", run);
at("read").addEventListener("click", readSchema);
at("find").addEventListener("input", find);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
});
at("without-script").hidden = true;
at("console").hidden = false;
showExample();
