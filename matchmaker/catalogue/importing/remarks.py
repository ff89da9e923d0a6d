"""What is said of a sheet, kept so that each reader reads it in their own language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Remark:
    """A text that was marked for the translators, and what stands in its places."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text

    def as_json(self) -> list[Any]:
        return [self.text, dict(self.values)]


def remark(text: str, /, **values: object) -> Remark:
    """`remark(N_("… %(most)s …"), most=5)`."""
    return Remark(text, {name: shortened(str(value)) for name, value in values.items()})


def remark_in(stored: list[Any]) -> Remark:
    """The remark that `as_json` gave."""
    return Remark(stored[0], stored[1])


def shortened(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


class Refused(Exception):
    """A whole file that cannot be used; says what to do instead."""

    def __init__(self, why: Remark) -> None:
        super().__init__(str(why))
        self.why = why


class Unread(Exception):
    """One cell that cannot be used; says what to type instead."""

    def __init__(self, remedy: Remark) -> None:
        super().__init__(str(remedy))
        self.remedy = remedy
