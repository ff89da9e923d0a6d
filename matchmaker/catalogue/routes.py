"""All pages of the catalogue on their one blueprint: importing a module of views adds its pages."""

from __future__ import annotations

from matchmaker.catalogue import (
    views,
    views_asking,
    views_imports,
    views_product_parts,
    views_products,
)
from matchmaker.catalogue.pages import pages

__all__ = [
    "pages",
    "views",
    "views_asking",
    "views_imports",
    "views_product_parts",
    "views_products",
]
