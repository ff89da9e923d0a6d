"""The way by sea from a cluster's port to the reader's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.clusters.models import Port
from matchmaker.storefront.listed import sea_distances

# Container ships sail at 14 to 16 knots since slow steaming became usual; the lower end is kept.
KNOTS = 14
KM_A_DAY = KNOTS * 1.852 * 24


@dataclass(frozen=True)
class SeaRoute:
    """`km` and `days` are None while the reader has named no port, or none we know."""

    origin: str
    destination: str
    km: int | None = None
    days: int | None = None


@dataclass(frozen=True)
class PortChoice:
    """A port the reader may choose as theirs."""

    locode: str
    name: str
    country: str


@dataclass(frozen=True)
class Ports:
    """All ports by UN/LOCODE, read once for a page."""

    names: dict[str, str]
    arrivals: tuple[PortChoice, ...]


def sailing_days(km: int) -> int:
    """Days under way at 14 knots, without the waiting and loading at either end."""
    return max(1, round(km / KM_A_DAY))


def read_ports(db: Session) -> Ports:
    rows = db.execute(select(Port.locode, Port.name, Port.country, Port.is_origin)).all()
    arrivals = [
        PortChoice(locode, name, country) for locode, name, country, origin in rows if not origin
    ]
    names = {locode: name for locode, name, _country, _origin in rows}
    return Ports(names, tuple(sorted(arrivals, key=lambda port: port.name)))


def sea_route(db: Session, ports: Ports, origin: str, destination: str) -> SeaRoute:
    """How far it is; always one query."""
    known = destination if destination in ports.names else ""
    km = sea_distances(db, [origin], destination).get(origin)
    return SeaRoute(
        origin=ports.names.get(origin, origin),
        destination=ports.names.get(known, ""),
        km=km,
        days=sailing_days(km) if km else None,
    )
