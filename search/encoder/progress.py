"""How long steps tell the person who waits where they are."""

from collections.abc import Callable

# Called with what is happening, in words, and how much of it is done, from 0 to 1.
Progress = Callable[[str, float], None]


def silent(step: str, fraction: float) -> None:
    """For callers who show nothing."""
