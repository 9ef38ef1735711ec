"""Serves the stand-in for Stripe that the tests ask: `serve.py PORT`, on loopback, until its standard input ends.

The package is written for Python 3.14. On 3.12 and 3.13 two of its habits fail, so the installed copy is adapted
first: `except A, B:` gets its parentheses, and annotations are not evaluated where they name what is not there yet.
"""

import re
import sys
from pathlib import Path

from ending import end_with_input

OLDEST = (3, 12)
EXCEPT = re.compile(r"^(\s*)except ([\w.]+(?:, [\w.]+)+):$", re.MULTILINE)
FUTURE = "from __future__ import annotations\n"
DOCSTRING = re.compile(r'\A(?:\s*#[^\n]*\n)*\s*(?:"""(?:.|\n)*?"""\n)?')


def adapt(folder: Path) -> None:
    """Rewrites what an older Python cannot read; what was adapted before stays as it is."""
    for file in folder.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        adapted = EXCEPT.sub(r"\1except (\2):", text)
        if FUTURE not in adapted:
            end = DOCSTRING.match(adapted).end()
            adapted = adapted[:end] + FUTURE + adapted[end:]
        if adapted != text:
            file.write_text(adapted, encoding="utf-8")


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit("the stand-in for Stripe needs Python 3.12 or newer")
    packages = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    if sys.version_info < (3, 14):
        for name in ("seahaven", "seahaven_stripe_world"):
            adapt(packages / name)
    from seahaven.http import serve
    from seahaven_stripe_world.http_api import handle
    from seahaven_stripe_world.world import world

    end_with_input()
    serve(world, handle, host="127.0.0.1", port=int(sys.argv[1]), max_instances=0)


if __name__ == "__main__":
    main()
