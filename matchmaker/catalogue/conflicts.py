"""Two people changed one product: what each of them said, and whose word counts, by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from matchmaker.catalogue.labels import Names
from matchmaker.catalogue.versions import Choice, Said, choices, merged


@dataclass(frozen=True)
class Question:
    """One field on which two people differ, in words. `chosen`: 'mine', 'theirs' or not yet."""

    field: str
    label: str
    base: str
    mine: str
    theirs: str
    is_clash: bool
    chosen: str


@dataclass(frozen=True)
class Resolved:
    """What comes of the answers. `open`: fields for which nobody's word was chosen yet."""

    said: dict[str, Any]
    open: tuple[str, ...]


def questions(
    base: Said, mine: Said, theirs: Said, answers: Mapping[str, str], names: Names
) -> list[Question]:
    """What to ask the second of the two; what only one of them changed is proposed as theirs."""
    return [
        Question(
            each.field,
            names.label(each.field),
            names.say(each.field, each.base),
            names.say(each.field, each.mine),
            names.say(each.field, each.theirs),
            each.is_clash,
            _answer(each, answers),
        )
        for each in choices(base, mine, theirs)
    ]


def resolve(base: Said, mine: Said, theirs: Said, answers: Mapping[str, str]) -> Resolved:
    """Theirs with mine where mine was chosen."""
    asked = choices(base, mine, theirs)
    kept: Collection[str] = {each.field for each in asked if _answer(each, answers) == "mine"}
    undecided = tuple(each.field for each in asked if not _answer(each, answers))
    return Resolved(merged(mine, theirs, kept), undecided)


def _answer(choice: Choice, answers: Mapping[str, str]) -> str:
    given = answers.get(choice.field, "")
    return given if given in ("mine", "theirs") else choice.suggestion
