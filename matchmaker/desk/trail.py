"""The audit trail for readers: who did what to what, for whom, before and after.

People stand in it by their public id. Of erased people that is all there is: they are shown by it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import AuditEntry, Organisation, User
from matchmaker.accounts.privacy import ERASED_NAME
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.upkeep import CatalogueImport
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.desk.sentences import ACTIONS, KINDS
from matchmaker.desk.wording import queue_name
from matchmaker.sourcing.models import Enquiry, Requirement

PAGE = 50
AT_MOST = 50_000  # rows of one export
SYSTEM_ID = "system"
KEY_SIGN = "key:"  # before the name of a key, as `Actor.signature` writes it
# A cell that begins so would be taken for a formula by a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Asked:
    """What of the trail is wanted; empty values narrow nothing. Days are whole days in `zone`."""

    person: str = ""
    organisation: str = ""
    subject: str = ""
    action: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    zone: dt.tzinfo = dt.UTC

    @classmethod
    def read(cls, given: Mapping[str, str], zone: dt.tzinfo) -> Asked:
        words = {name: given.get(name, "").strip()[:120] for name in NAMES}
        since, until = _day(given.get("since")), _day(given.get("until"))
        return cls(**words, since=since, until=until, zone=zone)

    def address(self) -> dict[str, Any]:
        pairs = {name: getattr(self, name) for name in (*NAMES, "since", "until")}
        return {name: str(value) for name, value in pairs.items() if value}


NAMES = ("person", "organisation", "subject", "action")


@dataclass(frozen=True)
class Line:
    """One act, ready to be read. `changes`: field, before, after."""

    at: dt.datetime
    who: str
    person: str  # public id
    organisation: str
    client: str
    action: str
    what: str
    kind: str
    subject: str
    reason: str
    changes: tuple[tuple[str, str, str], ...]
    sentence: str


def read_trail(db: Session, asked: Asked, page: int = 1) -> tuple[list[Line], int]:
    """One page, newest first, and how many acts there are. A fixed number of statements."""
    query = _narrowed(asked)
    total = db.scalar(query.with_only_columns(func.count(AuditEntry.id))) or 0
    newest = query.order_by(AuditEntry.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return lines(db, db.scalars(newest).all()), total


def latest_about(db: Session, subjects: Iterable[tuple[str, str]], limit: int = 12) -> list[Line]:
    """The last acts on these subjects (kind, public id)."""
    about = [
        (AuditEntry.subject_kind == kind) & (AuditEntry.subject_id == public_id)
        for kind, public_id in subjects
    ]
    newest = select(AuditEntry).where(or_(*about)).order_by(AuditEntry.id.desc()).limit(limit)
    return lines(db, db.scalars(newest).all())


def lines(db: Session, entries: Sequence[AuditEntry]) -> list[Line]:
    """Entries in words; the names they need are read together."""
    names = _names(db, entries)
    return [_line(entry, names) for entry in entries]


def export(db: Session, asked: Asked) -> str:
    """The same as a table for spreadsheets, newest first; formulas in it are inert."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        [
            *("at", "person", "name", "organisation", "for", "action"),
            *("kind", "subject", "name of it", "before", "after", "reason"),
        ]
    )
    newest = _narrowed(asked).order_by(AuditEntry.id.desc()).limit(AT_MOST)
    entries = db.scalars(newest).all()
    for entry, line in zip(entries, lines(db, entries), strict=True):
        row = [
            *(line.at.isoformat(timespec="seconds"), line.person, line.who, line.organisation),
            *(line.client, line.action, line.kind, line.subject, line.what),
            *(_plain(entry.before), _plain(entry.after), line.reason),
        ]
        table.writerow([inert(cell) for cell in row])
    return out.getvalue()


def inert(cell: str) -> str:
    """The cell as text: no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def actions(db: Session) -> list[str]:
    """All actions that ever happened."""
    return list(db.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def _narrowed(asked: Asked) -> Select[AuditEntry]:
    query = select(AuditEntry)
    if asked.person:
        named = select(User.public_id).where(_like(User.name, asked.person))
        query = query.where(or_(AuditEntry.actor == asked.person, AuditEntry.actor.in_(named)))
    if asked.organisation:
        called = select(Organisation.public_id).where(
            or_(
                Organisation.public_id == asked.organisation,
                _like(Organisation.name, asked.organisation),
            )
        )
        query = query.where(
            or_(AuditEntry.organisation.in_(called), AuditEntry.on_behalf_of.in_(called))
        )
    if asked.subject:
        query = query.where(
            or_(
                AuditEntry.subject_id == asked.subject,
                AuditEntry.subject_kind == asked.subject,
                AuditEntry.subject_id.in_(
                    select(Product.public_id).where(_like(Product.title, asked.subject))
                ),
                AuditEntry.subject_id.in_(
                    select(Firm.public_id)
                    .join(Organisation, Organisation.id == Firm.organisation_id)
                    .where(_like(Organisation.name, asked.subject))
                ),
            )
        )
    if asked.action:
        query = query.where(AuditEntry.action == asked.action)
    if asked.since:
        query = query.where(AuditEntry.at >= _midnight(asked.since, asked.zone))
    if asked.until and asked.until < dt.date.max:  # no day follows the last one
        after = _midnight(asked.until + dt.timedelta(days=1), asked.zone)
        query = query.where(AuditEntry.at < after)
    return query


def _like(column: Any, text: str) -> Any:
    return column.icontains(text, autoescape=True)


def _names(db: Session, entries: Sequence[AuditEntry]) -> dict[tuple[str, str], str]:
    """(kind, public id) → name, by one statement a kind."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        wanted["user"].add(entry.actor)
        wanted["organisation"] |= {entry.organisation or "", entry.on_behalf_of or ""}
        wanted[entry.subject_kind].add(entry.subject_id)
    by_name = {
        "user": select(User.public_id, User.name),
        "organisation": select(Organisation.public_id, Organisation.name),
        "product": select(Product.public_id, Product.title),
        "firm": select(Firm.public_id, Organisation.name).join(
            Organisation, Organisation.id == Firm.organisation_id
        ),
        "evidence": select(Evidence.public_id, Scheme.name).join(
            Scheme, Scheme.id == Evidence.scheme_id
        ),
        "requirement": select(Requirement.public_id, Requirement.title),
        "enquiry": select(Enquiry.public_id, Organisation.name)
        .join(Firm, Firm.id == Enquiry.firm_id)
        .join(Organisation, Organisation.id == Firm.organisation_id),
        "import": select(CatalogueImport.public_id, CatalogueImport.file_name),
    }
    found: dict[tuple[str, str], str] = {}
    for kind, query in by_name.items():
        column = query.selected_columns[0]
        asked = list(wanted.get(kind, ()))
        for start in range(0, len(asked), 500):
            rows = db.execute(query.where(column.in_(asked[start : start + 500])))
            found |= {(kind, public_id): name for public_id, name in rows}
    return found


def _line(entry: AuditEntry, names: Mapping[tuple[str, str], str]) -> Line:
    who = _person(entry.actor, names)
    client = _organisation(entry.on_behalf_of, names)
    what = _subject(entry, names)
    said = _(ACTIONS[entry.action]) if entry.action in ACTIONS else _spelled(entry.action)
    did = said.replace("…", what) if "…" in said else f"{said}: {what}"
    sentence = f"{who} {did}"
    if client:
        sentence = str(_("%(sentence)s, for %(client)s", sentence=sentence, client=client))
    return Line(
        at=entry.at,
        who=who,
        person=entry.actor,
        organisation=_organisation(entry.organisation, names),
        client=client,
        action=entry.action,
        what=what,
        kind=entry.subject_kind,
        subject=entry.subject_id,
        reason=entry.reason or "",
        changes=_changes(entry, names),
        sentence=sentence,
    )


def _organisation(public_id: str | None, names: Mapping[tuple[str, str], str]) -> str:
    return names.get(("organisation", public_id or ""), public_id or "")


def _person(public_id: str, names: Mapping[tuple[str, str], str]) -> str:
    if public_id == SYSTEM_ID:
        return str(_("The system"))
    if public_id.startswith(KEY_SIGN):  # a program's key: nobody who could leave
        return public_id
    name = names.get(("user", public_id), "")
    if name in ("", ERASED_NAME):
        return str(_("Former member %(id)s", id=public_id))
    return name


def _subject(entry: AuditEntry, names: Mapping[tuple[str, str], str]) -> str:
    kind, public_id = entry.subject_kind, entry.subject_id
    if kind == "user":
        return _person(public_id, names)
    if kind == "case":
        queue, _sign, subject = public_id.partition(":")
        return f"{queue_name(queue)} ({subject})"
    name = names.get((kind, public_id))
    if kind == "enquiry" and name:
        return str(_("the enquiry to “%(firm)s”", firm=name))
    word = str(_(KINDS[kind])) if kind in KINDS else kind.replace("_", " ")
    return f"{word} “{name}”" if name else f"{word} {public_id}".strip()


def _spelled(action: str) -> str:
    """An action nobody has worded yet."""
    return action.replace(".", ": ").replace("_", " ")


def _changes(
    entry: AuditEntry, names: Mapping[tuple[str, str], str]
) -> tuple[tuple[str, str, str], ...]:
    before, after = entry.before or {}, entry.after or {}
    fields = list(dict.fromkeys([*before, *after]))
    return tuple(
        (
            field.replace("_", " "),
            _said(field, before.get(field), names),
            _said(field, after.get(field), names),
        )
        for field in fields
    )


def _said(field: str, value: Any, names: Mapping[tuple[str, str], str]) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if field in ("user", "officer") and isinstance(value, str):
        return names.get(("user", value), value)
    if isinstance(value, list):
        return ", ".join(_said("", each, names) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_said('', each, names)}" for key, each in value.items())
    return str(value)


def _plain(values: Mapping[str, Any] | None) -> str:
    return "; ".join(f"{key}: {_said('', value, {})}" for key, value in (values or {}).items())


def _day(typed: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(typed or "")
    except ValueError:
        return None


def _midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """In UTC; a clock ahead of it has no midnight before the first day there is."""
    try:
        return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
    except OverflowError:
        return dt.datetime.combine(day, dt.time(), dt.UTC)
