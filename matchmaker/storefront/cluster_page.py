"""A cluster's page: who is there, what they can make together, what they can show, how to ship."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import LineMonth, ProductionLine
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.visibility import FIRM_IS_PUBLIC
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.queries import IS_SHOWN, shown_by
from matchmaker.certification.validity import expires_soon, is_valid
from matchmaker.clusters.models import Cluster, ClusterInstitution
from matchmaker.clusters.sources import SourceLink, as_sentence, sources_by_key
from matchmaker.storefront.capacity_view import MonthBar, MonthSum, average_free, month_bars
from matchmaker.storefront.cards import Fact, Maker
from matchmaker.storefront.filters import number, quantity
from matchmaker.storefront.labels import short_scheme
from matchmaker.storefront.sea import Ports, SeaRoute, read_ports, sea_route
from matchmaker.storefront.words import gettext as _
from matchmaker.storefront.words import ngettext

MEMBERS_A_PAGE = 20


@dataclass(frozen=True)
class Members:
    """How many firms there are; `demo` are made up and counted apart."""

    real: int
    demo: int
    workers: int
    women_led: int
    verified: int

    @property
    def total(self) -> int:
        return self.real + self.demo


@dataclass(frozen=True)
class Member:
    """A firm in the list."""

    name: str
    slug: str
    families: tuple[str, ...]
    products: int
    workers: int
    is_verified: bool
    is_women_led: bool
    is_demo: bool


@dataclass(frozen=True)
class Pool:
    """What the firms can make of one family together, in one unit."""

    key: str
    name: str
    drawing: str
    unit: str
    firms: int
    bars: tuple[MonthBar, ...]
    free: Decimal | None


@dataclass(frozen=True)
class HeldCount:
    """How many firms hold something of a scheme, by its state today."""

    code: str
    name: str
    valid: int
    expiring: int
    expired: int


@dataclass(frozen=True)
class Statement:
    """A fact about the cluster and where it comes from."""

    text: str
    source: SourceLink | None


@dataclass(frozen=True)
class ClusterPage:
    """The view model of templates/storefront/cluster.html."""

    cluster: Cluster
    answer: tuple[Fact, ...]
    members: Members
    listed: tuple[Member, ...]
    page: int
    last: int
    pools: tuple[Pool, ...]
    held: tuple[HeldCount, ...]
    facilities: tuple[tuple[str, str], ...]
    institutions: tuple[tuple[str, str], ...]
    statements: tuple[Statement, ...]
    sources: tuple[SourceLink, ...]
    route: SeaRoute
    ports: Ports
    drawing: str

    @property
    def demonstration(self) -> bool:
        return self.members.demo > 0


def build_cluster_page(maker: Maker, slug: str, page: int) -> ClusterPage | None:
    """The page, or None when there is no such cluster. A fixed number of queries."""
    db, today = maker.db, maker.today
    cluster = db.scalar(
        select(Cluster)
        .where(Cluster.slug == slug)
        .options(
            joinedload(Cluster.sector),
            selectinload(Cluster.institutions).joinedload(ClusterInstitution.institution),
            selectinload(Cluster.facilities),
        )
    )
    if cluster is None:
        return None
    members = _members(db, cluster)
    last = max(1, -(-members.total // MEMBERS_A_PAGE))
    page = min(max(page, 1), last)
    pools = _pools(db, cluster, today)
    ports = read_ports(db)
    route = sea_route(db, ports, cluster.seaport, maker.reader.port)
    sources = sources_by_key(db, [*cluster.sources, *(fact["source"] for fact in cluster.facts)])
    facilities = {each.name: _in_words(each.kind) for each in cluster.facilities}
    bodies = {
        each.institution.name: _in_words(each.institution.kind) for each in cluster.institutions
    }
    return ClusterPage(
        cluster=cluster,
        answer=_answer(cluster, members, pools, route),
        members=members,
        listed=_listed(db, cluster, page),
        page=page,
        last=last,
        pools=pools,
        held=_held(db, cluster, today),
        facilities=tuple(sorted(facilities.items())),
        institutions=tuple(sorted((n, k) for n, k in bodies.items() if n not in facilities)),
        statements=tuple(
            Statement(as_sentence(str(fact["text"])), sources.get(str(fact["source"])))
            for fact in cluster.facts
        ),
        sources=tuple(sources[key] for key in cluster.sources if key in sources),
        route=route,
        ports=ports,
        drawing=pools[0].drawing if pools else _typical(maker, cluster),
    )


def _typical(maker: Maker, cluster: Cluster) -> str:
    """The drawing of something of the cluster's sector, while no firm shows what it makes."""
    kin = [each for each in maker.labels.families.values() if each.sector == cluster.sector.slug]
    return kin[0].drawing if kin else "generic"


def _in_words(kind: str) -> str:
    """Kinds of institutions are kept as the trade's abbreviations; strangers need the words."""
    words = {
        "CFC": _("common facility centre"),
        "SPV and CFC": _("common facility centre of the firms' own company"),
        "NGO and CFC": _("common facility centre of an association"),
        "DIC": _("district industries centre"),
        "CETP": _("shared effluent treatment plant"),
        "SPV": _("company owned by the firms together"),
        "R&D": _("research institute"),
        "R&D lab": _("research laboratory"),
        "lab": _("laboratory"),
        "association": _("association"),
        "export council": _("export promotion council"),
        "park": _("industrial park"),
        "park developer": _("park developer"),
        "commodity board": _("commodity board"),
        "state body": _("state body"),
        "state mission": _("state mission"),
        "state service centre": _("state service centre"),
        "state cluster nodal agency": _("state agency for clusters"),
        "training": _("training institute"),
        "trade centre": _("trade centre"),
        "export authority": _("export authority"),
        "co-operative": _("co-operative"),
        "society": _("society"),
        "regulator": _("regulator"),
        "ministry": _("ministry"),
        "market": _("marketplace"),
        "inspection": _("inspection agency"),
        "inland depot": _("inland container depot"),
        "anchor firm": _("anchor firm"),
        "SHG": _("self-help group"),
        "SEZ": _("special economic zone"),
        "NGO": _("non-governmental organisation"),
        "GI proprietor": _("holder of the geographical indication"),
    }
    return str(words.get(kind, kind))


def _members(db: Session, cluster: Cluster) -> Members:
    rows = db.execute(
        select(
            Organisation.is_demo,
            func.count(Firm.id),
            func.sum(Firm.workers),
            func.sum(case((Firm.women_led, 1), else_=0)),
            func.sum(case((Firm.verification == "verified", 1), else_=0)),
        )
        .join(Organisation, Organisation.id == Firm.organisation_id)
        .where(Firm.cluster_id == cluster.id, FIRM_IS_PUBLIC)
        .group_by(Organisation.is_demo)
    ).all()
    counted = {bool(demo): count for demo, count, *_rest in rows}
    workers, women, verified = (sum(row[place] for row in rows) for place in (2, 3, 4))
    return Members(counted.get(False, 0), counted.get(True, 0), workers, women, verified)


def _listed(db: Session, cluster: Cluster, page: int) -> tuple[Member, ...]:
    """One page of the firms, real ones first, then those a desk has verified."""
    firms = db.scalars(
        select(Firm)
        .join(Organisation, Organisation.id == Firm.organisation_id)
        .where(Firm.cluster_id == cluster.id, FIRM_IS_PUBLIC)
        .options(joinedload(Firm.organisation))
        .order_by(
            Organisation.is_demo, Firm.verification.desc(), Organisation.name, Organisation.id
        )
        .limit(MEMBERS_A_PAGE)
        .offset((page - 1) * MEMBERS_A_PAGE)
    ).all()
    made = _families_made(db, [firm.id for firm in firms])
    return tuple(_member(firm, made.get(firm.id, [])) for firm in firms)


def _families_made(db: Session, firms: Sequence[int]) -> Mapping[int, list[tuple[str, int]]]:
    """Families and how many products of each, by firm; most products first."""
    count = func.count(Product.id)
    rows = db.execute(
        select(Product.firm_id, ProductFamily.name, count)
        .join(ProductFamily, ProductFamily.id == Product.family_id)
        .where(Product.firm_id.in_(firms), Product.state == "published")
        .group_by(Product.firm_id, ProductFamily.name)
        .order_by(count.desc(), ProductFamily.name)
    )
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for firm, name, products in rows:
        found[firm].append((name, products))
    return found


def _member(firm: Firm, made: Sequence[tuple[str, int]]) -> Member:
    return Member(
        name=firm.name,
        slug=firm.slug,
        families=tuple(name for name, _count in made),
        products=sum(count for _name, count in made),
        workers=firm.workers,
        is_verified=firm.verification == "verified",
        is_women_led=firm.women_led,
        is_demo=firm.is_demo,
    )


def _pools(db: Session, cluster: Cluster, today: dt.date) -> tuple[Pool, ...]:
    """Capacity of all firms together, by family and unit; two queries.

    Lines of one family that count in different units stay apart: pieces and kilograms of two
    firms do not add up without knowing each piece.
    """
    here = (Firm.cluster_id == cluster.id, FIRM_IS_PUBLIC)
    firms = db.execute(
        select(ProductionLine.family_id, ProductionLine.unit, func.count(Firm.id.distinct()))
        .join(Firm, Firm.id == ProductionLine.firm_id)
        .where(*here)
        .group_by(ProductionLine.family_id, ProductionLine.unit)
    )
    sums = db.execute(
        select(
            ProductFamily,
            ProductionLine.unit,
            LineMonth.month,
            func.sum(LineMonth.capacity),
            func.sum(LineMonth.committed),
            func.sum(LineMonth.held),
        )
        .join(ProductionLine, ProductionLine.id == LineMonth.line_id)
        .join(ProductFamily, ProductFamily.id == ProductionLine.family_id)
        .join(Firm, Firm.id == ProductionLine.firm_id)
        .where(*here, LineMonth.month >= today.replace(day=1))
        .group_by(ProductFamily.id, ProductionLine.unit, LineMonth.month)
    )
    makers = {(family, unit): count for family, unit, count in firms}
    months: dict[tuple[ProductFamily, str], list[MonthSum]] = defaultdict(list)
    for family, unit, month, capacity, committed, on_hold in sums:
        months[family, unit].append(MonthSum(month, capacity, committed, on_hold))
    pools = [
        _pool(family, unit, makers.get((family.id, unit), 0), known, today)
        for (family, unit), known in months.items()
    ]
    return tuple(sorted(pools, key=lambda pool: (-pool.firms, pool.name, pool.unit)))


def _pool(
    family: ProductFamily, unit: str, firms: int, months: Iterable[MonthSum], today: dt.date
) -> Pool:
    bars = month_bars(months, today)
    return Pool(family.key, family.name, family.drawing, unit, firms, bars, average_free(bars))


@dataclass
class _Dates:
    """What validity asks of evidence; whether it covers all products is not the point here."""

    issued_on: dt.date
    expires_on: dt.date | None
    covers_all: bool = True


def _held(db: Session, cluster: Cluster, today: dt.date) -> tuple[HeldCount, ...]:
    """Firms by scheme and by the best state of what they hold of it; registrations left out."""
    makers = select(Firm.organisation_id).where(Firm.cluster_id == cluster.id, FIRM_IS_PUBLIC)
    showing = shown_by(makers).subquery()
    rows = db.execute(
        select(
            Scheme.code,
            Scheme.name,
            showing.c.organisation_id,
            Evidence.issued_on,
            Evidence.expires_on,
        )
        .select_from(showing)
        .join(Evidence, Evidence.id == showing.c.id)
        .join(Scheme, Scheme.id == Evidence.scheme_id)
        .where(
            IS_SHOWN,
            Scheme.evidence_type != "registration",
            Evidence.issued_on <= today,  # what has not begun is neither in force nor over
        )
    )
    names: dict[str, str] = {}
    best: dict[tuple[str, int], int] = {}
    for code, name, holder, issued, expires in rows:
        names[code] = name
        rank = _rank(_Dates(issued, expires), today)
        best[code, holder] = max(best.get((code, holder), 0), rank)
    counts: dict[str, list[int]] = {code: [0, 0, 0] for code in names}
    for (code, _holder), rank in best.items():
        counts[code][rank] += 1
    found = [
        HeldCount(short_scheme(code), names[code], valid=c[2], expiring=c[1], expired=c[0])
        for code, c in counts.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.valid - each.expiring, each.code)))


def _rank(dates: _Dates, today: dt.date) -> int:
    """2 valid for long, 1 expiring, 0 not in force."""
    if not is_valid(dates, today):
        return 0
    return 1 if expires_soon(dates, today) else 2


def _answer(
    cluster: Cluster, members: Members, pools: Sequence[Pool], route: SeaRoute
) -> tuple[Fact, ...]:
    firms = ngettext("%(num)d firm", "%(num)d firms", members.total)
    note = _("all demonstration") if members.demo and not members.real else ""
    if members.demo and members.real:
        note = _("%(count)s of them demonstration", count=members.demo)
    facts = [
        Fact(_("Listed here"), firms if members.total else _("no firm yet"), note),
        Fact(
            _("Nearest port"),
            route.origin,
            _("%(km)s km by road", km=number(cluster.seaport_km)),
        ),
    ]
    if pools:
        largest = pools[0]
        free = "" if largest.free is None else quantity(largest.free, largest.unit)
        facts.insert(1, Fact(_("Free a month, together"), free, largest.name))
    if route.km is not None and route.days is not None:
        days = ngettext("about %(num)d day", "about %(num)d days", route.days)
        facts.append(
            Fact(
                _("By sea to %(port)s", port=route.destination),
                _("%(km)s km", km=number(route.km)),
                days,
            )
        )
    return tuple(facts)
