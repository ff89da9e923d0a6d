"""What stands against a given list, in words: one English template for each kind. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matchmaker.meets.problem import Contradiction
from matchmaker.meets.sentences import as_read, reason_sentence

CONTRADICTIONS: Mapping[str, str] = {
    "never": "{wishes} cannot take place: {reason}",
    "no table at all": "{wishes} cannot take place: there is no table in the slots it may have.",
    "pin": "{wishes} is pinned to slot {slots}, which is not one of its slots.",
    "quota": "{people} has {count:meeting} on the list, but wants at most {allowed}.",
    "circle": "{wishes} must each come before the next, in a circle.",
    "order": "{wishes}: what must come before what leaves one of them no slot.",
    "person": "{people} has {count:meeting} ({wishes}) that fit only into {allowed:slot} "
    "({slots}){order}.",
    "tables": "{count:meeting} ({wishes}) fit only into slots {slots}, which have "
    "{allowed:table} together{order}.",
    "odd": "{people} have {count:meeting} among them ({wishes}) that fit only into slots {slots}, "
    "where they can hold {allowed}: an odd number of people leaves one alone{order}.",
    "pairs": "{count:meeting} ({wishes}) fit only into slots {slots}, where those who are there "
    "can hold {allowed} at most, however they pair{order}.",
    "together": "{wishes} cannot all be placed, however many tables there are{whom}{order}.",
    "together with tables": "{wishes} cannot all be placed with so few tables{whom}{order}.",
    "uneven": "The meetings can be placed, but then somebody has over {allowed:break} more than "
    "somebody else.",
}
SHOWN = 12
ORDER = ", given what must come before what"


def contradiction_sentence(contradiction: Contradiction) -> str:
    """What stands against the list, for whoever wrote it; slots are counted from 1."""
    reason = contradiction.reason
    facts = {
        "wishes": _listed(contradiction.wishes),
        "people": _listed(contradiction.people),
        "slots": _listed(str(slot + 1) for slot in contradiction.slots),
        "count": len(contradiction.wishes),
        "allowed": contradiction.allowed,
        "order": ORDER if contradiction.with_order else "",
        "whom": f": {_listed(contradiction.people)} attend several" if contradiction.people else "",
        "reason": reason_sentence(reason.reason, reason.facts) if reason else "",
    }
    return CONTRADICTIONS[contradiction.kind].format_map(as_read(facts))


def _listed(names: Iterable[str]) -> str:
    """The first of them, and how many more there are."""
    known = list(names)
    more = len(known) - SHOWN
    return ", ".join(known[:SHOWN]) + (f" and {more} more" if more > 0 else "")
