"""The reference data: read from `reference/*.json`, and put into an empty database once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pycountry
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Currency, HsCode, ProductFamily, UnitRow
from matchmaker.certification.models import MarketRule, Scheme
from matchmaker.clusters.models import (
    Cluster,
    ClusterInstitution,
    Facility,
    Institution,
    Port,
    SeaDistance,
    Sector,
    Source,
)
from matchmaker.measures import UNITS
from matchmaker.money import OFFERED
from matchmaker.slugs import slug_of
from seed.families import all_families
from seed.sea import sea_distance

FOLDER = Path(__file__).parent / "reference"
# Institutions that are an asset to be used, not only a body to be asked.
FACILITIES = ("CFC", "SPV and CFC", "NGO and CFC", "lab", "R&D lab", "state service centre",
              "CETP", "park", "inland depot", "trade centre")  # fmt: skip
Progress = Callable[[float, float, str], None]


@lru_cache(maxsize=8)
def read(name: str) -> dict[str, Any]:
    """One of the files, as it is."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def scheme_facts() -> dict[str, dict[str, Any]]:
    """Schemes by code, as in the file."""
    return {each["code"]: each for each in read("certifications")["certifications"]}


def is_loaded(db: Session) -> bool:
    return db.scalar(select(Cluster.id).limit(1)) is not None


def load_reference(db: Session, progress: Progress = lambda _done, _all, _note: None) -> None:
    """Put all reference data into the database. The caller commits."""
    steps: list[tuple[str, Callable[[Session], None]]] = [
        ("units and currencies", _units),
        ("sources", _sources),
        ("HS codes", _hs_codes),
        ("ports and sea distances", _ports),
        ("clusters", _clusters),
        ("product families", _families),
        ("schemes", _schemes),
        ("market rules", _rules),
    ]
    for number, (name, load) in enumerate(steps):
        progress(number, len(steps), name)
        load(db)
        db.flush()


def _units(db: Session) -> None:
    db.add_all(
        UnitRow(code=unit.code, name=unit.name, symbol=unit.symbol, dimension=unit.dimension)
        for unit in UNITS.values()
    )
    for code in OFFERED:
        db.add(Currency(code=code, name=str(pycountry.currencies.lookup(code).name)))


def _sources(db: Session) -> None:
    """Sources of all files under one roof: a key means the same only within its file."""
    for name in ("clusters", "certifications", "market_requirements"):
        for key, about in read(name)["sources"].items():
            db.add(
                Source(
                    key=f"{name}/{key}",
                    title=about["title"],
                    url=about["url"] if str(about["url"]).startswith("http") else None,
                    evidence=about["evidence"],
                )
            )


def source_keys(name: str, keys: Iterable[str]) -> list[str]:
    return [f"{name}/{key}" for key in keys]


def _hs_codes(db: Session) -> None:
    content = read("hs_subset")
    db.add_all(
        HsCode(code=each["code"], level=2, label=each["title"], unit=None)
        for each in content["chapters"]
    )
    db.add_all(
        HsCode(
            code=each["code"],
            level=each["level"],
            label=each["label"],
            unit=each["unit"] if each["unit"] in UNITS else None,
        )
        for each in content["codes"]
    )


def _ports(db: Session) -> None:
    origins, arrivals = ports()
    for origin, port in [(True, p) for p in origins] + [(False, p) for p in arrivals]:
        db.add(
            Port(
                locode=port["locode"],
                name=port["name"],
                country=port["locode"][:2],
                lat=port["lat"],
                lon=port["lon"],
                is_origin=origin,
            )
        )
    db.flush()
    for start in origins:
        for end in arrivals:
            km = sea_distance(start, end)
            db.add(SeaDistance(origin=start["locode"], destination=end["locode"], km=km))


def ports() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The ports that clusters ship from, and those where goods arrive."""
    origins = [dict(about, locode=code) for code, about in read("clusters")["ports"].items()]
    return origins, read("ports")["ports"]


def _clusters(db: Session) -> None:
    content = read("clusters")
    sectors: dict[str, Sector] = {}
    institutions: dict[str, Institution] = {}
    for each in content["clusters"]:
        sector = sectors.setdefault(
            each["sector"], Sector(slug=slug_of(each["sector"]), name=each["sector"])
        )
        cluster = _cluster(each, sector, content["airports"])
        db.add(cluster)
        named = {about["name"]: about["type"] for about in each["institutions"]}
        for name, kind in named.items():
            body = institutions.setdefault(name, Institution(name=name, kind=kind))
            cluster.institutions.append(ClusterInstitution(institution=body))
            if kind in FACILITIES:
                cluster.facilities.append(Facility(name=name, kind=kind))


def _cluster(each: dict[str, Any], sector: Sector, airports: dict[str, Any]) -> Cluster:
    same = ("slug", "name", "district", "state", "lat", "lon", "coord_source", "products", "hs")
    ports = ("seaport", "seaport_km", "airport", "airport_km", "gi", "town_of_export_excellence")
    return Cluster(
        **{name: each[name] for name in (*same, *ports, "confidence")},
        sector=sector,
        airport_name=airports[each["airport"]]["name"],
        facts=[
            {"text": fact["text"], "source": f"clusters/{fact['src']}"} for fact in each["facts"]
        ],
        sources=source_keys("clusters", each["src"]),
    )


def _families(db: Session) -> None:
    sectors = {sector.name: sector for sector in db.scalars(select(Sector))}
    for family in all_families():
        attributes = {
            key: {
                "label": about["label"],
                "unit": about.get("unit", ""),
                "values": list(about["values"]),
            }
            for key, about in family.attributes.items()
        }
        db.add(
            ProductFamily(
                key=family.key,
                name=family.name,
                sector=sectors[family.sector],
                hs_code=family.hs,
                unit=family.unit,
                attributes=attributes,
                aliases=list(family.aliases),
                rules=list(family.rules),
                drawing=family.drawing,
            )
        )


def _schemes(db: Session) -> None:
    for each in read("certifications")["certifications"]:
        same = ("code", "name", "owner", "kind", "evidence_type", "statutory", "jurisdiction",
                "sectors", "hs", "validity_months", "validity_note", "group_note",
                "verify_url", "verify_how", "confidence")  # fmt: skip
        low, high = each["lead_days"]
        db.add(
            Scheme(
                **{name: each[name] for name in same},
                lead_days_min=low,
                lead_days_max=high,
                group_holding=each["group"],
                sources=source_keys("certifications", each["src"]),
            )
        )


def _rules(db: Session) -> None:
    for each in read("market_requirements")["rules"]:
        same = ("id", "family", "hs", "market", "mandatory", "expected", "note", "confidence",
                "evidence")  # fmt: skip
        start = each["effective_from"]
        db.add(
            MarketRule(
                **{name: each[name] for name in same},
                effective_from=dt.date.fromisoformat(start) if start else None,
                sources=source_keys("market_requirements", each["src"]),
            )
        )
