// What a program written against the interface does, with the clients of others: reads the schema, asks, changes, and
// is told what it may not. Prints what it saw, for the test that runs it.

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

const schema = buildClientSchema(await client.request(getIntrospectionQuery()));
assertValidSchema(schema);
const faults = [ORDER, NOTE, CANCEL].flatMap((document) => validate(schema, parse(document)));

const shown = await client.request(ORDER, { id: order });
const input = { orderId: order, note: 'told by another client', type: 'COMMENT' };
const noted = await client.request(NOTE, { input });
const canceled = await client.request(CANCEL, { id: order });
let refused;
try {
  await client.request(CANCEL, { id: order });
} catch (error) {
  refused = error instanceof ClientError && error.response.errors[0].extensions.code;
}
console.log(JSON.stringify({ faults, ...shown, ...noted, ...canceled, refused }));
