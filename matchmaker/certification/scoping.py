"""The scope rows of evidence: which products at which sites, as they are on the day it is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Firm, Product, Site
from matchmaker.certification.models import EvidenceScope, Scheme
from matchmaker.certification.scope import asks_material
from matchmaker.errors import BadInput
from matchmaker.wording import gettext as _


class MaterialAsked(BadInput):
    """The scheme is not listed for these products: say of which material it speaks."""

    def __init__(self, scheme: Scheme, products: Sequence[Product]) -> None:
        titles = ", ".join(each.title for each in products)
        super().__init__(
            "material",
            titles,
            _("%(scheme)s is not listed for it. Which material is meant?", scheme=scheme.name),
        )
        self.products = tuple(products)


def scope_rows(
    db: Session,
    holder: Organisation,
    scheme: Scheme,
    *,
    products: Sequence[int],
    sites: Sequence[int],
    materials: Mapping[int, str],
    material: str,
    ask: bool,
) -> list[EvidenceScope]:
    """Products × sites; of only one of them, rows of that; empty: covers all.

    Naming every site is naming none. `ask`: raise MaterialAsked where a product of the scope,
    or every product of a holder that limits nothing, needs its material said. Raises BadInput
    for what is not the holder's.
    """
    limited = _products(db, holder, products) if products or ask else []
    named = {each.id: materials.get(each.id, material).strip() for each in limited}
    unlisted = [each for each in limited if asks_material(scheme.kind, scheme.hs, each.hs_code)]
    open_ones = [each for each in unlisted if not named[each.id]]
    if ask and open_ones and (products or len(open_ones) == len(limited)):
        raise MaterialAsked(scheme, open_ones)
    places = _sites(db, holder, sites) if sites else []
    if not products:
        return [_row(None, site, "") for site in places]
    at: Sequence[Site | None] = places or [None]
    return [_row(product, site, named[product.id]) for product in limited for site in at]


def _row(product: Product | None, site: Site | None, material: str) -> EvidenceScope:
    return EvidenceScope(
        product_id=product.id if product else None,
        product=product,
        family=product.family.key if product else None,
        hs_code=product.hs_code if product else None,
        site_id=site.id if site else None,
        site=site,
        place=site.town if site else None,
        material=material or None,
    )


def _products(db: Session, holder: Organisation, wanted: Sequence[int]) -> list[Product]:
    query = (
        select(Product)
        .join(Firm, Firm.id == Product.firm_id)
        .where(Firm.organisation_id == holder.id)
        .options(joinedload(Product.family))
        .order_by(Product.id)
    )
    if wanted:
        query = query.where(Product.id.in_(wanted))
    found = list(db.scalars(query))
    if len(found) < len(set(wanted)):
        raise BadInput("products", len(wanted), _("Choose from your own products."))
    return found


def _sites(db: Session, holder: Organisation, wanted: Sequence[int]) -> list[Site]:
    own = db.scalars(
        select(Site)
        .join(Firm, Firm.id == Site.firm_id)
        .where(Firm.organisation_id == holder.id)
        .order_by(Site.id)
    ).all()
    found = [each for each in own if each.id in set(wanted)]
    if len(found) < len(set(wanted)):
        raise BadInput("sites", len(wanted), _("Choose from your own sites."))
    return found if len(found) < len(own) else []
