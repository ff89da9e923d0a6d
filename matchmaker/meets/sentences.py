"""The sentences an organiser reads about a timetable: one English template for each key. Pure.

Facts are names and numbers; slots and tables count from 0 as data and from 1 in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "unknown wish": "The meeting {wish} of {who} in slot {slot} is not on the list of wishes.",
    "unknown person": "{who} is to attend the meeting {wish}, but is not among the people.",
    "unknown slot": "The meeting {wish} takes place in slot {slot}; there are only {slots} slots.",
    "unknown interpreter": "{who} of the meeting {wish} is not among the interpreters.",
    "not of the wish": "{who} attends the meeting {wish}, but does not belong to that side of it.",
    "meets oneself": "{who} is on both sides of the meeting {wish}.",
    "same company": "{who} and {other} meet in slot {slot}, but both belong to {company}.",
    "kept apart": "{who} and {other} meet in slot {slot}, but are to be kept apart.",
    "person twice": "{who} has {count} meetings at once in slot {slot}.",
    "person absent": "{who} has a meeting in slot {slot}, but is absent then.",
    "too many meetings": "{who} has {count} meetings, but wants at most {most}.",
    "wish twice": "The meeting {wish} takes place {count} times.",
    "wrong slot": "The meeting {wish} takes place in slot {slot}, which is not one of its slots.",
    "pin moved": "The meeting {wish} is pinned to slot {pinned}, but takes place in slot {slot}.",
    "pin missing": "The meeting {wish} is pinned to slot {pinned}, but does not take place.",
    "must missing": "The meeting {wish} must take place, but does not.",
    "not placed": "The meeting {wish} is on the given list, but has no place.",
    "slot full": "{count} meetings take place in slot {slot}, but there are only {tables} tables.",
    "no such table": "The meeting {wish} is at table {table} in slot {slot} of {tables} tables.",
    "table twice": "{count} meetings share table {table} in slot {slot}.",
    "interpreter missing": "{who} and {other} share no language and have no interpreter.",
    "interpreter unable": "{interpreter} cannot interpret for {who} and {other} in slot {slot}.",
    "interpreter twice": "{who} interprets {count} meetings at once in slot {slot}.",
    "interpreter absent": "{who} is to interpret in slot {slot}, but is absent then.",
    "precedence broken": "{wish} in slot {slot} must come before {other} in slot {later}.",
    "breaks apart": "{who} has {count} breaks and {other} only {least}; they may differ by {most}.",
}

COUNTED_FROM_ZERO = frozenset({"slot", "table", "pinned", "later"})


def fault_sentence(kind: str, facts: Mapping[str, object]) -> str:
    """What is wrong, for the person who dragged a meeting there."""
    return FAULTS[kind].format_map(_as_read(facts))


def _as_read(facts: Mapping[str, object]) -> dict[str, object]:
    """Slots and tables as they are written on the wall: from 1."""
    return {
        key: value + 1 if key in COUNTED_FROM_ZERO and isinstance(value, int) else value
        for key, value in facts.items()
    }
