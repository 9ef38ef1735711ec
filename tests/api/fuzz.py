"""Asks a desk whatever its schema allows, and some of what it does not, and looks at each answer: no fault of the desk's
own, nothing about how it is built, nothing of anybody else's. Prints what it counted and found, as JSON."""

import http.client
import json
import re
import sys
import time
from collections import Counter
from random import Random
from urllib.parse import urlsplit

import graphql
from graphql.language import ast, print_ast, visit
from hypothesis.errors import InvalidArgument
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st
from hypothesis_graphql import Mode, from_schema

KINDS = {"BAD_REQUEST", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "FAILED_PRECONDITION", "UNAVAILABLE"}
# What a database, a path or a stack would look like in an answer.
INSIDE = re.compile(
    r"sqlite|sqlx|postgres|no such (table|column)|relation \"|violates|syntax error at or near|panicked|backtrace"
    r"|/(home|root|usr|tmp|var|crates)/|\.rs:\d",
    re.IGNORECASE,
)
SLOW_S = 5
# Documents of an operation in a round; then the next one has its turn.
DOCUMENTS = 8
# Names of a kind that are remembered.
MOST_NAMES = 400

url, key, seconds, first, strangers_file = sys.argv[1:]
place = urlsplit(url)
strangers = json.load(open(strangers_file, encoding="utf-8"))
told = {"asked": 0, "answered": 0, "rounds": 0, "slowest_ms": 0, "codes": Counter(), "found": []}
connection = None


def send(document, headers):
    """The status and the text of an answer; a connection that the desk closed is opened anew, once."""
    global connection
    body = json.dumps({"query": document}).encode()
    headers = {"content-type": "application/json", "credentialToken": key, **headers}
    for attempt in range(2):
        connection = connection or http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        try:
            connection.request("POST", place.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (http.client.HTTPException, ConnectionError):
            connection = None
            if attempt:
                raise


def faults(document, status, text, took_s):
    """What is wrong about an answer."""
    if status not in (200, 400, 413):
        yield f"status {status}"
    if took_s > SLOW_S:
        yield f"took {took_s:.1f} s"
    try:
        answer = json.loads(text)
    except ValueError:
        yield "no JSON"
        return
    for error in answer.get("errors", []):
        said = error.get("extensions", {})
        told["codes"][f"{said.get('errorType')} {said.get('code')}"] += 1
        if said.get("errorType") not in KINDS or not said.get("requestId"):
            yield f"error {said}"
    if found := INSIDE.search(text):
        # What was asked may be quoted.
        if found.group() not in document:
            yield f"says {found.group()!r}"
    for secret in strangers["secrets"]:
        if secret in text:
            yield f"tells {secret!r}"


def ask(document, headers):
    """Asks, looks at the answer, and tells what it named."""
    begun = time.monotonic()
    try:
        status, text = send(document, headers)
    except (OSError, http.client.HTTPException) as error:
        told["found"].append({"problem": repr(error), "document": document})
        return set()
    took_s = time.monotonic() - begun
    told["asked"] += 1
    is_answered = status == 200 and '"errors"' not in text
    told["answered"] += is_answered
    told["slowest_ms"] = max(told["slowest_ms"], round(took_s * 1000))
    for problem in faults(document, status, text, took_s):
        told["found"].append({"problem": problem, "document": document, "answer": text[:2000]})
    return set(texts_of(json.loads(text))) if is_answered else set()


def texts_of(value):
    """Every text of an answer that names something."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and (name == "id" or name.endswith(("Id", "Number", "ursor"))):
                yield inner
            else:
                yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


KNOWN = """{ orders(first: 60) { edges { cursor node { id accountOrderNumber organization items { id } parties { id }
  notes { id } refunds { id } trackingNumbers shipments { id trackingDetails { number } } root { id }
  landedCosts { id } } } } }"""


def known():
    """Names that mean something to this desk, by what they begin with; and where webhooks may go, to nobody."""
    _, text = send(KNOWN, {})
    kinds = {"webhook": ["https://127.0.0.1:9/hook"]}
    learn(kinds, set(texts_of(json.loads(text)["data"])) | set(strangers["ids"]))
    return kinds


def learn(kinds, names):
    """Remembers names: what was made just now is what the next questions are about."""
    for name in sorted(names):
        known_ones = kinds.setdefault(name.partition("_")[0].lower() if "_" in name else "number", [])
        if name not in known_ones:
            known_ones.append(name)
            del known_ones[:-MOST_NAMES]


class Names(graphql.Visitor):
    """Puts names that mean something in the place of made-up texts."""

    def __init__(self, random, kinds, operation):
        super().__init__()
        self.random, self.kinds = random, kinds
        # What an operation is called says whose names it takes.
        self.likely = [kind for kind in kinds if kind in operation.lower()]

    def enter_string_value(self, node, *_):
        if self.random.random() > 0.7:
            return None
        likely = self.likely if self.random.random() < 0.8 else []
        kind = self.random.choice(likely or list(self.kinds))
        return ast.StringValueNode(value=self.random.choice(self.kinds[kind]), block=False)


def values(schema):
    """Values of the schema's own scalars: good ones, and now and then others."""
    text = lambda value: ast.StringValueNode(value=value)
    number = lambda value: ast.FloatValueNode(value=value)
    amounts = ["0", "1", "-1", "0.01", "12.50", "19.999", "99999999999999", "1e30", "-0.0", "123456789012345678901"]
    odd = st.one_of(st.text(max_size=12).map(text), st.booleans().map(lambda value: ast.BooleanValueNode(value=value)))
    good = {
        "Decimal": st.one_of(st.sampled_from(amounts).map(number), st.sampled_from(amounts).map(text)),
        "DateTime": st.datetimes().map(lambda value: text(value.isoformat() + "Z")),
        "CurrencyCode": st.sampled_from(["EUR", "USD", "JPY", "KWD", "XXX", "eur", ""]).map(text),
        "CountryCode": st.sampled_from(["FR", "US", "JP", "DE", "XX", "fr", ""]).map(text),
    }
    own = [name for name, of in schema.type_map.items() if graphql.is_scalar_type(of) and name not in graphql.specified_scalar_types]
    return {name: st.one_of(good[name], good[name], odd) if name in good else odd for name in own}


def run():
    _, text = send(graphql.get_introspection_query(), {})
    schema = graphql.build_client_schema(json.loads(text)["data"])
    roots = [schema.query_type, schema.mutation_type]
    operations = [name for root in roots if root for name in root.fields]
    kinds, scalars, end = known(), values(schema), time.monotonic() + float(seconds)
    while time.monotonic() < end:
        for index, operation in enumerate(operations):
            mode = Mode.NEGATIVE if told["rounds"] % 5 == 4 else Mode.POSITIVE
            made = from_schema(
                schema, fields=[operation], custom_scalars=scalars, mode=mode, allow_x00=True, print_ast=lambda node: node
            )

            @seed(int(first) + told["rounds"] * 1000 + index)
            @settings(
                max_examples=DOCUMENTS, deadline=None, database=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(made, st.integers(0, 2**32))
            def one(document, chance):
                if time.monotonic() > end:
                    return
                # Of its own: what is chosen depends on what was made, which is not for the maker of documents to know.
                random = Random(chance)
                document = visit(document, Names(random, kinds, operation)) if random.random() < 0.8 else document
                again = {"Idempotency-Key": str(random.randint(0, 50))} if random.random() < 0.2 else {}
                learn(kinds, ask(print_ast(document), again))

            try:
                one()
            except InvalidArgument:
                # Of this operation there is nothing that could be asked wrongly.
                if mode is Mode.POSITIVE:
                    raise
        told["rounds"] += 1
    told["operations"] = len(operations)


run()
json.dump(told, sys.stdout)
