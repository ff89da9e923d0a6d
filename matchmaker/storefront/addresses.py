"""Addresses of the many pages that one page links to."""

from __future__ import annotations

from urllib.parse import quote

from flask import url_for


class Addresses:
    """Makes the addresses of one request: routing is asked once for each kind of page.

    A page of results has sixty links; asking for each was a twentieth of its time.
    """

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def __call__(self, kind: str, slug: str) -> str:
        """Where the `kind` (product, firm, cluster) of that slug is."""
        if kind not in self._folders:
            self._folders[kind] = url_for(f"storefront.{kind}", slug="-").removesuffix("-")
        return self._folders[kind] + quote(slug, safe="")
