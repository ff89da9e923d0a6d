"""Evidence as a page shows it: the same facts in the same order wherever a claim is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Product
from matchmaker.certification import scope
from matchmaker.certification.models import GRADES, Evidence
from matchmaker.certification.queries import evidence_shown, now
from matchmaker.certification.renewals import standing_ones
from matchmaker.certification.validity import begins_later, expires_soon, is_valid
from matchmaker.storefront.labels import short_scheme
from matchmaker.storefront.words import gettext as _
from matchmaker.storefront.words import ngettext

STATES = ("valid", "expiring", "future", "expired")


@dataclass(frozen=True)
class EvidenceRow:
    """One piece of evidence: what it is, how far it is trusted, how long, and how to check it.

    `holder`: the cluster body whose group certificate it is, or empty.
    """

    code: str
    label: str
    name: str
    kind: str
    state: str
    grade: str
    number: str
    issuer: str
    issued_on: dt.date
    until: dt.date | None
    days_left: int | None
    graded_on: dt.date | None
    graded_how: str | None
    laboratory: str | None
    substances: str | None
    scope: str
    holder: str
    verify_url: str | None
    verify_how: str | None
    is_registration: bool

    @property
    def counts(self) -> bool:
        """What is over, or has not begun, never counts."""
        return self.state in ("valid", "expiring")


def evidence_held(db: Session, organisation_id: int) -> Sequence[Evidence]:
    """Everything an organisation can show, its own or as a member of a group; two queries."""
    return evidence_shown(db, [organisation_id]).get(organisation_id, [])


def covers(evidence: Evidence, product: Product) -> bool:
    """Whether the evidence speaks of this product as it is today."""
    return scope.covers(evidence.covering, now(product))


def evidence_rows(
    evidence: Iterable[Evidence], today: dt.date, *, shown_by: int
) -> tuple[EvidenceRow, ...]:
    """Rows in the order of their weight: what counts first, registrations last.

    Of a certificate and its renewals one: the one that stands for them today.
    `shown_by`: the organisation whose page it is; what another one holds names its holder.
    """
    rows = (_row(each, today, shown_by) for each in standing_ones(evidence, today))
    return tuple(sorted(rows, key=_weight))


def telling(rows: Sequence[EvidenceRow], most: int = 4) -> tuple[EvidenceRow, ...]:
    """The few rows in force that tell a buyer most; what every exporter holds only if need be."""
    return tuple(row for row in rows if row.counts)[:most]


def state_of(evidence: Evidence, today: dt.date) -> str:
    if begins_later(evidence, today):
        return "future"
    if not is_valid(evidence, today):
        return "expired"
    return "expiring" if expires_soon(evidence, today) else "valid"


def _weight(row: EvidenceRow) -> tuple[bool, bool, int, str]:
    return not row.counts, row.is_registration, -GRADES.index(row.grade), row.code


def _row(evidence: Evidence, today: dt.date, shown_by: int) -> EvidenceRow:
    scheme, until = evidence.scheme, evidence.expires_on
    return EvidenceRow(
        code=scheme.code,
        label=short_scheme(scheme.code),
        name=scheme.name,
        kind=_kind(scheme.evidence_type),
        state=state_of(evidence, today),
        grade=evidence.grade,
        number=evidence.number,
        issuer=evidence.issuer,
        issued_on=evidence.issued_on,
        until=until,
        days_left=(until - today).days if until else None,
        graded_on=evidence.graded_on,
        graded_how=evidence.graded_how,
        laboratory=evidence.laboratory,
        substances=evidence.substances,
        scope=_scope(evidence),
        holder="" if evidence.holder_id == shown_by else evidence.holder.name,
        verify_url=scheme.verify_url,
        verify_how=scheme.verify_how,
        is_registration=scheme.evidence_type == "registration",
    )


def _kind(evidence_type: str) -> str:
    words = {
        "certificate": _("certificate"),
        "audit report": _("audit report"),
        "test report": _("test report"),
        "declaration": _("declaration"),
        "registration": _("registration"),
        "consignment document": _("document of each shipment"),
    }
    return str(words[evidence_type])


def _scope(evidence: Evidence) -> str:
    if evidence.covers_all:
        return str(_("all products and sites"))
    products = len({each.product_id for each in evidence.scope if each.product_id})
    sites = len({each.site_id for each in evidence.scope if each.site_id})
    parts = []
    if products:
        parts.append(ngettext("%(num)d product", "%(num)d products", products))
    if sites:
        parts.append(ngettext("%(num)d site", "%(num)d sites", sites))
    return ", ".join(parts)
