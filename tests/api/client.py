"""What a program in Python does, with the client of others: reads the schema, pages through orders, changes one, sends a
change twice under a key, and is told what it may not. Prints what it saw, for the test that runs it."""

import json
import sys

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport

url, key, order = sys.argv[1:]


def client(**headers):
    headers = {"credentialToken": key, **headers}
    # The client checks each document against the schema that it fetched.
    return Client(transport=RequestsHTTPTransport(url=url, headers=headers), fetch_schema_from_transport=True)


PAGE = gql("""
  query Page($after: String) {
    orders(first: 3, after: $after) {
      edges { node { accountOrderNumber amountSubtotals { total } } }
      pageInfo { hasNextPage endCursor }
    }
  }
""")
REFUND = gql("""
  mutation Refund($input: OrderRefundInput!) {
    orderRefundCreate(input: $input) { id amount order { refunds { id } } }
  }
""")
NOTE = gql("""
  mutation Note($input: OrderNoteCreateInput!) { orderAddNote(input: $input) { notes { note } } }
""")


def ask(document, session, **variables):
    document.variable_values = variables
    return session.execute(document)


def every_number(session):
    numbers, after = [], None
    while True:
        page = ask(PAGE, session, after=after)["orders"]
        numbers += [edge["node"]["accountOrderNumber"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return numbers
        after = page["pageInfo"]["endCursor"]


def refusal(session, amount):
    parts = [{"type": "ITEM", "amount": amount}]
    try:
        return ask(REFUND, session, input={"id": order, "currencyCode": "EUR", "subtotals": parts})
    except TransportQueryError as error:
        said = error.errors[0]["extensions"]
        return {name: said.get(name) for name in ("errorType", "code", "rule", "remedy", "canRetry")}


with client() as session, client(**{"Idempotency-Key": "refund 1"}) as once:
    parts = [{"type": "ITEM", "amount": "1.25"}]
    refund = {"id": order, "currencyCode": "EUR", "subtotals": parts}
    twice = [ask(REFUND, once, input=refund)["orderRefundCreate"] for _ in range(2)]
    noted = ask(NOTE, session, input={"orderId": order, "note": "told from Python", "type": "COMMENT"})
    print(json.dumps({
        "numbers": every_number(session),
        "refunds": [one["amount"] for one in twice],
        "isTheSame": twice[0]["id"] == twice[1]["id"],
        "count": len(twice[1]["order"]["refunds"]),
        "notes": [note["note"] for note in noted["orderAddNote"]["notes"]],
        "tooMuch": refusal(session, "1000.00"),
    }))
