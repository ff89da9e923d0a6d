"""`python3 -m matchmaker`: from a fresh checkout to the running site.

    python3 -m matchmaker                      install, prepare, serve
    python3 -m matchmaker --port 8080          the same, with options of `matchmaker up`
    python3 -m matchmaker search status        any other command, installed first if need be

Needs nothing but Python 3.11 with venv: until the environment exists, only the standard
library may be imported here.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  said before any newer syntax is parsed
    sys.exit(
        "Matchmaker needs Python 3.11 or newer; this is {}.{}. "
        "Start it with another one, for example: python3.12 -m matchmaker".format(
            *sys.version_info[:2]
        )
    )

from matchmaker.bootstrap import Checkout, hand_over
from matchmaker.entry import INTERRUPTED


def command_of(arguments: list[str]) -> list[str]:
    """Options alone mean `up`; a first plain word is a command of its own."""
    if arguments and not arguments[0].startswith("-"):
        return arguments
    return ["up", *arguments]


def main() -> None:
    """Install what is missing, then become the command; Ctrl-C meanwhile ends in one line."""
    try:
        checkout = Checkout.here()
        checkout.install()
        hand_over([str(checkout.script("matchmaker")), *command_of(sys.argv[1:])])
    except KeyboardInterrupt:
        print("matchmaker: stopped.", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
