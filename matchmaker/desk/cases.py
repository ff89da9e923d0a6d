"""Cases of the queues, narrowed by place, age and who has them; the numbers of the desk's home.

The number of statements depends neither on the cases nor on the filters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import DESK_ROLES
from matchmaker.accounts.models import Membership, Organisation, User
from matchmaker.catalogue.models import Firm
from matchmaker.clusters.models import Cluster, Sector
from matchmaker.desk.models import QUEUES, Assignment
from matchmaker.desk.queues import ASKS, STATEMENTS, Look
from matchmaker.notices.reaching import unreached_people
from matchmaker.orm import utc_now

PAGE = 50
AGES = (7, 30, 90)  # days


@dataclass(frozen=True)
class Wanted:
    """What of a queue is wanted; empty values narrow nothing.

    `who`: 'me', 'nobody' or the public id of an officer. `older`: waiting for so many days.
    `due`: only what should have been done by today. `aside`: what was set aside instead.
    """

    state: str = ""
    cluster: str = ""
    sector: str = ""
    who: str = ""
    older: int = 0
    due: bool = False
    aside: bool = False

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Wanted:
        """From an address; what makes no sense there narrows nothing."""
        older = given.get("older", "")
        return cls(
            state=given.get("state", "")[:60],
            cluster=given.get("cluster", "")[:80],
            sector=given.get("sector", "")[:80],
            who=given.get("who", "")[:16],
            older=int(older) if older in {str(each) for each in AGES} else 0,
            due=given.get("due") == "1",
            aside=given.get("aside") == "1",
        )

    def address(self, **changes: Any) -> dict[str, Any]:
        """As arguments of an address, with some of them changed."""
        wanted = replace(self, **changes)
        pairs = {name: getattr(wanted, name) for name in self.__dataclass_fields__}
        return {name: str(int(v)) if isinstance(v, int) else v for name, v in pairs.items() if v}

    @property
    def place(self) -> dict[str, Any]:
        """Only what concerns the place, for the numbers of the home page."""
        return replace(self, who="", older=0, due=False, aside=False).address()


@dataclass(frozen=True)
class Case:
    """One row of a queue, ready to be shown."""

    queue: str
    subject: str
    what: str
    state: str
    number: int
    since: dt.date
    until: dt.date | None
    organisation: str | None
    kind: str | None
    is_demo: bool
    cluster: str | None
    region: str | None  # state of India
    officer: str | None
    is_mine: bool
    due_on: dt.date | None
    note: str
    reminded_at: dt.datetime | None
    aside_until: dt.date | None
    days: int  # waiting


@dataclass(frozen=True)
class Count:
    """The numbers of one queue."""

    queue: str
    total: int = 0
    mine: int = 0
    nobody: int = 0
    due: int = 0
    aside: int = 0
    oldest: dt.date | None = None


@dataclass(frozen=True)
class Choices:
    """What the filters offer."""

    states: Sequence[tuple[str, str]]
    clusters: Sequence[tuple[str, str]]  # slug, name
    sectors: Sequence[tuple[str, str]]
    officers: Sequence[tuple[str, str]]  # public id, name


def look_around(db: Session, now: dt.datetime | None = None) -> Look:
    """The moment of looking, and whom notices could not reach then."""
    people = [each.user.id for each in unreached_people(db)]
    return Look(now or utc_now(), people)


def count_all(db: Session, look: Look, wanted: Wanted, officer_id: int) -> list[Count]:
    """The numbers of all queues, in their order, from one statement."""
    parts = [_counting(queue, look, wanted, officer_id) for queue in QUEUES]
    found = {row.queue: Count(*row) for row in db.execute(union_all(*parts))}
    return [found[queue] for queue in QUEUES]


def read_cases(
    db: Session, look: Look, queue: str, wanted: Wanted, officer_id: int, page: int = 1
) -> tuple[list[Case], int]:
    """One page of a queue, the most pressing first, and how many cases there are."""
    base, joined = _joined(queue, look)
    narrowing = _narrowing(base, wanted, look, officer_id)
    total = db.scalar(joined.with_only_columns(func.count()).where(*narrowing)) or 0
    pressing = func.coalesce(Assignment.due_on, base.c.until)
    rows = db.execute(
        joined.where(*narrowing)
        .order_by(pressing.is_(None), pressing, base.c.state != ASKS, base.c.since, base.c.subject)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [_case(queue, row, look, officer_id) for row in rows], total


def subjects_there(
    db: Session, look: Look, queue: str, subjects: Sequence[str]
) -> dict[str, int | None]:
    """Of these, the ones that are in the queue, with their organisation's row number."""
    base = STATEMENTS[queue](look).subquery()
    rows = db.execute(
        select(base.c.subject, base.c.organisation_id).where(base.c.subject.in_(subjects))
    )
    return {row.subject: row.organisation_id for row in rows}


def choices(db: Session) -> Choices:
    """States, clusters, sectors and officers, in three statements."""
    clusters = db.execute(select(Cluster.slug, Cluster.name, Cluster.state).order_by(Cluster.name))
    rows = clusters.all()
    sectors = db.execute(select(Sector.slug, Sector.name).order_by(Sector.name))
    return Choices(
        states=[(each, each) for each in sorted({row.state for row in rows})],
        clusters=[(row.slug, row.name) for row in rows],
        sectors=[(row.slug, row.name) for row in sectors],
        officers=officers(db),
    )


def officers(db: Session) -> list[tuple[str, str]]:
    """Everybody who works at a desk: public id and name."""
    rows = db.execute(
        select(User.public_id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.role.in_(DESK_ROLES), User.active)
        .order_by(User.name, User.id)
        .distinct()
    )
    return [(row.public_id, row.name) for row in rows]


def _joined(queue: str, look: Look) -> tuple[Any, Select[Any]]:
    """The queue with whom and where it concerns, and who has taken it."""
    base = STATEMENTS[queue](look).subquery(queue)
    taken = and_(Assignment.queue == queue, Assignment.subject == base.c.subject)
    return base, (
        select(
            base,
            Organisation.name.label("organisation"),
            Organisation.kind,
            Organisation.is_demo,
            Cluster.name.label("cluster"),
            Cluster.state.label("region"),
            User.name.label("officer"),
            Assignment.officer_id,
            Assignment.due_on,
            Assignment.note,
            Assignment.reminded_at,
            Assignment.aside_until,
        )
        .select_from(base)
        .outerjoin(Organisation, Organisation.id == base.c.organisation_id)
        .outerjoin(Firm, Firm.organisation_id == Organisation.id)
        .outerjoin(Cluster, Cluster.id == Firm.cluster_id)
        .outerjoin(Sector, Sector.id == Cluster.sector_id)
        .outerjoin(Assignment, taken)
        .outerjoin(User, User.id == Assignment.officer_id)
    )


def _narrowing(base: Any, wanted: Wanted, look: Look, officer_id: int) -> list[ColumnElement[bool]]:
    found = _placed(wanted)
    found.append(_is_aside(look) if wanted.aside else ~_is_aside(look))
    if wanted.who == "me":
        found.append(Assignment.officer_id == officer_id)
    elif wanted.who == "nobody":
        found.append(Assignment.officer_id.is_(None))
    elif wanted.who:
        found.append(User.public_id == wanted.who)
    if wanted.older:
        found.append(base.c.since <= look.today - dt.timedelta(days=wanted.older))
    if wanted.due:
        found.append(Assignment.due_on <= look.today)
    return found


def _placed(wanted: Wanted) -> list[ColumnElement[bool]]:
    given = (
        (wanted.state, Cluster.state),
        (wanted.cluster, Cluster.slug),
        (wanted.sector, Sector.slug),
    )
    return [column == value for value, column in given if value]


def _is_aside(look: Look) -> ColumnElement[bool]:
    """Never NULL, so that its opposite holds where nobody has taken the case."""
    return and_(Assignment.aside_until.is_not(None), Assignment.aside_until > look.today)


def _counting(queue: str, look: Look, wanted: Wanted, officer_id: int) -> Select[Any]:
    base, joined = _joined(queue, look)
    is_open = ~_is_aside(look)

    def number(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0, type_=Integer)

    return joined.with_only_columns(  # type: ignore[return-value]  # columns of its own
        literal(queue).label("queue"),
        cast(number(is_open), Integer),
        cast(number(is_open, Assignment.officer_id == officer_id), Integer),
        cast(number(is_open, Assignment.officer_id.is_(None)), Integer),
        cast(number(is_open, Assignment.due_on <= look.today), Integer),
        cast(number(_is_aside(look)), Integer),
        func.min(case((is_open, base.c.since))),
    ).where(*_placed(wanted))


def _case(queue: str, row: Any, look: Look, officer_id: int) -> Case:
    return Case(
        queue=queue,
        subject=row.subject,
        what=row.what or "",
        state=row.state or "",
        number=row.number,
        since=row.since,
        until=row.until,
        organisation=row.organisation,
        kind=row.kind,
        is_demo=bool(row.is_demo),
        cluster=row.cluster,
        region=row.region,
        officer=row.officer,
        is_mine=row.officer_id == officer_id,
        due_on=row.due_on,
        note=row.note or "",
        reminded_at=row.reminded_at,
        aside_until=row.aside_until,
        days=(look.today - row.since).days,
    )
