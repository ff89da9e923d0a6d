"""The sentences an organiser reads about a timetable: one English template for each key. Pure.

Facts are names and numbers; slots and tables count from 0 as data and from 1 in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "unknown wish": "The meeting {wish} of {who} in slot {slot} is not on the list of wishes.",
    "unknown person": "{who} is to attend the meeting {wish}, but is not among the people.",
    "unknown slot": "The meeting {wish} takes place in slot {slot}; there are only {slots:slot}.",
    "unknown interpreter": "{who} of the meeting {wish} is not among the interpreters.",
    "not of the wish": "{who} attends the meeting {wish}, but does not belong to that side of it.",
    "meets oneself": "{who} is on both sides of the meeting {wish}.",
    "same company": "{who} and {other} meet in slot {slot}, but both belong to {company}.",
    "kept apart": "{who} and {other} meet in slot {slot}, but are to be kept apart.",
    "person twice": "{who} has {count:meeting} at once in slot {slot}.",
    "person absent": "{who} has a meeting in slot {slot}, but is absent then.",
    "too many meetings": "{who} has {count:meeting}, but wants at most {most}.",
    "wish twice": "The meeting {wish} takes place {count:time}.",
    "wrong slot": "The meeting {wish} takes place in slot {slot}, which is not one of its slots.",
    "pin moved": "The meeting {wish} is pinned to slot {pinned}, but takes place in slot {slot}.",
    "pin missing": "The meeting {wish} is pinned to slot {pinned}, but does not take place.",
    "must missing": "The meeting {wish} must take place, but does not.",
    "not placed": "The meeting {wish} is on the given list, but has no place.",
    "slot full": "There are {count:meeting} in slot {slot}, but only {tables:table}.",
    "no such table": "{wish} is at table {table} in slot {slot}, which has {tables:table}.",
    "table twice": "{count:meeting} share table {table} in slot {slot}.",
    "interpreter missing": "{who} and {other} share no language and have no interpreter.",
    "interpreter unable": "{interpreter} cannot interpret for {who} and {other} in slot {slot}.",
    "interpreter twice": "{who} interprets {count:meeting} at once in slot {slot}.",
    "interpreter absent": "{who} is to interpret in slot {slot}, but is absent then.",
    "precedence broken": "{wish} in slot {slot} must come before {other} in slot {later}.",
    "breaks apart": "{who} has {count:break} and {other} only {least}; they may differ by {most}.",
}

# From what excludes a meeting altogether to what only just keeps it from a slot.
REASONS: Mapping[str, str] = {
    "same company": "{who} and {other} belong to the same company.",
    "kept apart": "{who} and {other} are to be kept apart.",
    "no common slot": "{who} and {other} have no common free slot: they are never there together.",
    "no allowed slot": "{who} and {other} are there together in {slots:slot}, but this meeting "
    "may not take place in any of them.",
    "no interpreter": "{who} and {other} share no language, and no interpreter speaks for both.",
    "interpreter away": "{who} and {other} share no language, and who could interpret for them "
    "({interpreters}) is absent in every slot they might have.",
    "wants none": "{who} wants no meetings.",
    "quota full, worthier": "{who} has {most:meeting}, as many as wanted, and each is worth at "
    "least as much.",
    "quota full": "{who} has {most:meeting}, as many as wanted.",
    "busy, worthier": "{who} and {other} have {slots:common slot}, but one of them has a meeting "
    "worth at least as much in each.",
    "busy": "{who} and {other} have {slots:common slot}, but one of them is busy in each.",
    "tables": "{who} and {other} have {slots:common slot} and are both free in {free}, but no "
    "table is free then, of {tables} in a slot.",
    "interpreters": "{who} and {other} have {slots:common slot} and are both free in {free}, but "
    "where a table is free no interpreter for them is.",
    "order": "{who} and {other} could only meet on the wrong side of {fixed}, which must come "
    "before or after.",
    "possible": "Nothing is in the way: {who} and {other} could meet in slot {slot}.",
}

COUNTED_FROM_ZERO = frozenset({"slot", "table", "pinned", "later"})


def fault_sentence(kind: str, facts: Mapping[str, object]) -> str:
    """What is wrong, for the person who dragged a meeting there."""
    return FAULTS[kind].format_map(as_read(facts))


def reason_sentence(reason: str, facts: Mapping[str, object]) -> str:
    """Why a wish does not take place, for the person who wished it."""
    return REASONS[reason].format_map(as_read(facts))


def as_read(facts: Mapping[str, object]) -> dict[str, object]:
    """Slots and tables as they are written on the wall, from 1; other numbers with their noun."""
    return {key: _read(key, value) for key, value in facts.items()}


def _read(key: str, value: object) -> object:
    if isinstance(value, str):
        return _Words(value)
    if not isinstance(value, int):
        return value
    return value + 1 if key in COUNTED_FROM_ZERO else _Count(value)


def counted(number: int, noun: str) -> str:
    """A number with its noun: '1 meeting', '3,000 meetings'."""
    plural = f"{noun}es" if noun.endswith("sh") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


class _Count(int):
    """A number that is written with a noun: `{slots:common slot}` gives '3 common slots'."""

    def __format__(self, noun: str) -> str:
        return counted(int(self), noun) if noun else f"{int(self):,}"


class _Words(str):
    """A name, or several numbers, such as '30 to 40', that are written with a noun."""

    def __format__(self, noun: str) -> str:
        return f"{self!s} {noun}s" if noun else str(self)
