// What a program written against the interface does, with the clients of others: reads the schema, pages, asks, changes,
// sends a change twice under a key, and is told what it may not. Prints what it saw, for the test that runs it.

import { assertValidSchema, buildClientSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { ClientError, GraphQLClient, gql } from 'graphql-request';

const [url, key, order] = process.argv.slice(2);
const client = new GraphQLClient(url, { headers: { credentialToken: key } });

const ORDER = gql`
  query Order($id: String!) {
    order(orderId: $id) {
      accountOrderNumber
      amountSubtotals { items }
      items { name amount }
    }
  }
`;
const NOTE = gql`
  mutation Note($input: OrderNoteCreateInput!) {
    orderAddNote(input: $input) { notes { note } }
  }
`;
const CANCEL = gql`
  mutation Cancel($id: ID!) {
    orderCancel(id: $id) { status }
  }
`;

const PAGE = gql`
  query Page($after: String) {
    orders(first: 3, after: $after) {
      edges { node { accountOrderNumber } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

async function everyNumber() {
  const numbers = [];
  for (let after = null, isMore = true; isMore; ) {
    const { edges, pageInfo } = (await client.request(PAGE, { after })).orders;
    numbers.push(...edges.map(({ node }) => node.accountOrderNumber));
    ({ endCursor: after, hasNextPage: isMore } = pageInfo);
  }
  return numbers;
}

const schema = buildClientSchema(await client.request(getIntrospectionQuery()));
assertValidSchema(schema);
const faults = [ORDER, NOTE, CANCEL, PAGE].flatMap((document) => validate(schema, parse(document)));

const shown = await client.request(ORDER, { id: order });
const input = { orderId: order, note: 'told by another client', type: 'COMMENT' };
const once = { 'Idempotency-Key': 'note 1' };
await client.request(NOTE, { input }, once);
const noted = await client.request(NOTE, { input }, once);
const numbers = await everyNumber();
const canceled = await client.request(CANCEL, { id: order });
let refused;
try {
  await client.request(CANCEL, { id: order });
} catch (error) {
  const { errorType, code, rule, canRetry } = error instanceof ClientError && error.response.errors[0].extensions;
  refused = { errorType, code, rule, canRetry };
}
console.log(JSON.stringify({ faults, numbers, ...shown, ...noted, ...canceled, refused }));
