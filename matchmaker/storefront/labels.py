"""Words for the keys that the index holds: sectors, clusters, families, schemes, HS chapters."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import HsCode, ProductFamily
from matchmaker.certification.models import Scheme
from matchmaker.clusters.models import Cluster, Port, Sector
from matchmaker.storefront.filters import country
from matchmaker.storefront.measured import measures_of_family
from matchmaker.storefront.words import gettext as _
from search.analysis import words

KEPT_SECONDS = 30.0


@dataclass(frozen=True)
class FamilyLabel:
    """`measures`: the figures its products state, as ranges of the search page."""

    name: str
    drawing: str
    sector: str
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class SchemeLabel:
    """`is_registration`: nearly every exporter holds it, so it tells a buyer little."""

    name: str
    is_registration: bool


@dataclass(frozen=True)
class Labels:
    """All words of the reference data, a few hundred rows."""

    sectors: Mapping[str, str]
    clusters: Mapping[str, str]
    families: Mapping[str, FamilyLabel]
    schemes: Mapping[str, SchemeLabel]
    chapters: Mapping[str, str]
    ports: Mapping[str, str]
    family_named: Mapping[tuple[str, ...], str] = field(default_factory=dict)  # by folded words

    def settled_measures(self, chosen: Sequence[str], text: str) -> tuple[str, ...]:
        """What can be filtered by once a search is about one family: chosen, or named as such."""
        if len(chosen) != 1:
            named = self.family_named.get(tuple(words(text)))
            chosen = [named] if named else []
        family = self.families.get(chosen[0]) if len(chosen) == 1 else None
        return family.measures if family else ()

    def port(self, locode: str) -> str:
        return self.ports.get(locode, locode)

    def of(self, facet: str, value: str) -> str:
        """How a facet's value reads; the value itself when nobody named it."""
        if facet == "sector":
            return self.sectors.get(value, value)
        if facet == "cluster":
            return self.clusters.get(value, value)
        if facet == "family":
            return self.families[value].name if value in self.families else value
        if facet == "evidence":
            return short_scheme(value)
        if facet == "hs":
            return f"{value} {self.chapters.get(value, '')}".strip()
        if facet == "market":
            return country(value)
        if facet == "unit":
            return dimension_words().get(value, value)
        if facet == "size":
            return {"micro": _("Micro"), "small": _("Small"), "medium": _("Medium")}.get(
                value, value
            )
        return value


def short_scheme(code: str) -> str:
    """Scheme codes are what trades people say; only the underscores are ours."""
    return code.replace("_", " ")


def dimension_words() -> dict[str, str]:
    """What things are sold by."""
    return {
        "piece": _("by the piece"),
        "pair": _("by the pair"),
        "set": _("by the set"),
        "mass": _("by weight"),
        "area": _("by area"),
        "volume": _("by volume"),
        "length": _("by length"),
    }


def labels(db: Session) -> Labels:
    """The labels; they change only with a release or a seeding, so they are kept a while."""
    kept: tuple[float, Labels] | None = current_app.extensions.get("storefront_labels")
    now = time.monotonic()
    if kept is not None and now - kept[0] < KEPT_SECONDS:
        return kept[1]
    found = _read(db)
    if found.sectors:  # an empty database is about to be seeded
        current_app.extensions["storefront_labels"] = (now, found)
    return found


def _read(db: Session) -> Labels:
    sectors = {slug: _capital(name) for slug, name in db.execute(select(Sector.slug, Sector.name))}
    families = db.execute(
        select(
            ProductFamily.key,
            ProductFamily.name,
            ProductFamily.drawing,
            Sector.slug,
            ProductFamily.attributes,
        ).join(Sector, Sector.id == ProductFamily.sector_id)
    ).all()
    schemes = db.execute(select(Scheme.code, Scheme.name, Scheme.evidence_type))
    chapters = db.execute(select(HsCode.code, HsCode.label).where(HsCode.level == 2))
    return Labels(
        sectors=sectors,
        clusters={row.slug: row.name for row in db.execute(select(Cluster.slug, Cluster.name))},
        families={
            key: FamilyLabel(name, picture, of, measures_of_family(attributes))
            for key, name, picture, of, attributes in families
        },
        schemes={code: SchemeLabel(name, kind == "registration") for code, name, kind in schemes},
        chapters={row.code: row.label for row in chapters},
        ports={row.locode: row.name for row in db.execute(select(Port.locode, Port.name))},
        family_named={tuple(words(row.name)): row.key for row in families},
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
