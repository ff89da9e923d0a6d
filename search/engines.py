"""Which engine answers, decided by one setting."""

from pathlib import Path

from search.contract import Engine
from search.errors import SearchUnavailable


def open_engine(
    place: str | Path,
    *,
    writer_wait: float = 10.0,
    search_key: str | None = None,
    indexing_key: str | None = None,
) -> Engine:
    """Open the search engine that `place` names.

    A folder (or file:// address) means the embedded engine, which needs nothing else;
    it is created when missing. `writer_wait` is how many seconds a second writer waits
    for the first before WriterBusy. An http:// or https:// address means a Meilisearch
    server, asked with the `search_key` and written to with the `indexing_key` (left out:
    the same key for both).
    """
    address = str(place)
    if address.startswith(("http://", "https://")):
        from search.meilisearch.engine import MeilisearchEngine

        return MeilisearchEngine(address, search_key=search_key, indexing_key=indexing_key)
    if address.startswith("file://"):
        address = address.removeprefix("file://")
    elif "://" in address:
        raise SearchUnavailable(
            f"No search engine is known for '{address}'. Set a folder for the embedded engine, "
            "or the http:// address of a Meilisearch server."
        )
    from search.embedded.engine import EmbeddedEngine

    return EmbeddedEngine(Path(address), writer_wait=writer_wait)
