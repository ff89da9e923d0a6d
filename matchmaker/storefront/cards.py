"""Result rows: a hit of the index made into what a buyer decides on.

The index says what was found and why; every fact shown comes from the database, so that a row
never tells more or other than the product's own page.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from babel import Locale
from flask import current_app, get_template_attribute, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.freshness import is_stale
from matchmaker.catalogue.pictures import Shown, first_pictures
from matchmaker.catalogue.visibility import can_see_firm, can_see_price, can_see_product
from matchmaker.certification.models import GRADES
from matchmaker.certification.renewals import standing_ones
from matchmaker.certification.validity import expires_soon, is_valid
from matchmaker.clusters.models import Cluster
from matchmaker.money import ExchangeRates, Money
from matchmaker.reader import Reader
from matchmaker.storefront import listed
from matchmaker.storefront.addresses import Addresses
from matchmaker.storefront.capacity_view import calm
from matchmaker.storefront.filters import marked, money, number, quantity, unit_words
from matchmaker.storefront.labels import Labels, short_scheme
from matchmaker.storefront.listed import HeldEvidence, ListedFirm, ListedProduct
from matchmaker.storefront.price_view import standing_hidden, standing_words
from matchmaker.storefront.words import gettext as _
from matchmaker.storefront.words import locale, ngettext
from search.contract import MARK_END, MARK_START, Hit, Page

PROOFS_SHOWN = 3
MARKED = re.compile(f"{MARK_START}(.*?){MARK_END}")
PROOFS_REMEMBERED = 5_000
BEST_SCORE = 1.3  # all words as well as anybody, and the same meaning


@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    note: str = ""


class Proof(NamedTuple):
    """One piece of evidence, as the macro `grade` takes it. `until`: only where it is near."""

    name: str
    grade: str
    state: str
    until: dt.date | None


def proof_words(proof: Proof) -> Markup:
    """The evidence as the macro `grade` writes it, remembered: the same few come all the time."""
    written: dict[tuple[Locale, Proof], Markup] = current_app.extensions.setdefault("proofs", {})
    key = (locale(), proof)
    if key not in written:
        if len(written) >= PROOFS_REMEMBERED:
            written.clear()
        write = get_template_attribute("_macros/evidence.html", "grade")
        written[key] = Markup(write(*proof))  # noqa: S704
    return written[key]


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Row:
    """One result. `fraction` is None where the order has nothing to do with fit."""

    title: Markup
    url: str
    drawing: str
    places: tuple[Link, ...]
    excerpt: Markup | None
    facts: tuple[Fact, ...]
    proof: tuple[Proof, ...] = ()
    more_proof: int = 0
    fraction: float | None = None
    why: str = ""
    id: str = ""
    demo: bool = False
    gi: bool = False
    confirmed_on: dt.date | None = None
    stale: bool = False
    picture: Shown | None = None  # stands in the place of the drawing


@dataclass(frozen=True)
class ProductFacts:
    """What was looked up at once for all products of a page."""

    held: Mapping[int, list[HeldEvidence]]
    free: Mapping[int, Decimal]
    far: Mapping[str, int]
    faces: Mapping[int, Shown]


@dataclass(frozen=True)
class Maker:
    """Everything rows need besides the hit."""

    db: Session
    reader: Reader
    actor: Actor | None
    labels: Labels
    rates: ExchangeRates
    today: dt.date
    address: Addresses = field(default_factory=Addresses)
    rate_of: dict[str, Decimal] = field(default_factory=dict)  # into the reader's currency

    def rows(self, tab: str, page: Page) -> tuple[Row, ...]:
        """The rows of a page of hits; what has left the database since is passed over."""
        if tab == "firms":
            return self._firms(page.hits)
        if tab == "clusters":
            return self._clusters(page.hits)
        return self._products(page.hits)

    # -- products --------------------------------------------------------------------

    def _products(self, hits: Sequence[Hit]) -> tuple[Row, ...]:
        found = listed.listed_products(self.db, [hit.id for hit in hits])
        seen = {id: each for id, each in found.items() if can_see_product(self.actor, each)}
        shown = list(seen.values())
        facts = ProductFacts(
            held=listed.held_evidence(self.db, {each.firm.organisation_id for each in shown}),
            free=listed.free_per_month(self.db, {each.line_id for each in shown}, self.today),
            far=self._far({each.firm.seaport for each in shown}),
            faces=first_pictures(self.db, [each.id for each in shown if each.has_photo]),
        )
        return tuple(self._product(hit, seen[hit.id], facts) for hit in hits if hit.id in seen)

    def _product(self, hit: Hit, product: ListedProduct, facts: ProductFacts) -> Row:
        firm = product.firm
        evidence = facts.held.get(firm.organisation_id, [])
        proof = self._proof([each for each in evidence if each.covers(product)])
        dates = [each for each in (product.price_confirmed_on, product.lead_confirmed_on) if each]
        family = self.labels.families.get(str(hit.values.get("family_key")))
        return Row(
            title=marked(hit.highlighted.get("title") or product.title),
            url=self.address("product", product.slug),
            drawing=family.drawing if family else "generic",
            places=(
                Link(firm.name, self.address("firm", firm.slug)),
                Link(firm.cluster_name, self.address("cluster", firm.cluster_slug)),
            ),
            excerpt=excerpt(hit),
            facts=self._product_facts(product, facts),
            proof=proof[:PROOFS_SHOWN],
            more_proof=max(0, len(proof) - PROOFS_SHOWN),
            fraction=fraction(hit),
            id=hit.id,
            demo=firm.is_demo,
            gi=product.gi is not None,
            confirmed_on=min(dates, default=None),
            stale=is_stale(min(dates, default=None), self.today),
            picture=facts.faces.get(product.id),
        )

    def _product_facts(self, product: ListedProduct, about: ProductFacts) -> tuple[Fact, ...]:
        free = about.free.get(product.line_id or 0)
        monthly = "" if free is None else quantity(calm(free / product.line_factor), product.unit)
        lead = product.lead_days
        facts = [
            self._price(product),
            Fact(_("Minimum order"), quantity(product.moq, product.unit)),
            Fact(_("Free a month"), monthly),
            Fact(
                _("Lead time"),
                "" if lead is None else ngettext("%(num)d day", "%(num)d days", lead),
            ),
        ]
        if self.reader.port:
            km = about.far.get(product.firm.seaport)
            label = _("By sea to %(port)s", port=self.labels.port(self.reader.port))
            facts.append(Fact(label, "" if km is None else _("%(km)s km", km=number(km))))
        return tuple(facts)

    def _price(self, product: ListedProduct) -> Fact:
        """The price at the minimum order, in the reader's currency, and as it was given."""
        label, price = _("Price"), product.price
        if price is None:
            return Fact(label, "")
        if not can_see_price(self.actor, product):
            return Fact(label, standing_words(standing_hidden(product.price_audience)))
        given, wanted = product.currency, self.reader.currency
        per = unit_words(product.unit, 1)
        if given == wanted:
            return Fact(label, f"{money(Money(price, given))} / {per}")
        if given not in self.rate_of:
            self.rate_of[given] = self.rates.rate(given, wanted).value
        shown = Money(price * self.rate_of[given], wanted)
        return Fact(label, f"{money(shown)} / {per}", money(Money(price, given)))

    # -- firms -----------------------------------------------------------------------

    def _firms(self, hits: Sequence[Hit]) -> tuple[Row, ...]:
        found = listed.listed_firms(self.db, [hit.id for hit in hits])
        seen = {id: each for id, each in found.items() if can_see_firm(self.actor, each)}
        held = listed.held_evidence(self.db, {each.organisation_id for each in seen.values()})
        return tuple(self._firm(hit, seen[hit.id], held) for hit in hits if hit.id in seen)

    def _firm(self, hit: Hit, firm: ListedFirm, held: Mapping[int, list[HeldEvidence]]) -> Row:
        proof = self._proof(held.get(firm.organisation_id, []))
        families = _strings(hit.values.get("family_key"))
        known = [self.labels.families[key] for key in families if key in self.labels.families]
        count = hit.values.get("product_count")
        return Row(
            title=marked(hit.highlighted.get("name") or firm.name),
            url=self.address("firm", firm.slug),
            drawing=known[0].drawing if known else "generic",
            places=(Link(firm.cluster_name, self.address("cluster", firm.cluster_slug)),),
            excerpt=excerpt(hit),
            facts=(
                Fact(_("Makes"), ", ".join(each.name for each in known[:2])),
                Fact(_("Products"), number(count) if isinstance(count, int | float) else ""),
                Fact(_("Workers"), number(firm.workers)),
                Fact(_("Since"), str(firm.founded or "")),
            ),
            proof=proof[:PROOFS_SHOWN],
            more_proof=max(0, len(proof) - PROOFS_SHOWN),
            fraction=fraction(hit),
            id=hit.id,
            demo=firm.is_demo,
        )

    # -- clusters --------------------------------------------------------------------

    def _clusters(self, hits: Sequence[Hit]) -> tuple[Row, ...]:
        found = listed.listed_clusters(self.db, [hit.id for hit in hits])
        far = self._far({each.seaport for each in found.values()})
        return tuple(self._cluster(hit, found[hit.id], far) for hit in hits if hit.id in found)

    def _cluster(self, hit: Hit, cluster: Cluster, far: Mapping[str, int]) -> Row:
        families = _strings(hit.values.get("family_key"))
        known = [self.labels.families[key] for key in families if key in self.labels.families]
        firms, products = (hit.values.get(name) for name in ("firm_count", "product_count"))
        port = Fact(
            _("Port"),
            self.labels.port(cluster.seaport),
            _("%(km)s km", km=number(cluster.seaport_km)),
        )
        if self.reader.port and cluster.seaport in far:
            port = Fact(
                _("By sea to %(port)s", port=self.labels.port(self.reader.port)),
                _("%(km)s km", km=number(far[cluster.seaport])),
                _("from %(port)s", port=self.labels.port(cluster.seaport)),
            )
        return Row(
            title=marked(hit.highlighted.get("name") or cluster.name),
            url=self.address("cluster", cluster.slug),
            drawing=known[0].drawing if known else "generic",
            places=(Link(f"{cluster.district}, {cluster.state}", ""),),
            excerpt=marked(hit.highlighted.get("products") or ", ".join(cluster.products[:5])),
            facts=(
                Fact(_("Sector"), self.labels.of("sector", cluster.sector.slug)),
                Fact(_("Firms here"), number(firms) if isinstance(firms, int | float) else ""),
                Fact(_("Products"), number(products) if isinstance(products, int | float) else ""),
                port,
            ),
            fraction=fraction(hit),
            id=hit.id,
            gi=bool(cluster.gi),
        )

    # -- shared ----------------------------------------------------------------------

    def _far(self, ports: set[str]) -> Mapping[str, int]:
        return listed.sea_distances(self.db, ports, self.reader.port)

    def _proof(self, evidence: Sequence[HeldEvidence]) -> tuple[Proof, ...]:
        """What is valid today; what tells most first, mere registrations last."""
        valid = standing_ones([each for each in evidence if is_valid(each, self.today)], self.today)
        valid.sort(
            key=lambda each: (
                each.evidence_type == "registration",
                -GRADES.index(each.grade),
                each.code,
            )
        )
        return tuple(self._proven(each) for each in valid)

    def _proven(self, evidence: HeldEvidence) -> Proof:
        ends = evidence.expires_on if expires_soon(evidence, self.today) else None
        name = short_scheme(evidence.code)
        return Proof(name, evidence.grade, "expiring" if ends else "valid", ends)


def address(kind: str, slug: str) -> str:
    return url_for(f"storefront.{kind}", slug=slug)


def fraction(hit: Hit) -> float | None:
    """How much of the best possible score this hit has; None where nothing was scored."""
    return min(1.0, hit.score / BEST_SCORE) if hit.score > 0 else None


def excerpt(hit: Hit) -> Markup | None:
    """A stretch of the description, but only if it shows more of the words than the name does."""
    in_name = hit.highlighted.get("title") or hit.highlighted.get("name") or ""
    if len({word.casefold() for word in MARKED.findall(in_name)}) >= len(hit.matched_words):
        return None
    for name in ("description", "attributes", "about", "products"):
        text = hit.highlighted.get(name, "")
        if MARK_START in text:
            return marked(text)
    return None


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(each) for each in value] if isinstance(value, list | tuple) else []
