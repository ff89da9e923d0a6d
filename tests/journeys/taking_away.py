"""Two ways for a site's search to be away: a folder out of reach, a closed port."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.door import Door, door_to
from tests.journeys.running import RunningSite, running_on, until
from tests.search.meilisearch.wall import INDEXING_KEY, SEARCH_KEY, listening


def moved_folder(folder: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    """Take a folder away so that nobody can lay it anew (a file lies in its place); and back."""
    aside = folder.with_name(f"{folder.name}.aside")

    def take_away() -> None:
        folder.rename(aside)
        folder.write_text("not a folder")

    def bring_back() -> None:
        folder.unlink()
        aside.rename(folder)

    return take_away, bring_back


@contextmanager
def site_on_a_server(data: Path, log_file: Path) -> Iterator[tuple[RunningSite, Door]]:
    """A site whose search is a Meilisearch server behind a door, filled and answering.

    A real server where MEILI_URL names one (with MEILI_KEY), else the small one of the tests.
    """
    with _server() as (address, search_key, indexing_key), door_to(address) as door:
        keys = {"search_key": search_key, "indexing_key": indexing_key}
        with running_on(data, log_file, search_engine=door.address, **keys) as site:
            until(
                lambda: site.get("/search?q=rubber").status == 200,
                120,
                lambda: log_file.read_text()[-3000:],
            )
            yield site, door


@contextmanager
def _server() -> Iterator[tuple[str, str, str]]:
    if address := os.environ.get("MEILI_URL"):
        key = os.environ.get("MEILI_KEY", "")
        yield address, key, key
        return
    with listening() as wall:
        yield wall.address, SEARCH_KEY, INDEXING_KEY
