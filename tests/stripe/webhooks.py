"""Serves localstripe, which signs its webhooks as Stripe does: `webhooks.py PORT`, on loopback, until its standard
input ends. By itself it would listen on every address and keep what it knows in a file for the next run.
"""

import sys

from aiohttp import web
from ending import end_with_input
from localstripe import resources, server


def main() -> None:
    resources.Store.dump_to_disk = lambda store: None
    end_with_input()
    web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]))


if __name__ == "__main__":
    main()
