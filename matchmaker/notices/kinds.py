"""Everything people are told about, as data: one line a kind.

`audience` names the kinds of organisation whose members are offered the choice; the pace is
what counts without a wish. A kind that may not be switched off is mailed at once, always.
"""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.errors import N_

FIRM, BUYER, DESK = ("firm", "institution"), ("buyer", "intermediary"), ("desk",)
EVERYBODY = FIRM + BUYER + DESK


@dataclass(frozen=True)
class Kind:
    """One thing people are told about. `words` complete 'Mail me when …'."""

    key: str
    words: str
    audience: tuple[str, ...] = EVERYBODY
    pace: str = "at once"
    may_be_off: bool = True


class UnknownKind(LookupError):
    """A kind that is not listed here: a slip in the code, not in what a person typed."""


KINDS: tuple[Kind, ...] = (
    Kind("enquiry.received", N_("a buyer asks my firm"), FIRM),
    Kind("enquiry.message", N_("the other side writes in an enquiry")),
    Kind("evidence.decided", N_("a desk has checked my evidence"), FIRM),
    Kind("evidence.asked", N_("a desk asks about my evidence"), FIRM),
    Kind("evidence.expiring", N_("a certificate is about to expire"), FIRM),
    Kind("evidence.group", N_("a group certificate begins or ceases to cover a firm"), FIRM),
    Kind("facts.stale", N_("prices, capacity or lead times should be confirmed again"), FIRM),
    Kind("listing.changed", N_("a desk changes a listing of ours"), FIRM),
    Kind("agent.worked", N_("somebody acts for us (one mail a day)"), pace="digest"),
    Kind("import.finished", N_("an import of mine is ready or has failed"), FIRM),
    Kind("members.changed", N_("somebody joins or leaves my organisation"), pace="digest"),
    Kind("requirement.posted", N_("a buyer posts a requirement"), DESK, "digest"),
    Kind("evidence.submitted", N_("evidence waits to be checked"), DESK, "digest"),
    Kind("task.assigned", N_("a task is given to me"), DESK),
    Kind("digest", N_("a day has brought something new (one mail in the morning)"), pace="digest"),
    Kind("standing.changed", N_("a desk verifies or suspends us or one of us"), may_be_off=False),
    # Links to confirm, to recover, to join: somebody waits for each of them.
    Kind("account", N_("something happens to my account"), may_be_off=False),
)
_BY_KEY = {kind.key: kind for kind in KINDS}


def kind_of(key: str) -> Kind:
    """The kind with this key; all 'account.…' are one. Raises UnknownKind."""
    group = "account" if key.startswith("account.") else key
    if group not in _BY_KEY:
        raise UnknownKind(f"No kind of notice is named {key!r}; see notices/kinds.py.")
    return _BY_KEY[group]


def choices_for(organisation_kinds: frozenset[str]) -> tuple[Kind, ...]:
    """The kinds a member of such organisations may choose a pace for."""
    return tuple(k for k in KINDS if k.may_be_off and organisation_kinds & set(k.audience))
