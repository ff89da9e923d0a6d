"""The three indexes of the marketplace, as data.

Every fact that can be searched, filtered, counted or sorted by is declared here once;
`storefront/documents.py` and its neighbours fill them.
"""

from collections.abc import Iterable

from search.contract import Field, IndexSettings
from search.synonyms import TRADE_SYNONYMS

# Quantities of different dimension never share a field: 500 kg is not 500 pieces.
DIMENSIONS = ("piece", "mass", "area", "volume", "length", "pair", "set")
ENCODER_DIMENSIONS = 384

# What products state in figures, each in the one unit of `storefront/measured.py`. `size` holds
# every length of a product, the next five those with a name as well.
MEASURES = (
    "size", "thickness", "width", "length", "height", "diameter", "gsm", "weight", "volume",
    "density", "power", "voltage", "pressure", "carat", "hardness", "threads", "mesh", "knots",
    "ply", "poles", "pages",
)  # fmt: skip

# Attributes and standards are long lists that name much and mean little: half of a text's weight
# is worth .04 nDCG by words on Icecat over the whole of it, and costs nothing on our own set.
_PRODUCT_FIELDS = (
    Field("title", "text", weight=4, highlight=True),
    Field("family", "text", weight=4),
    Field("aliases", "text", weight=2),  # other trade words for the family
    Field("description", "text", weight=2, highlight=True),
    Field("attributes", "text", weight=1, highlight=True),  # "Thickness 18 mm; Surface hammered"
    Field("firm", "text", weight=2),
    Field("cluster_name", "text", weight=2),
    Field("hs_text", "text", weight=2),  # "401699 Articles of vulcanised rubber"
    Field("standards", "text", weight=1),
    Field("family_key", "keyword", facet=True),
    Field("sector", "keyword", facet=True),
    Field("cluster", "keyword", facet=True),
    Field("state", "keyword", facet=True),
    Field("firm_id", "keyword", facet=True),
    Field("hs2", "keyword", facet=True),
    Field("hs4", "keyword", facet=True),
    Field("hs6", "keyword", facet=True),
    Field("evidence", "keyword", facet=True, many=True),  # schemes valid today
    Field("evidence_any", "keyword", facet=True, many=True),  # held, whatever their state
    Field("markets", "keyword", facet=True, many=True),  # countries exported to
    Field("unit_dimension", "keyword", facet=True),
    Field("demo", "flag", facet=True),
    Field("gi", "flag", facet=True),
    Field("photo", "flag", facet=True),
    Field("has_price", "flag", facet=True),
    Field("stale", "flag", facet=True),
    *(Field(f"moq_{each}", "number", sort=True) for each in DIMENSIONS),
    *(Field(f"capacity_month_{each}", "number", sort=True) for each in DIMENSIONS),
    Field("lead_days", "number", sort=True),
    # USD per base unit of the product's dimension; only prices that everybody may see.
    Field("price_usd_public", "number", sort=True),
    Field("confirmed_on", "number", sort=True),  # days since 1970
    *(Field(f"measure_{each}", "number", many=True) for each in MEASURES),
)

_FIRM_FIELDS = (
    Field("name", "text", weight=3, highlight=True),
    Field("families", "text", weight=2),
    Field("about", "text", weight=1, highlight=True),
    Field("products", "text", weight=1, highlight=True),
    Field("aliases", "text", weight=1),
    Field("cluster_name", "text", weight=1),
    Field("place", "text", weight=1),
    Field("family_key", "keyword", facet=True, many=True),
    Field("sector", "keyword", facet=True),
    Field("cluster", "keyword", facet=True),
    Field("state", "keyword", facet=True),
    Field("kind", "keyword", facet=True),
    Field("size", "keyword", facet=True),
    Field("hs2", "keyword", facet=True, many=True),
    Field("evidence", "keyword", facet=True, many=True),
    Field("evidence_any", "keyword", facet=True, many=True),
    Field("markets", "keyword", facet=True, many=True),
    Field("demo", "flag", facet=True),
    Field("stale", "flag", facet=True),
    Field("workers", "number", sort=True),
    Field("product_count", "number", sort=True),
    Field("confirmed_on", "number", sort=True),
)

_CLUSTER_FIELDS = (
    Field("name", "text", weight=3, highlight=True),
    Field("products", "text", weight=2, highlight=True),
    Field("facts", "text", weight=1, highlight=True),
    Field("aliases", "text", weight=1),
    Field("district", "text", weight=1),
    Field("state_name", "text", weight=1),
    Field("institutions", "text", weight=1),
    Field("sector", "keyword", facet=True, many=True),
    Field("state", "keyword", facet=True),
    Field("family_key", "keyword", facet=True, many=True),
    Field("gi", "flag", facet=True),
    Field("demo", "flag", facet=True),
    Field("firm_count", "number", sort=True),
    Field("product_count", "number", sort=True),
)


def marketplace_indexes(
    family_synonyms: Iterable[tuple[str, ...]] = (),
    vector_dimensions: int | None = ENCODER_DIMENSIONS,
) -> dict[str, IndexSettings]:
    """The settings of `products`, `firms` and `clusters`.

    `family_synonyms` are further groups of equivalents, e.g. a product family's own
    name with the other words its trade uses.
    """
    synonyms = (*TRADE_SYNONYMS, *family_synonyms)
    fields = {"products": _PRODUCT_FIELDS, "firms": _FIRM_FIELDS, "clusters": _CLUSTER_FIELDS}
    return {
        name: IndexSettings(
            name=name, fields=each, synonyms=synonyms, vector_dimensions=vector_dimensions
        )
        for name, each in fields.items()
    }
