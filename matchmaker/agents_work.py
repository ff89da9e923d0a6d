"""What somebody did for an organisation that let them act for it: its own people are told.

Outside of the rooms because it names things of several of them. The audit trail knows all that
is done for somebody else, so no room has to remember to tell. One notice a day and agent, which
grows while the day lasts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import AuditEntry, Organisation, User
from matchmaker.catalogue.models import Product
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.database import short_write
from matchmaker.errors import N_
from matchmaker.jobs import JSON, JobRun, Payload, scheduled
from matchmaker.notices.services import tell_anew, writers_of
from matchmaker.notices.surroundings import spoken
from matchmaker.notices.zones import HOME
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

SUBJECT = N_("%(agent)s has worked for you")
BY = N_("Done by %(people)s.")
# What is told of each kind of thing, or of one act; where %(names)s stands, things are named.
TOLD: Mapping[str, str] = {
    "product": N_("Products and prices: %(names)s"),
    "line": N_("What your lines can make was stated."),
    "import": N_("A file with products was sent."),
    "evidence": N_("Certificates and reports: %(names)s"),
    "enquiry": N_("Enquiries were answered, closed or opened again."),
    "requirement": N_("What you need was written down or changed."),
    "invitation.made": N_("People were invited to become members."),
    "sign_in_link.made": N_("Links that sign members in were handed over."),
}
NAMED_AT_MOST = 8
# What happened in the last minutes of a day is still told after midnight.
LOOKED_BACK = dt.timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """One agent's work for one client on one day of India."""

    client: str
    agent: str
    day: dt.date

    @property
    def address(self) -> str:
        """Where one sees who acts for one, and may end it; each day has a mark of its own."""
        return f"/account/mandates#{self.agent}-{self.day}"


def tell_clients(db: Session, now: dt.datetime) -> int:
    """Tell every client what was done for it yesterday and today. The caller commits.

    Returns how many people have a notice of it. Done again it changes nothing, unless more was
    done meanwhile.
    """
    told = 0
    for day, entries in _by_day(_acts(db, now)).items():
        parties = _organisations(db, (day.client, day.agent))
        if len(parties) < 2:
            continue
        names, people = _names(db, entries), _people(db, entries)
        for user in writers_of(db, parties[day.client].id):
            with spoken(user.language):
                subject = _(SUBJECT, agent=parties[day.agent].name)
                text = "\n".join(_lines(entries, names, people))
            tell_anew(
                db, user, kind="agent.worked", subject=subject, text=text, address=day.address
            )
            told += 1
    return told


def _acts(db: Session, now: dt.datetime) -> Sequence[AuditEntry]:
    midnight = dt.datetime.combine(now.astimezone(HOME).date(), dt.time(), HOME)
    return db.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.at >= (midnight - LOOKED_BACK).astimezone(dt.UTC),
            AuditEntry.on_behalf_of.is_not(None),
            or_(AuditEntry.subject_kind.in_(TOLD), AuditEntry.action.in_(TOLD)),
        )
        .order_by(AuditEntry.id)
    ).all()


def _by_day(acts: Iterable[AuditEntry]) -> dict[Day, list[AuditEntry]]:
    days: dict[Day, list[AuditEntry]] = defaultdict(list)
    for each in acts:
        there = each.at.astimezone(HOME).date()
        days[Day(each.on_behalf_of or "", each.organisation or "", there)].append(each)
    return days


def _lines(
    entries: Sequence[AuditEntry], names: Mapping[str, str], people: Sequence[str]
) -> list[str]:
    """One line for each kind of thing, then who did it."""
    lines = []
    for kind, words in TOLD.items():
        of_kind = (each for each in entries if kind in (each.subject_kind, each.action))
        things = dict.fromkeys(each.subject_id for each in of_kind)
        if things:
            known = [names[each] for each in things if each in names]
            lines.append(_(words, names=_named(known)))
    return [*lines, _(BY, people=", ".join(people))] if people else lines


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(dict.fromkeys(names[:NAMED_AT_MOST]))
    return f"{shown} …" if len(names) > NAMED_AT_MOST else shown


def _names(db: Session, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Titles of the products and schemes of the evidence, by public id."""
    wanted = {each.subject_id for each in entries}
    products = select(Product.public_id, Product.title).where(Product.public_id.in_(wanted))
    evidence = (
        select(Evidence.public_id, Scheme.name)
        .join(Scheme, Scheme.id == Evidence.scheme_id)
        .where(Evidence.public_id.in_(wanted))
    )
    return {row[0]: row[1] for query in (products, evidence) for row in db.execute(query)}


def _people(db: Session, entries: Sequence[AuditEntry]) -> list[str]:
    """Who did it; a program has no name, and who was erased since has none any more."""
    wanted = {each.actor for each in entries}
    return list(db.scalars(select(User.name).where(User.public_id.in_(wanted)).order_by(User.id)))


def _organisations(db: Session, wanted: Iterable[str]) -> dict[str, Organisation]:
    found = db.scalars(select(Organisation).where(Organisation.public_id.in_(set(wanted))))
    return {each.public_id: each for each in found}


@scheduled("agents.tell", "*/5 * * * *", timezone="UTC")
def tell_of_agents(run: JobRun, _payload: Payload) -> JSON:
    """Every five minutes: the firm should know while it still remembers what it agreed to."""
    return run.step("tell", _tell_all)


def _tell_all() -> int:
    with short_write() as db:
        return tell_clients(db, utc_now())
