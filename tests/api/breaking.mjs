// A second opinion, graphql-js's own, on whether clients of the reference interface would break on the desk: its list of
// names becomes a schema, which is compared with what the desk tells of itself. Prints what would break.

import { readFileSync } from 'node:fs';
import { buildClientSchema, buildSchema, findBreakingChanges, getIntrospectionQuery, isScalarType } from 'graphql';
import { GraphQLClient } from 'graphql-request';

const [url, key, list] = process.argv.slice(2);
const client = new GraphQLClient(url, { headers: { credentialToken: key } });
const ours = buildClientSchema(await client.request(getIntrospectionQuery()));

/** `type Order: id:ID!; note(id:ID! first:Int):String` in the language of schemas. */
function described(line) {
  const [head, rest] = line.split(': ', 2);
  if (head.startsWith('union ')) {
    return `${head} = ${rest.split(' ').join(' | ')}`;
  }
  return `${head} {\n${head.startsWith('enum ') ? rest.split(' ').join('\n') : rest.split('; ').join('\n')}\n}`;
}

const scalars = Object.values(ours.getTypeMap()).filter((of) => isScalarType(of)).map(({ name }) => name);
const own = scalars.filter((name) => !['Int', 'Float', 'String', 'Boolean', 'ID'].includes(name));
const lines = readFileSync(list, 'utf8').trim().split('\n');
const theirs = buildSchema([...own.map((name) => `scalar ${name}`), ...lines.map(described)].join('\n'));
const changes = findBreakingChanges(theirs, ours);
const isGone = ({ type }) => type.endsWith('_REMOVED') || type === 'VALUE_REMOVED_FROM_ENUM' || type === 'TYPE_REMOVED_FROM_UNION';
// A scalar of ours alone was only needed to read the list.
const told = (some) => some.map(({ description }) => description).sort();
console.log(JSON.stringify({ gone: told(changes.filter(isGone)), weaker: told(changes.filter((change) => !isGone(change))) }));
