"""The console script `matchmaker`: nothing heavy is imported before Ctrl-C can be caught.

The command line brings a second of imports, in which somebody may change their mind.
"""

from __future__ import annotations

import sys

INTERRUPTED = 130  # as shells say it: 128 and the number of the signal


def main() -> None:
    """Run the command line; Ctrl-C at any moment ends in one line, not in a traceback."""
    try:
        from matchmaker.cli import main as run

        run()
    except KeyboardInterrupt:
        print("matchmaker: stopped.", file=sys.stderr)
        sys.exit(INTERRUPTED)
