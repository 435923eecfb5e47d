"""The command line: thin commands over the assistant, for people and for scripts.

Exit codes: 0 done · 1 done, with something skipped or found wrong · 2 wrong use, or a failure (message on stderr,
nothing on stdout).
"""

from __future__ import annotations

import io
import os
import sys

from corpus.errors import DossierError
from ui.cli import asking, collecting, keeping  # each adds its commands
from ui.cli.common import app, complain


def main() -> None:
    """Run the command line; every expected error is one paragraph on stderr and exit code 2."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows "?" for it
    try:
        app()
    except DossierError as error:
        complain(error)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


__all__ = ["app", "asking", "collecting", "keeping", "main"]
