"""Cases in words: what each queue is, what one row says, and the page where it is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from babel.dates import format_date
from flask import current_app, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from matchmaker.desk.cases import Case
from matchmaker.desk.queues import ASKS
from matchmaker.desk.reporting import REASONS
from matchmaker.errors import N_


@dataclass(frozen=True)
class QueueWords:
    """A queue's name, what is done with it, and what an empty one means."""

    name: str
    task: str
    empty: str


QUEUE_WORDS = {
    "firms": QueueWords(
        N_("Firms to verify"),
        N_("Look each firm up in a register, see its works, and reach its owner."),
        N_("Every firm has been looked at."),
    ),
    "evidence": QueueWords(
        N_("Evidence to check"),
        N_("Compare the document with what was typed, then grade it."),
        N_("No document waits to be checked."),
    ),
    "expiring": QueueWords(
        N_("Certificates that end"),
        N_("Ask the holder for the renewal before buyers stop counting it."),
        N_("Nothing ends within the next 90 days."),
    ),
    "stale": QueueWords(
        N_("Facts grown old"),
        N_("Ask the firm whether prices, lead times and capacity still hold."),
        N_("Every firm has confirmed its facts within half a year."),
    ),
    "imports": QueueWords(
        N_("Imports that failed"),
        N_("Open the table with the firm and say what to change in it."),
        N_("No import has failed."),
    ),
    "flags": QueueWords(
        N_("Reported content"),
        N_("Look at what was reported, then hide it or let it stand."),
        N_("Nobody has reported anything."),
    ),
    "unreached": QueueWords(
        N_("People not reached"),
        N_("Call them, or send the ready message with a link that signs them in."),
        N_("Everybody could be told what there was to tell."),
    ),
    "buyers": QueueWords(
        N_("Buyers to verify"),
        N_("Make two of the checks, so that they can ask any firm."),
        N_("Every buyer with a confirmed address is known."),
    ),
    "requirements": QueueWords(
        N_("Requirements to answer"),
        N_("Find the firms that can make it, and bring them and the buyer together."),
        N_("No buyer waits for an answer."),
    ),
}
STATES = {"expired": N_("has ended"), "expiring": N_("ends soon")}
BUYERS = {"verified": N_("from a verified buyer"), "unverified": N_("from a buyer not verified")}
IMPORT_STATES = {
    "failed": N_("failed"),
    "reading": N_("stuck while reading"),
    "applying": N_("stuck while applying"),
}


def title_of(case: Case) -> str:
    """The one thing a row is about."""
    if case.queue in ("evidence", "expiring", "imports", "unreached", "requirements"):
        return case.what
    if case.queue == "flags" and case.what:
        return case.what
    return case.organisation or str(_("no longer there"))


def detail_of(case: Case) -> str:
    """What is the matter with it, in a few words."""
    said: dict[str, Callable[[], str]] = {
        "firms": lambda: _("not yet verified by a desk"),
        "evidence": lambda: _("sent in, not yet looked at"),
        "expiring": lambda: _(STATES[case.state]),
        "stale": lambda: ngettext(
            "%(num)s fact older than half a year", "%(num)s facts older than half a year",
            case.number,
        ),
        "imports": lambda: _(IMPORT_STATES.get(case.state, case.state)),
        "flags": lambda: _(REASONS.get(case.state, case.state)),
        "unreached": lambda: ngettext(
            "%(num)s notice not read", "%(num)s notices not read", case.number
        ),
        "buyers": lambda: _buyer(case),
        "requirements": lambda: _(BUYERS[case.state]),
    }  # fmt: skip
    return str(said[case.queue]())


def _buyer(case: Case) -> str:
    if case.state == ASKS:
        day = format_date(case.since, locale=get_locale())
        return str(_("asks to be verified since %(day)s", day=day))
    return str(_("address confirmed, not verified"))


def address_of(case: Case) -> str:
    """The page where the case is decided."""
    if case.queue in ("evidence", "expiring"):
        return evidence_address(case.subject)
    endpoint = {
        "firms": "desk.firm",
        "stale": "desk.firm",
        "imports": "desk.failed_import",
        "flags": "desk.flag",
        "unreached": "desk.person",
        "buyers": "desk.buyer",
        "requirements": "sourcing.requirement",
    }[case.queue]
    return url_for(endpoint, public_id=case.subject)


def evidence_address(public_id: str) -> str:
    """The desk's page of one piece of evidence."""
    return url_for("desk.evidence_case", public_id=public_id)


def queue_name(queue: str) -> str:
    """The queue in words; its key if it is none of ours."""
    known = QUEUE_WORDS.get(queue)
    return str(_(known.name)) if known else queue


def has(endpoint: str) -> bool:
    """Whether the page exists."""
    return endpoint in current_app.view_functions
