"""Which engine answers, decided by one setting."""

from pathlib import Path

from search.contract import Engine
from search.errors import SearchUnavailable


def open_engine(place: str | Path, *, writer_wait: float = 10.0) -> Engine:
    """Open the search engine that `place` names.

    A folder (or file:// address) means the embedded engine, which needs nothing else;
    it is created when missing. `writer_wait` is how many seconds a second writer waits
    for the first before WriterBusy.
    """
    address = str(place)
    if address.startswith("file://"):
        address = address.removeprefix("file://")
    elif "://" in address:
        raise SearchUnavailable(
            f"No search engine is known for '{address}'. Set a folder for the embedded engine."
        )
    from search.embedded.engine import EmbeddedEngine

    return EmbeddedEngine(Path(address), writer_wait=writer_wait)
