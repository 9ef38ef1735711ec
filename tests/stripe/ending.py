"""How the stand-ins end: with the process that started them, however that one ends."""

import os
import sys
import threading


def wait() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def end_with_input() -> None:
    """Ends this process when its standard input does."""
    threading.Thread(target=wait, daemon=True).start()
